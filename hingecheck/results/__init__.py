"""The result of an analysis on disk: how analysis.json and its folder are written, and how they are read back."""
