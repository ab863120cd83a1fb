"""What is lifted and how."""
