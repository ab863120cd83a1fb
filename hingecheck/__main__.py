"""`python -m hingecheck`: the command, where the script `hingecheck` is not on the path."""

from hingecheck import cli

cli.main()
