"""analysis.json, written and read."""
