"""Terminal output: the summary of a clip, a comparison, a trend, and the rules."""
