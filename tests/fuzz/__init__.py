"""Hostile input by chance: mutated clips, results, tables and logbooks.  Each is read, or refused with a message."""
