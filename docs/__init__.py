"""Scripts that draw and check the documentation."""
