"""Repetitions."""
