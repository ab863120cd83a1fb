"""Heads and names kept out of results."""
