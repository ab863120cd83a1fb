"""Analyze a folder of clips: find them, plan the work, run it, and record how each clip ended."""
