"""What a lifter reads in ten seconds: the verdict, one cue, a table of repetitions, what was not measured."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hingecheck.records import Analysis, Measure, RepMetrics

STYLES: Final = {
    "hip_led": "bold green",
    "mixed": "bold yellow",
    "low_back_led": "bold red",
    "cannot_tell": "bold",
}
COLUMNS: Final = (
    ("hips", "hip_change_deg", "°"),
    ("knees", "knee_change_deg", "°"),
    ("low back", "lumbar_change_deg", "°"),
    ("share", "lumbar_share_trunk", "%"),
    ("up", "concentric_s", "s"),
)


def show(analysis: Analysis, console: Console) -> None:
    """Print the summary."""
    verdict = analysis.verdict
    console.print()
    console.print(Text(verdict.sentence, style=STYLES[verdict.pattern]))
    console.print(Text.assemble(("Cue: ", "bold"), verdict.cue))
    console.print()
    console.print(_table(analysis))
    console.print(Text("Change from lift-off to lockout, ± half of the 90 % interval.", style="dim"))
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


def _table(analysis: Analysis) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("rep", justify="right")
    table.add_column("lift-off", justify="right")
    for label, _, _ in COLUMNS:
        table.add_column(label, justify="right")
    for rep in analysis.reps:
        table.add_row(*_row(rep))
    return table


def _row(rep: RepMetrics) -> list[str]:
    number = str(rep.rep.number) if rep.rep.complete else f"{rep.rep.number} missed"
    return [
        number,
        f"{rep.rep.liftoff_s:.1f} s",
        *(_cell(rep.values[name], unit) for _, name, unit in COLUMNS),
    ]


def _cell(measure: Measure, unit: str) -> str:
    if not measure.known:
        return "–"
    half = (measure.high - measure.low) / 2
    if unit == "%":
        return f"{100 * measure.value:.0f} ± {100 * half:.0f} %"
    if unit == "s":
        return f"{measure.value:.1f} s"
    return f"{measure.value:.0f} ± {half:.0f}°"


def _missing(analysis: Analysis) -> list[str]:
    """Reasons why numbers are missing or wider, each once, the most frequent first."""
    told = Counter(m.reason for rep in analysis.reps for m in rep.values.values() if m.reason)
    notes = dict.fromkeys(note for rep in analysis.reps for note in rep.notes)
    lines = [f"Not measured: {reason} ({count} values)." for reason, count in told.most_common()]
    lines += [f"Note: {note}." for note in (*notes, *analysis.view.reasons)]
    lost = analysis.video.frames_failed
    return lines + ([f"Note: {lost} frames of the video could not be decoded."] if lost else [])
