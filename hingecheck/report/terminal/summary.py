"""What a lifter reads in ten seconds: the verdict, one cue, a table of repetitions, what was not measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hingecheck.names import shown
from hingecheck.records import Analysis, Angle, Measure, RepMetrics, listed
from hingecheck.records.comparison import Comparison
from hingecheck.report import sentences, wording
from hingecheck.report.terminal import sparkline

STYLES: Final = {
    "hip_led": "bold green",
    "mixed": "bold yellow",
    "low_back_led": "bold red",
    "cannot_tell": "bold",
}
CHANGES: Final = ("hip_change_deg", "knee_change_deg", "lumbar_change_deg", "lumbar_share_trunk")
TIME: Final = "concentric_s"
COMPARED: Final = (
    *("hip_change_deg", "knee_change_deg", "lumbar_change_deg", "lumbar_share_trunk"),
    *("lumbar_at_liftoff_deg", "lumbar_peak_deg", "early_trunk_drop_deg", "concentric_s"),
)
LINES: Final = ("hip_flexion", "lumbar_flexion")
LINE_COLUMNS: Final = 56
"""With its name and its range a line fits 80 columns."""

A_TABLE: Final = 2
"""Repetitions a table of all numbers has beside each other, to fit 80 columns."""


def show(analysis: Analysis, console: Console) -> None:
    """Print the summary."""
    verdict = analysis.verdict
    console.print()
    console.print(Text(verdict.sentence, style=STYLES[verdict.pattern]))
    console.print(Text.assemble(("Cue: ", "bold"), verdict.cue))
    if verdict.surer:
        console.print(Text.assemble(("Surer next time: ", "bold"), f"{'; '.join(verdict.surer)}."))
    console.print(Text.assemble(("Style: ", "bold"), sentences.style(analysis.style)))
    console.print()
    console.print(_table(analysis))
    console.print(Text("Change from lift-off to lockout, ± half of the 90 % interval.", style="dim"))
    if console.encoding.startswith("utf"):  # elsewhere there are no bars to draw with
        console.print()
        for line in _angles(analysis):
            console.print(Text(line), no_wrap=True, overflow="crop")
    for finding in analysis.findings:
        if finding.status == "flag":
            console.print(Text.assemble(("Flag: ", "bold"), finding.text))
    for line in analysis.advice.context:
        console.print(Text(line))
    for drill in analysis.advice.drills:
        console.print(Text.assemble(("Drill: ", "bold"), f"{drill.name}, {drill.purpose}."))
    for line in _missing(analysis):
        console.print(Text(line, style="dim"))
    console.print(Text(analysis.advice.see, style="bold" if analysis.advice.red_flags else "dim"))


def show_all(analysis: Analysis, console: Console) -> None:
    """Print every number of every repetition, what each rule found, and what it was made with."""
    names = listed([rep.values for rep in analysis.reps])
    for first in range(0, len(analysis.reps), A_TABLE):
        console.print()
        console.print(_numbers(names, analysis.reps[first : first + A_TABLE]))
    console.print()
    for name, measure in analysis.over_set.items():
        console.print(Text.assemble((f"{wording.name(name)}: ", "bold"), wording.measure(name, measure)))
    console.print()
    for finding in analysis.findings:
        title = f"{finding.rule.replace('_', ' ')} ({finding.status.replace('_', ' ')}): "
        console.print(Text.assemble((title, "bold"), finding.text))
    console.print()
    for name, value in analysis.provenance.items():
        for label, text in sentences.flat(name, value):
            console.print(Text(f"{label}: {text}", style="dim"))


def show_comparison(found: Comparison, console: Console) -> None:
    """Print both repetitions and their differences; those whose interval excludes zero are marked."""
    console.print()
    for letter, side in (("A", found.first), ("B", found.second)):
        title = f"{letter}: {shown(side.analysis.video.file)}, repetition {side.rep.rep.number}"
        console.print(Text.assemble((title, "bold"), "" if side.rep.complete else ", missed"))
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("metric", max_width=24)
    for label in ("A", "B", "B - A"):
        table.add_column(label, justify="right")
    for item in found.differences:
        if item.name in COMPARED:
            pair = (wording.measure(item.name, measure) for measure in (item.first, item.second))
            difference = wording.differing(item.name, item.difference)
            table.add_row(wording.name(item.name), *pair, difference, style="bold" if item.clear else "")
    console.print(table)
    console.print(Text("In brackets: 90 % interval. Bold: the difference's interval excludes zero.", style="dim"))


def _numbers(names: Sequence[str], reps: Sequence[RepMetrics]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("metric", max_width=34)
    for rep in reps:
        table.add_column(f"rep {rep.rep.number}", justify="right")
    for name in names:
        table.add_row(wording.name(name), *(wording.measure(name, rep.values[name]) for rep in reps))
    return table


def _angles(analysis: Analysis) -> list[str]:
    """Hip and low back over the clip, each from its lowest to its highest, and the repetitions below."""
    time_s = analysis.angles.time_s
    lines = []
    for name in LINES:
        angle: Angle = getattr(analysis.angles, name)
        drawn = sparkline.line(time_s, angle.value_deg, LINE_COLUMNS)
        lines.append(f"{wording.short(name):<9}{drawn} {_highest(name, angle)}")
    reps = sparkline.ruler(time_s, [rep.rep for rep in analysis.reps], LINE_COLUMNS)
    return [*lines, f"{'reps':<9}{reps}"]


def _highest(name: str, angle: Angle) -> str:
    if np.isnan(angle.value_deg).all():
        return wording.NOT_MEASURED
    at = int(np.nanargmax(angle.value_deg))
    return f"to {wording.half(name, angle.value_deg[at], angle.half_deg[at])}"


def _table(analysis: Analysis) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("rep", justify="right")
    table.add_column("lift-off", justify="right")
    for name in (*CHANGES, TIME):
        table.add_column(wording.short(name), justify="right")
    for rep in analysis.reps:
        table.add_row(*_row(rep))
    return table


def _row(rep: RepMetrics) -> list[str]:
    number = str(rep.rep.number) if rep.complete else f"{rep.rep.number} missed"
    return [
        number,
        f"{rep.rep.liftoff_s:.1f} s",
        *(_change(name, rep.values[name]) for name in CHANGES),
        wording.number(TIME, rep.values[TIME].value) if rep.values[TIME].known else "–",
    ]


def _change(name: str, measure: Measure) -> str:
    return wording.half(name, measure.value, (measure.high - measure.low) / 2) if measure.known else "–"


def _missing(analysis: Analysis) -> list[str]:
    """Reasons why numbers are missing or wider, each once, the most frequent first."""
    names = listed([rep.values for rep in analysis.reps])
    told = Counter(rep.values[name].reason for rep in analysis.reps for name in names if not rep.values[name].known)
    notes = dict.fromkeys(note for rep in analysis.reps for note in rep.notes)
    lines = [f"Not measured: {reason} ({count} values)." for reason, count in told.most_common()]
    lines += [f"Note: {note}." for note in (*notes, *analysis.view.reasons)]
    lost = analysis.video.frames_failed
    return lines + ([f"Note: {lost} frames of the video could not be decoded."] if lost else [])
