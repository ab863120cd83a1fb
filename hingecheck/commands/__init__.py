"""A module a command: parse, call, print; `cli.py` gathers them."""
