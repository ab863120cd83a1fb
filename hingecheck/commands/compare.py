"""`hingecheck compare`: show two repetitions side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands.console import out_console, progress, reporting_errors


def compare(
    clip: Annotated[Path, typer.Argument(metavar="A", help="The first video.")],
    other: Annotated[
        Path | None, typer.Argument(metavar="[B]", help="The second video. Default: compare two repetitions of A.")
    ] = None,
    rep_a: Annotated[
        int | None, typer.Option(min=1, help="Number of the repetition of A. Default: the first complete one.")
    ] = None,
    rep_b: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of the second repetition. Default: the first complete one of B, or the last one of A."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results. Default: a new folder named A-vs-B.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing result.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print comparison.json to stdout. Write files only if --out is given.")
    ] = False,
    model: Annotated[
        str, typer.Option(help="Pose model: lite, full or heavy (larger ones are slower), or a .task file.")
    ] = bundles.DEFAULT,
) -> None:
    """Compare two clips, or two repetitions of one clip, aligned at lift-off: pictures, angles and differences."""
    from hingecheck import analysis as stages
    from hingecheck.errors import UsageError
    from hingecheck.metrics import comparison
    from hingecheck.report.page import comparison as comparison_page
    from hingecheck.report.terminal import summary
    from hingecheck.results import (
        document,
        folder,
    )
    from hingecheck.video.reading import Video

    target = out if out is not None or as_json else Path(comparison_page.first_clip_name(clip, other))
    with reporting_errors(as_json=as_json):
        request = stages.Asked(model)
        for path in (clip,) if other is None else (clip, other):
            stages.ready(path, request)
        if target is not None:
            check = folder.check if out is not None else folder.check_unnamed
            check(target, force=force, marker=comparison_page.MARKER)
        if other is None and rep_a is not None and rep_a == rep_b:
            raise UsageError(
                f"--rep-a {rep_a} --rep-b {rep_b}: this is one repetition, not two",
                "Give two different numbers, or a second video.",
            )
        with progress(quiet=as_json) as show_progress:
            first = stages.analyze(clip, request, watch=show_progress)
            second = first if other is None else stages.analyze(other, request, watch=show_progress)
        compared = comparison.compare(
            comparison.choose(first, rep_a), comparison.choose(second, rep_b, last=other is None)
        )
        if target is not None:
            pictures = (Video(clip).frames_at, Video(other or clip).frames_at)
            folder.write(target, comparison_page.files(compared, pictures), marker=comparison_page.MARKER)
    if as_json:
        sys.stdout.write(document.text(document.comparison(compared)))
        return
    summary.show_comparison(compared, out_console)
    out_console.print(Text(f"Results: {target}"))
