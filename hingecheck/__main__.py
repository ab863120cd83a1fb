"""`python -m hingecheck`: the command, where the script `hingecheck` is not on the path."""

from __future__ import annotations

from hingecheck import cli

cli.main()
