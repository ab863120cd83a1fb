"""`hingecheck analyze`: measure one clip and write its result folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands import ceiling, clip_options
from hingecheck.commands.console import err_console, out_console, reporting_errors
from hingecheck.commands.progress_line import progress
from hingecheck.progress import Stage, Watch

if TYPE_CHECKING:
    from hingecheck.analysis import Asked
    from hingecheck.records import Analysis


def analyze(
    clip: Annotated[
        Path,
        typer.Argument(
            metavar="VIDEO",
            help="The video: one set, filmed from the side. Or tracks of another program: .trc, .c3d, .mot, .csv, "
            ".json, or a folder of OpenPose files.",
        ),
    ],
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results. Default: a new folder with the name of the clip.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing result.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print analysis.json to stdout. Write files only if --out is given.")
    ] = False,
    model: Annotated[
        str,
        typer.Option(
            help="Pose model: lite, full or heavy (larger ones are slower), a .task file, or the name of a plug-in."
        ),
    ] = bundles.DEFAULT,
    spine: Annotated[
        str, typer.Option(metavar="NAME", help="The spine model of a plug-in. Default: the one that ships.")
    ] = "",
    standing: Annotated[
        Path | None,
        typer.Option(
            metavar="CLIP",
            help="A clip of the same lifter standing upright. This posture counts as 0° for every angle.",
        ),
    ] = None,
    max_bend: Annotated[
        Path | None,
        typer.Option(
            metavar="CLIP",
            help="A clip of the same lifter rounding the back as far as possible. The report then compares with it.",
        ),
    ] = None,
    criteria: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own limits instead of the defaults (TOML file).")
    ] = None,
    style: Annotated[
        str,
        typer.Option(
            help="Type of lift: conventional, sumo, stiff_leg, block, kettlebell, trap_bar, romanian, hinge, pick_up; "
            "auto: recognize it from the movement."
        ),
    ] = "auto",
    soreness: Annotated[
        str,
        typer.Option(
            help="Soreness one day after the last session, 0 (none) to 10 (worst), for each body part: "
            "low-back=6,glutes=1"
        ),
    ] = "",
    sitting_hours: Annotated[float | None, typer.Option(help="Hours that the lifter sits on a usual day.")] = None,
    load_kg: Annotated[float | None, typer.Option(help="Weight lifted in this set, in kg.")] = None,
    rpe: Annotated[float | None, typer.Option(help="Effort of the set (RPE), 0 (none) to 10 (maximum).")] = None,
    height_cm: Annotated[
        float | None, typer.Option(help="Height of the lifter, in cm. With it, the bar path is given in cm.")
    ] = None,
    rate_hz: Annotated[
        float | None, typer.Option(help="Frames a second of tracks whose files do not say it (OpenPose, MediaPipe).")
    ] = None,
    picture_size: Annotated[
        str,
        typer.Option(
            metavar="WIDTHxHEIGHT", help="Size of the upright picture of landmarks that are parts of it (MediaPipe)."
        ),
    ] = "",
    stature_cm: Annotated[float | None, typer.Option(hidden=True, help="The old name of --height-cm.")] = None,
    no_video: Annotated[bool, typer.Option("--no-video", help="Do not make the annotated video.")] = False,
    video_full: Annotated[
        bool,
        typer.Option(
            "--video-full",
            help="Make the annotated video as large as the clip, with every frame. Default: at most 30 frames a "
            "second, and 960 pixels instead of more than 1280.",
        ),
    ] = False,
    single_file: Annotated[
        bool,
        typer.Option("--single-file", help="Put the annotated video inside report.html, so that one file is enough."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print all measures, rules and versions.")] = False,
    explain_reps: Annotated[
        bool,
        typer.Option(
            "--explain-reps",
            help="Print every bend of the hands with its evidence, and how probably it is a repetition.",
        ),
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the report in the browser when it is done.")] = False,
    note: Annotated[str, typer.Option(help="A note to keep with the result.")] = "",
    person: clip_options.Person = "auto",
    rotate: clip_options.Rotate = 0,
    slow_motion: clip_options.SlowMotion = 1.0,
    max_megapixels: clip_options.MaxMegapixels = None,
    max_frames: clip_options.MaxFrames = None,
    max_minutes: clip_options.MaxMinutes = None,
    max_memory: ceiling.MaxMemory = ceiling.MEMORY_MB,
    max_time: ceiling.MaxTime = ceiling.TIME_S,
    redact_face: Annotated[
        bool,
        typer.Option(
            "--redact-face", help="Blur the head of the lifter and the faces of others in the pictures and the video."
        ),
    ] = False,
    pseudonym: Annotated[
        str, typer.Option(help="A name to write into the results instead of every file name, for example P17.")
    ] = "",
) -> None:
    """Analyze one clip: joint angles, repetitions, how much came from hips and low back, and a verdict."""
    films = _Films(not no_video, single_file, video_full)
    output = _Output(clip, out, force, as_json, quiet, verbose, films, redact_face, pseudonym, open_page)
    left_out = {
        Stage.STANDING: standing is None,
        Stage.MAX_BEND: max_bend is None,
        Stage.HEADS: not redact_face,
        Stage.FILM: no_video,
    }
    stages = [stage for stage in Stage if not left_out.get(stage)]
    watched = ceiling.ceiling(max_memory, max_time)
    with reporting_errors(as_json=as_json), progress(stages, quiet=as_json or quiet) as watch, watched:
        from hingecheck import bend_texts
        from hingecheck.analysis import Asked
        from hingecheck.judgement.self_report import parse_soreness
        from hingecheck.records import SelfReport
        from hingecheck.video import wishes

        _check_one_clip(clip, more or [])
        target = _checked_target(output)
        if output.pseudonym:
            _warn_of_giveaways(output, target, note)
        height = _height_cm(height_cm, stature_cm)
        report = SelfReport(parse_soreness(soreness), sitting_hours, load_kg, rpe, note, height)
        who, repairs = wishes.person(person), wishes.repairs(rotate, slow_motion)
        limits = wishes.limits(max_megapixels, max_frames, max_minutes)
        size = wishes.picture_size(picture_size)
        asked = Asked(
            *(model, standing, max_bend, criteria, style, report, 0, who, rate_hz, spine, repairs, limits, size)
        )
        with _explaining(explain_reps=explain_reps):
            result = _analyzed(asked, output, target, watch)
    _show(result, output, target)
    if open_page and target is not None:
        open_report(target)
    if explain_reps:
        _print_bends(bend_texts.bends(result.bends))


@dataclass(frozen=True, slots=True)
class _Films:
    """The options about the annotated video: whether there is one, whether the page holds it, whether it is full."""

    wanted: bool
    single_file: bool
    full: bool


@dataclass(frozen=True, slots=True)
class _Output:
    """The options about the results: where they go, what they contain and what is printed."""

    clip: Path
    out: Path | None
    force: bool
    as_json: bool
    quiet: bool
    verbose: bool
    films: _Films
    redact_face: bool
    pseudonym: str
    open_page: bool


@contextmanager
def _explaining(*, explain_reps: bool) -> Iterator[None]:
    """Print the bends of a clip without repetition, if the user wants it, before the error is reported."""
    from hingecheck.errors import NoRepetition

    try:
        yield
    except NoRepetition as error:
        if explain_reps:
            _print_bends(error.bends)
        raise


def _print_bends(lines: Sequence[str]) -> None:
    """Print one line for each bend on stderr."""
    for number, line in enumerate(lines, 1):
        sys.stderr.write(f"bend {number}, {line}\n")


def _checked_target(output: _Output) -> Path | None:
    """The folder for the results; None if no files are to be written.

    Checks the options before the analysis starts.  Raises UsageError or ModelError.
    """
    from hingecheck import names
    from hingecheck.errors import UsageError
    from hingecheck.privacy import redactor
    from hingecheck.results import folder

    if output.pseudonym:
        redactor.checked(output.pseudonym)
    if output.redact_face:
        redactor.model()
    if output.quiet and output.verbose:
        raise UsageError("--quiet and --verbose: cannot be used together", "Give only one of them.")
    if output.open_page and output.as_json and output.out is None:
        raise UsageError("--open: --json writes no page without --out", "Give --out DIR as well.")
    if output.films.full and not output.films.wanted:
        raise UsageError("--no-video and --video-full: cannot be used together", "Give only one of them.")
    if output.out is not None:
        folder.check(output.out, force=output.force)
        return output.out
    if output.as_json:
        return None
    target = Path(names.result_folder(output.pseudonym or output.clip.stem))
    folder.check_unnamed(target, force=output.force)
    return target


def _check_one_clip(clip: Path, more: Sequence[Path]) -> None:
    """Raise UsageError for several clips and InputError for a folder; they name the command for them."""
    from hingecheck.errors import InputError, UsageError

    if more:
        pair = f"hingecheck compare {clip} {more[0]}" if len(more) == 1 else "hingecheck batch FOLDER --out DIR"
        raise UsageError(f"{len(more) + 1} videos: analyze takes one", f"For several, run {pair}.")
    if clip.is_dir() and not any(clip.glob("*.json")):
        raise InputError(f"{clip}: is a folder", f"To analyze all its clips, run hingecheck batch {clip} --out DIR.")


def _warn_of_giveaways(output: _Output, target: Path | None, note: str) -> None:
    """Print what may break the pseudonym."""
    from hingecheck.exchange import sources
    from hingecheck.privacy import giveaways

    if output.clip.exists():  # the analysis reports a missing clip
        find = giveaways.in_words if sources.holds_tracks(output.clip) else giveaways.giveaways
        for line in find(output.clip, target, note):
            err_console.print(Text.assemble(("Pseudonym: ", "bold"), line))


def _analyzed(request: Asked, output: _Output, target: Path | None, watch: Watch | None) -> Analysis:
    """Analyze the clip, replace names if the user wants it, and write the files to `target` (None: write nothing)."""
    from hingecheck.backends.memory import give_back, share_pools
    from hingecheck.exchange import analysis as exchange
    from hingecheck.judgement import criteria
    from hingecheck.privacy import redactor
    from hingecheck.report import result_folder
    from hingecheck.video.working_copy import WorkingCopy

    share_pools()
    with WorkingCopy() as copy:
        measured = exchange.analyze_file(output.clip, request, watch=watch, copy=copy)
        give_back()  # before the film is drawn
        blurred = output.redact_face and not measured.tracks
        result = redactor.marked(measured, pseudonym=output.pseudonym, heads_blurred=blurred)
        if target is not None:
            retouch = redactor.redactor(measured, output.clip, watch) if blurred else None
            rules, films = criteria.load(request.criteria), output.films
            files = result_folder.Wanted(
                films.wanted, films.single_file, retouch, rules, films.full, copy, output.force
            )
            result_folder.save(result, output.clip, target, files, watch=watch)
    return result


def open_report(target: Path) -> None:
    """Open the report in the folder `target` in the browser.  Print its address if there is no browser."""
    import webbrowser

    from hingecheck.report import result_folder

    address = (target / result_folder.PAGE).absolute().as_uri()
    if not webbrowser.open(address):
        err_console.print(Text(f"No browser was found. Open this page: {address}"))


def _show(result: Analysis, output: _Output, target: Path | None) -> None:
    """Print the analysis as JSON or in words; print nothing with --quiet."""
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
    """The height in cm from --height-cm or its `old` name; raises UsageError if the two differ."""
    from hingecheck.errors import UsageError

    if given is not None and old is not None and given != old:
        raise UsageError(
            f"--height-cm {given:g} and --stature-cm {old:g}: the two heights differ",
            "Give --height-cm alone. --stature-cm is its old name.",
        )
    return old if given is None else given
