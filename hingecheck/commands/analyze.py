"""`hingecheck analyze`: one clip."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands.console import out_console, progress, told


def analyze(
    clip: Annotated[Path, typer.Argument(metavar="VIDEO", help="A clip of one set, filmed from the side.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; without it, a folder named after the clip.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a result that is there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print analysis.json on stdout; write files only with --out.")
    ] = False,
    model: Annotated[str, typer.Option(help="Pose model: lite, full, heavy, or a .task file.")] = bundles.DEFAULT,
    standing: Annotated[
        Path | None, typer.Option(metavar="CLIP", help="A clip of the same lifter standing: the zero of all angles.")
    ] = None,
    max_bend: Annotated[
        Path | None,
        typer.Option(metavar="CLIP", help="A clip of the same lifter bending the back as far as it goes."),
    ] = None,
    criteria: Annotated[Path | None, typer.Option(metavar="FILE", help="Thresholds to lay over ours (TOML).")] = None,
    style: Annotated[
        str,
        typer.Option(
            help="conventional, sumo, stiff_leg, block, kettlebell, trap_bar, romanian, hinge or pick_up; "
            "auto goes by the movement."
        ),
    ] = "auto",
    soreness: Annotated[
        str, typer.Option(help="Where and how sore, 0 to 10, a day after the last session: low-back=6,glutes=1")
    ] = "",
    sitting_hours: Annotated[float | None, typer.Option(help="Hours of sitting on a usual day.")] = None,
    load_kg: Annotated[float | None, typer.Option(help="Load of the set.")] = None,
    rpe: Annotated[float | None, typer.Option(help="How hard the set was, 0 to 10.")] = None,
    height_cm: Annotated[
        float | None, typer.Option(help="The lifter's height: gives the bar path in centimetres.")
    ] = None,
    stature_cm: Annotated[float | None, typer.Option(hidden=True, help="The old name of --height-cm.")] = None,
    no_video: Annotated[bool, typer.Option("--no-video", help="Leave out the annotated video.")] = False,
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Put the annotated video into report.html, too.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every number, rule and version.")] = False,
    note: Annotated[str, typer.Option(help="Anything else to keep with the result.")] = "",
    redact_face: Annotated[bool, typer.Option("--redact-face", help="Blur all heads in the pictures.")] = False,
    pseudonym: Annotated[str, typer.Option(help="Stands in the results for the names of all files.")] = "",
) -> None:
    """Analyze one clip: angles, repetitions, the hip and spine shares, a verdict."""
    from hingecheck import analysis as stages
    from hingecheck import names
    from hingecheck.errors import UsageError
    from hingecheck.judgement import criteria as thresholds
    from hingecheck.judgement import self_report
    from hingecheck.privacy import redactor
    from hingecheck.records import SelfReport
    from hingecheck.report import result_folder
    from hingecheck.report.terminal import summary
    from hingecheck.results import (
        document,
        folder,
    )

    target = out if out is not None or as_json else Path(names.result_folder(pseudonym or clip.stem))
    with told(as_json=as_json):
        if pseudonym:
            redactor.checked(pseudonym)
        if redact_face:
            redactor.models()
        if quiet and verbose:
            raise UsageError("--quiet and --verbose: cannot both be meant", "Give one of them.")
        height_cm = _height_cm(height_cm, stature_cm)
        report = SelfReport(self_report.parse_soreness(soreness), sitting_hours, load_kg, rpe, note, height_cm)
        asked = stages.Asked(model, standing, max_bend, criteria, style, report)
        if target is not None and not clip.is_dir():  # a folder is no clip, which the analysis says
            check = folder.check if out is not None else folder.check_unnamed
            check(target, force=force)
        with progress(quiet=as_json or quiet) as watch:
            measured = stages.analyze(clip, asked, watch=watch)
        result = redactor.marked(measured, pseudonym=pseudonym, heads_blurred=redact_face)
        if target is not None:
            with redactor.redactor(measured, clip) if redact_face else nullcontext() as retouch:
                wanted = result_folder.Wanted(not no_video, single_file, retouch, thresholds.load(criteria))
                result_folder.save(result, clip, target, wanted)
    if as_json:
        sys.stdout.write(document.text(document.document(result)))
        return
    if quiet:
        return
    summary.show(result, out_console)
    if verbose:
        summary.show_all(result, out_console)
    out_console.print(Text(f"Results: {target} (open {result_folder.PAGE})"))


def _height_cm(given: float | None, old: float | None) -> float | None:
    """The height by either name of its option; raises UsageError if the two names give two heights."""
    from hingecheck.errors import UsageError

    if given is not None and old is not None and given != old:
        raise UsageError(
            f"--height-cm {given:g} and --stature-cm {old:g}: cannot both be meant",
            "Give --height-cm alone; --stature-cm is its old name.",
        )
    return old if given is None else given
