"""`hingecheck doctor`: is everything here that an analysis needs."""

from __future__ import annotations

import typer
from rich.text import Text

from hingecheck.commands.console import out_console


def doctor() -> None:
    """Check models, decoders and versions; say what leaves this machine (nothing)."""
    from hingecheck.backends import checkup

    checks = checkup.run()
    for check in checks:
        mark = ("ok     ", "green") if check.good else ("problem", "bold red")
        out_console.print(Text.assemble(mark, "  ", f"{check.what}: {check.state}"))
        if not check.good:
            out_console.print(Text(f"         {check.remedy}"))
    worst = [check.error.exit_code for check in checks if check.error is not None]
    raise typer.Exit(max(worst, default=0))
