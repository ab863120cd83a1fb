"""`hingecheck doctor`: check that everything an analysis needs is installed."""

from __future__ import annotations

import typer
from rich.text import Text

from hingecheck.commands.console import out_console


def doctor() -> None:
    """Check the installation: models, video decoders and versions. Nothing is sent over the network."""
    from hingecheck.backends import checkup

    checks = checkup.run()
    for check in checks:
        mark = ("ok     ", "green") if check.good else ("problem", "bold red")
        out_console.print(Text.assemble(mark, "  ", f"{check.what}: {check.state}"))
        if not check.good:
            out_console.print(Text(f"         {check.remedy}"))
    worst = [check.error.exit_code for check in checks if check.error is not None]
    raise typer.Exit(max(worst, default=0))
