"""`hingecheck export`: write a result in the format of another program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import out_console, reporting_errors


class Kind(StrEnum):
    """Formats of other programs."""

    TRC = "trc"
    MOT = "mot"
    C3D = "c3d"
    OPENPOSE = "openpose"
    CSV = "csv"


def export(
    result: Annotated[Path, typer.Argument(metavar="DIR", help="The result folder of a clip.")],
    to: Annotated[
        Kind,
        typer.Option(
            help="trc: body points for OpenSim. mot: joint angles with OpenSim's names and signs. c3d: body points. "
            "openpose: a folder of JSON files. csv: a folder of tables."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file or folder to write. Default: in DIR, with the name of the clip.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing export.")] = False,
) -> None:
    """Write a result in the format of another program: OpenSim, C3D, OpenPose or tables."""
    from hingecheck.exchange import export as exports

    with reporting_errors(as_json=False), ceiling():
        target = exports.default(result, to.value) if out is None else out
        exports.write(result, to.value, target, force=force)
    out_console.print(Text(f"Exported: {target}"))
