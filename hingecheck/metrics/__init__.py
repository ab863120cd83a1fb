"""The measures of a repetition and of a set, and the difference between two repetitions."""
