"""HTML pages: one analysis, two repetitions compared, a trend, and the index of a batch."""
