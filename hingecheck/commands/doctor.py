"""`hingecheck doctor`: check that everything an analysis needs is installed, or say what is understood of a clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck import language
from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import out_console, reporting_errors

if TYPE_CHECKING:
    from hingecheck.video.reading import Video

MARK_LETTERS = 10
"""Width of the mark before a check, in letters."""

MOST_GAPS = 5
"""Largest number of gaps that are listed."""


def doctor(
    clip: Annotated[Path | None, typer.Argument(metavar="VIDEO", help="A video: say what is understood of it.")] = None,
) -> None:
    """Check the installation: models, video decoders and versions. Nothing is sent over the network.

    With a video, say what is understood of it: size, turn, mirror, rate, gaps and length.
    """
    if clip is not None:
        with reporting_errors(as_json=False), ceiling():
            from hingecheck.video.reading import Video

            for name, value in _understood(Video(clip)):
                out_console.print(Text.assemble((f"{language.translated(name):9}", "bold"), value))
        return
    from hingecheck.backends import checkup

    checks = checkup.run()
    for check in checks:
        word, style = ("ok", "green") if check.good else ("problem", "bold red")
        mark = (f"{language.translated(word):{MARK_LETTERS}}", style)
        out_console.print(Text.assemble(mark, "  ", f"{check.what}: {check.state}"))
        if not check.good:
            out_console.print(Text(f"         {check.remedy}"))
    worst = [check.error.exit_code for check in checks if check.error is not None]
    raise typer.Exit(max(worst, default=0))


def _understood(clip: Video) -> Iterator[tuple[str, str]]:
    """What is understood of a clip, as pairs of name and text.  All its frames are decoded."""
    from hingecheck import texts

    for _ in clip.small(clip.height, apart_s=float("inf")):
        pass
    info, form = clip.info(), clip.form
    yield "file", form.kind
    yield "size", f"{info.width} × {info.height} pixels, as shown"
    clockwise_deg = -info.rotation_deg % 360
    yield "turn", f"{clockwise_deg}° clockwise" if clockwise_deg else "not turned"
    yield "mirror", "left and right are swapped" if info.mirrored else "not mirrored"
    yield "rate", f"{info.rate_hz:.1f} frames a second"
    yield "length", f"{info.duration_s:.1f} s, {info.frames_read} frames, {info.frames_failed} not decoded"
    spans = [f"{begin:.1f} to {end:.1f} s" for begin, end in info.gaps_s]
    more = f" and {len(spans) - MOST_GAPS} more" if spans[MOST_GAPS:] else ""
    yield "gaps", ", ".join(spans[:MOST_GAPS]) + more if spans else "no gaps"
    yield "colours", "high dynamic range, toned down" if form.high_range else "usual range"
    for note in info.notes:
        yield "note", texts.reason(note)
