"""View and joint angles."""
