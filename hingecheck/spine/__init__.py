"""The back's contour and what it says of the spine."""
