"""Tables as files: angles.csv, and exports as CSV and Parquet."""
