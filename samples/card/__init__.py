"""The error card: a designed set of clips, the analyzer's errors on them, and the table that says so."""
