"""What is measured of a repetition, a set, two clips."""
