"""`hingecheck analyze`: one clip."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands.console import out_console, progress, reporting_errors

if TYPE_CHECKING:
    from hingecheck.analysis import Asked
    from hingecheck.records import Analysis


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
    from hingecheck.analysis import Asked
    from hingecheck.judgement.self_report import parse_soreness
    from hingecheck.records import SelfReport

    output = _Output(clip, out, force, as_json, quiet, verbose, not no_video, single_file, redact_face, pseudonym)
    with reporting_errors(as_json=as_json):
        target = _checked_target(output)
        height = _height_cm(height_cm, stature_cm)
        report = SelfReport(parse_soreness(soreness), sitting_hours, load_kg, rpe, note, height)
        result = _analyzed(Asked(model, standing, max_bend, criteria, style, report), output, target)
    _show(result, output, target)


@dataclass(frozen=True, slots=True)
class _Output:
    """What the options say of the results: where they go, what they hold, what is printed."""

    clip: Path
    out: Path | None
    force: bool
    as_json: bool
    quiet: bool
    verbose: bool
    film: bool
    single_file: bool
    redact_face: bool
    pseudonym: str


def _checked_target(output: _Output) -> Path | None:
    """The result folder, None if nothing is written; raises UsageError or ModelError before anything is measured."""
    from hingecheck import names
    from hingecheck.errors import UsageError
    from hingecheck.privacy import redactor
    from hingecheck.results import folder

    if output.pseudonym:
        redactor.checked(output.pseudonym)
    if output.redact_face:
        redactor.models()
    if output.quiet and output.verbose:
        raise UsageError("--quiet and --verbose: cannot both be meant", "Give one of them.")
    if output.clip.is_dir():  # a folder is no clip, which the analysis says
        return None
    if output.out is not None:
        folder.check(output.out, force=output.force)
        return output.out
    if output.as_json:
        return None
    target = Path(names.result_folder(output.pseudonym or output.clip.stem))
    folder.check_unnamed(target, force=output.force)
    return target


def _analyzed(asked: Asked, output: _Output, target: Path | None) -> Analysis:
    """The analysis with names replaced as asked; its files are written to `target`."""
    from hingecheck import analysis as stages
    from hingecheck.judgement import criteria
    from hingecheck.privacy import redactor
    from hingecheck.report import result_folder

    with progress(quiet=output.as_json or output.quiet) as watch:
        measured = stages.analyze(output.clip, asked, watch=watch)
    result = redactor.marked(measured, pseudonym=output.pseudonym, heads_blurred=output.redact_face)
    if target is not None:
        with redactor.redactor(measured, output.clip) if output.redact_face else nullcontext() as retouch:
            wanted = result_folder.Wanted(output.film, output.single_file, retouch, criteria.load(asked.criteria))
            result_folder.save(result, output.clip, target, wanted)
    return result


def _show(result: Analysis, output: _Output, target: Path | None) -> None:
    """Print the analysis: as JSON, in words, or not at all."""
    from hingecheck.report import result_folder
    from hingecheck.report.terminal import summary
    from hingecheck.results import document

    if output.as_json:
        sys.stdout.write(document.text(document.document(result)))
        return
    if output.quiet:
        return
    summary.show(result, out_console)
    if output.verbose:
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
