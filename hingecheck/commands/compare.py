"""`hingecheck compare`: show two repetitions side by side."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from filecmp import cmp
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import out_console, reporting_errors
from hingecheck.commands.progress_line import progress
from hingecheck.progress import Stage, Watch, begin

if TYPE_CHECKING:
    from hingecheck.report.compared import Clip

OF_A_CLIP: Final = (Stage.STARTING, Stage.SCOUTING, Stage.MEASURING, Stage.JUDGING)
"""The stages of one clip."""


def compare(
    clip: Annotated[Path, typer.Argument(metavar="A", help="The first video, or its result folder.")],
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[B]", help="The second video or result folder. Default: two repetitions of A."),
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
    name_a: Annotated[str, typer.Option(help="A name for the first one, for example Monday.")] = "A",
    name_b: Annotated[str, typer.Option(help="A name for the second one.")] = "B",
    model: Annotated[
        str, typer.Option(help="Pose model: lite, full or heavy (larger ones are slower), or a .task file.")
    ] = bundles.DEFAULT,
) -> None:
    """Compare two clips, or two repetitions of one clip, aligned at lift-off: films, pictures, angles and differences.

    A result folder is not measured again.
    """
    clips = (clip,) if other is None else (clip, other)
    videos = [path for path in clips if not _finished(path)]
    stages = [*OF_A_CLIP * len(videos), Stage.REPORT]
    with reporting_errors(as_json=as_json), progress(stages, quiet=as_json) as watch, ceiling():
        from hingecheck.metrics import comparison
        from hingecheck.records import Side
        from hingecheck.report.page import comparison as comparison_page
        from hingecheck.results import document, folder

        _check_reps(clip, other, rep_a, rep_b)
        named = Path(comparison_page.folder_name(_name(clip), _name(other or clip)))
        target = out if out is not None or as_json else named
        if target is not None:
            check = folder.check if out is not None else folder.check_unnamed
            check(target, force=force, marker=comparison_page.MARKER)
        made = _clips(clips, model, watch)
        first, second = made[clip], made[clip if other is None else other]
        reps = (
            comparison.choose(first.stored, rep_a),
            comparison.choose(second.stored, rep_b, last=other is None),
        )
        pair = [Side(each.stored, rep, each.curves) for each, rep in zip((first, second), reps, strict=True)]
        compared = comparison.compare(pair[0], pair[1])
        if target is not None:
            begin(watch, Stage.REPORT)
            shown = (first.pictures(reps[0]), second.pictures(reps[1]))
            files = comparison_page.files(compared, shown, (name_a, name_b))
            folder.write(target, files, marker=comparison_page.MARKER, force=force, kinds=comparison_page.FILMS)
    if as_json:
        sys.stdout.write(document.text(document.comparison(compared)))
        return
    from hingecheck.report.terminal import summary

    summary.show_comparison(compared, out_console, (name_a, name_b))
    out_console.print(Text(f"Results: {target} (open comparison.html)"))


def _finished(path: Path) -> bool:
    """True if the path is a result folder or its analysis.json, not a video."""
    return path.is_dir() or path.suffix.lower() == ".json"


def _name(path: Path) -> str:
    """The name of a side: that of the video without its ending, or that of the result folder."""
    if path.is_dir():
        return path.resolve().name
    return path.resolve().parent.name if _finished(path) else path.stem


def _check_reps(clip: Path, other: Path | None, rep_a: int | None, rep_b: int | None) -> None:
    """Raise UsageError if a repetition is to be compared with itself; both clips are compared by their content."""
    from hingecheck.errors import UsageError

    both = other is not None and clip.is_file() and other.is_file()
    if other is not None and both and rep_a == rep_b and cmp(clip, other, shallow=False):
        raise UsageError(
            f"{clip} and {other}: are the same clip",
            "Give another second clip, or two repetitions of one clip with --rep-a and --rep-b.",
        )
    if other is None and rep_a is not None and rep_a == rep_b:
        raise UsageError(
            f"--rep-a {rep_a} --rep-b {rep_b}: this is one repetition, not two",
            "Give two different numbers, or a second video.",
        )


def _clips(paths: tuple[Path, ...], model: str, watch: Watch | None) -> Mapping[Path, Clip]:
    """The clips to compare, read from result folders or measured.  A bad one is reported before any is measured."""
    from hingecheck import analysis
    from hingecheck.report import compared

    request = analysis.Asked(model)
    read = {path: compared.finished(path) for path in paths if _finished(path)}
    videos = [path for path in dict.fromkeys(paths) if path not in read]
    for path in videos:
        analysis.ready(path, request)
    return read | {path: compared.measured(analysis.analyze(path, request, watch=watch), path) for path in videos}
