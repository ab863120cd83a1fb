"""Annotated pictures and video."""
