"""What is kept and compared over sessions."""
