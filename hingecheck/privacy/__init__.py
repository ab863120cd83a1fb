"""Keeps names and faces out of results: heads are blurred, file names are replaced by a pseudonym."""
