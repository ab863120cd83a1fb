"""Drawn clips made worse: poor pictures, lost pictures, and what happens in a gym; the truth stays the same."""
