"""The logbook as tables: CSV and Parquet."""
