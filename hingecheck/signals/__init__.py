"""The height of the hands over a clip, and the instants of one way up or down.  No decision about repetitions."""
