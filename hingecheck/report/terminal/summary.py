"""Print the result of a clip: verdict, cue, table of repetitions, flags, drills, and what was not measured.

`show` prints the summary, `show_all` every number, `show_comparison` two repetitions side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hingecheck import language, texts
from hingecheck.names import shown
from hingecheck.records import Analysis, Angle, RepMetrics, for_readers
from hingecheck.records.comparison import Comparison
from hingecheck.report import missing, sentences, wording
from hingecheck.report.terminal import sparkline

STYLES: Final = {
    "hip_led": "bold green",
    "mixed": "bold yellow",
    "low_back_led": "bold red",
    "cannot_tell": "bold",
}
COLUMNS: Final = ("lumbar_share_trunk", "lumbar_at_start_deg", "lumbar_change_deg", "hip_change_deg")
HEADS: Final = ("lumbar share", "at pull start", "lumbar change", "hip change")
LEGEND: Final = "At pull start: lumbar flexion. Change = pull start minus top. In brackets: 90 % interval."
DISPLACEMENT, VELOCITY, LOSS = "bar_displacement_m", "mean_concentric_velocity_m_s", "velocity_loss_percent"
LINES: Final = ("hip_flexion", "lumbar_flexion")
LINE_COLUMNS: Final = 56
"""Columns of a sparkline.  With its name and its range the line fits 80 columns."""

REPS_PER_TABLE: Final = 2
"""Repetitions side by side in the table of all numbers, so that it fits 80 columns."""


def show(analysis: Analysis, console: Console) -> None:
    """Print the summary of a clip."""
    verdict = analysis.verdict
    console.print()
    for line in filter(None, [texts.camera(analysis.view)]):
        console.print(Text(line, style="bold"))
    console.print(Text(texts.verdict(verdict), style=STYLES[verdict.pattern]))
    console.print(Text(texts.rounding(verdict)))
    if not verdict.share.known:
        console.print(Text(sentences.found(len(analysis.reps))))
    console.print(Text.assemble(("Cue: ", "bold"), texts.cue(verdict, analysis.view)))
    if surer := texts.surer(verdict, analysis.view):
        advice = f"{'; '.join(surer)}."
        console.print(Text.assemble(("For a clearer answer next time: ", "bold"), advice))
    console.print(Text.assemble(("Style: ", "bold"), sentences.style(analysis.style)))
    console.print()
    if any(rep.values[name].known for rep in analysis.reps for name in COLUMNS):
        console.print(_table(analysis))
        console.print(Text(LEGEND, style="dim"))
    for line in filter(None, [_bar(analysis)]):
        console.print(Text.assemble(("Bar: ", "bold"), line))
    if verdict.share.known and verdict.bands:
        console.print(Text(sentences.sentence(f"lumbar share: {sentences.bands(verdict)}"), style="dim"))
    if console.encoding.startswith("utf"):  # other encodings have no bars
        console.print()
        for line in _angles(analysis):
            console.print(Text(line), no_wrap=True, overflow="crop")
    flags = [finding for finding in analysis.findings if finding.status == "flag"]
    for finding in flags[1:]:  # the cue gives the first one as its reason
        console.print(Text.assemble(("Flag: ", "bold"), texts.finding(finding)))
    for line in analysis.advice.context:
        console.print(Text(line))
    for drill in analysis.advice.drills:
        console.print(Text.assemble(("Drill: ", "bold"), f"{drill.name}, {drill.purpose}."))
    for line in missing.lines(analysis):
        console.print(Text(line, style="dim"))
    console.print(Text(analysis.advice.see, style="bold" if analysis.advice.red_flags else "dim"))


def _bar(analysis: Analysis) -> str:
    """Displacement and mean velocity of the fastest repetition, and the velocity loss; "" if they are not measured."""
    known = [rep for rep in analysis.reps if rep.values[VELOCITY].known]
    if not known:
        return ""
    fastest = max(known, key=lambda rep: rep.values[VELOCITY].value)
    moved, mean = (wording.measure(name, fastest.values[name]) for name in (DISPLACEMENT, VELOCITY))
    if len(known) == 1:
        return f"{moved} up, mean velocity {mean}"
    text = f"{moved} up, mean velocity {mean} in repetition {fastest.rep.number}, the fastest"
    loss = analysis.over_set.get(LOSS)
    return f"{text}; velocity loss {wording.measure(LOSS, loss)}" if loss is not None and loss.known else text


def show_all(analysis: Analysis, console: Console) -> None:
    """Print every number of every repetition, the result of each rule, and the provenance."""
    names = for_readers([rep.values for rep in analysis.reps])
    for first in range(0, len(analysis.reps), REPS_PER_TABLE):
        console.print()
        console.print(_numbers(names, analysis.reps[first : first + REPS_PER_TABLE]))
    console.print()
    for name, measure in analysis.over_set.items():
        console.print(Text.assemble((f"{wording.name(name)}: ", "bold"), wording.over_set(name, measure)))
    console.print()
    for finding in analysis.findings:
        word = sentences.rule(finding)
        said = "" if word == sentences.SEE_VERDICT else texts.finding(finding)
        console.print(Text.assemble((f"{finding.rule.replace('_', ' ')} ({word}): ", "bold"), said))
    console.print()
    for name, value in texts.provenance(analysis).items():
        for label, text in sentences.flat(name, value):
            console.print(Text(f"{label}: {text}", style="dim"))


def show_comparison(pair: Comparison, console: Console, labels: Sequence[str] = ("A", "B")) -> None:
    """Print what differs, both repetitions, their differences.  Bold: the interval of the difference excludes zero."""
    console.print()
    names = [shown(label) for label in labels]
    console.print(Text(sentences.comparison(pair, names), style="bold"))
    if remarks := sentences.remarks(pair, names):
        console.print(Text(" ".join(remarks)))
    for letter, label, side in zip("AB", labels, (pair.first, pair.second), strict=True):
        named = letter if label == letter else f"{letter}, {shown(label)}"
        title = f"{named}: {shown(side.stored.video.file)}, repetition {side.rep.number}"
        console.print(Text.assemble((title, "bold"), "".join(f", {word}" for word in side.rep.remarks)))
    clear = sentences.in_front(pair)
    if not clear:
        return
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("metric", max_width=24)
    for label in ("A", "B", "B − A"):
        table.add_column(label, justify="right")
    for item in clear:
        values = (wording.measure(item.name, measure) for measure in (item.first, item.second))
        table.add_row(wording.name(item.name), *values, wording.differing(item.name, item.difference))
    console.print(table)
    console.print(Text("Only what differs by more than error. In brackets: 90 % interval.", style="dim"))


def _numbers(names: Sequence[str], reps: Sequence[RepMetrics]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("metric", max_width=34)
    for rep in reps:
        table.add_column(f"rep {rep.rep.number}", justify="right")
    for name in names:
        table.add_row(wording.name(name), *(wording.measure(name, rep.values[name]) for rep in reps))
    return table


def _angles(analysis: Analysis) -> list[str]:
    """Hip and low back over the clip as sparklines, and the ruler of the repetitions, in the language in use."""
    time_s, angles = analysis.angles.time_s, {name: getattr(analysis.angles, name) for name in LINES}
    known = {name: angle for name, angle in angles.items() if not np.isnan(angle.value_deg).all()}
    if not known:
        return []
    labels = [language.translated(words) for words in (*map(wording.short, known), "reps")]
    width = max(map(len, labels)) + 1
    lines = [
        f"{sparkline.line(time_s, angle.value_deg, LINE_COLUMNS)} {_largest(name, angle)}"
        for name, angle in known.items()
    ]
    lines.append(sparkline.ruler(time_s, [rep.rep for rep in analysis.reps], LINE_COLUMNS))
    return [f"{label:<{width}}{line}" for label, line in zip(labels, lines, strict=True)]


def _largest(name: str, angle: Angle) -> str:
    """The largest value of an angle over the clip."""
    return language.translated(f"to {wording.number(name, float(np.nanmax(angle.value_deg)))}")


def _table(analysis: Analysis) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("rep", justify="right")
    for head in HEADS:
        table.add_column(head, justify="right")
    for rep in analysis.reps:
        table.add_row(*_row(rep))
    return table


def _row(rep: RepMetrics) -> list[str]:
    number = ", ".join((str(rep.rep.number), *rep.rep.remarks))
    return [number, *(wording.measure(name, rep.values[name]) if rep.values[name].known else "–" for name in COLUMNS)]
