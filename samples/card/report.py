"""ERRORS.md: what was run, the tables, the pictures."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from samples.card.conditions import side_view
from samples.card.design import LIFTERS, MIXED, Item
from samples.card.records import ANALYSED, ClipResult
from samples.card.tables import (
    LUMBAR,
    METRIC_WORDS,
    event_table,
    frame_table,
    metric_table,
    peer_table,
    summary_table,
    verdict_counts,
    verdict_table,
)

COMMAND = "python -m samples.evaluate --out DIR --processes 2"
PICTURES = (
    ("agreement", "Lumbar change, measured minus true, against their mean, yaw to 20°"),
    ("yaw", "Mean absolute error and share unread as the camera leaves the side view"),
    ("peers", "True lumbar change against what hingecheck and the other measures say, yaw to 20°"),
)
STAR = (
    "\\* Mean absolute error, °, of the measures that others print, after their best straight line over the clips "
    "to 20° of yaw."
)


def write_card(items: Sequence[Item], results: Sequence[ClipResult], folder: Path) -> Path:
    """Write ERRORS.md from the results there are; says what is missing."""
    path = folder / "ERRORS.md"
    part = path.with_name(".ERRORS.part")
    tables = [*_measures(results), *_verdicts(results), *_conditions(results)]
    part.write_text("\n\n".join([*_beginning(items, results), *tables, *_reading()]) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def _beginning(items: Sequence[Item], results: Sequence[ClipResult]) -> list[str]:
    versions = ", ".join(sorted({result.version for result in results}))
    frames = sum(result.frame_count for result in results)
    reps = sum(len(result.reps) for result in results)
    missing = len(items) - len(results)
    lacking = f" **{missing} of {len(items)} clips are missing; the command completes them.**" if missing else ""
    mixtures = sum(result.factor == MIXED for result in results)
    return [
        "# Error card",
        f"What `hingecheck` {versions} gets wrong on {len(results)} rendered clips with {reps} complete repetitions "
        f"({frames} frames) whose joint angles are known exactly.{lacking} Written by\n\n    {COMMAND}",
        f"{len(results) - mixtures} clips change one factor at a time around a base case, each level with the same "
        f"{len(LIFTERS)} lifters (a hip-led man, a mixed woman, a low-back-led man); {mixtures} mix everything at "
        "random. Base case: camera square to the side, 2.9 m away, tight shirt, 450-mm plates, even light, "
        "360 × 640 (the analyzer reads 512 lines), 30 Hz, one fast repetition (Romanian: two), standing 0.7 s before "
        "and after, no motion blur, default model and settings. The clip at 2160 × 3840 is drawn at 720 × 1280 and "
        "enlarged before it is encoded.",
        _outcomes(results),
        "An error measured here is the error on drawn lifters. A row of three clips is an indication, not an "
        "estimate; the rows in bold pool many, but mostly of the same three lifters: what the analyzer gets wrong "
        "about one of them weighs more than in a crowd. The random mixtures have a lifter each.",
    ]


def _outcomes(results: Sequence[ClipResult]) -> str:
    outcomes = Counter(result.outcome for result in results)
    seen = outcomes.pop(ANALYSED, 0)
    told = ", ".join(f"{count} × {kind.replace('_', ' ')}" for kind, count in sorted(outcomes.items()))
    return f"Analysed: {seen} clips. Refused by the analyzer: {told or 'none'}."


def _measures(results: Sequence[ClipResult]) -> list[str]:
    """The pooled tables: the analyzer's metrics and the peers' measures."""
    near = side_view(results)
    mixed = [result for result in near if result.factor == MIXED]
    return [
        f"## Within 20° of the side view ({len(near)} clips)",
        summary_table(near),
        f"The random mixtures among them ({len(mixed)} clips, a lifter each):",
        summary_table(mixed),
        "## The measures that others print",
        "Trunk lean, droop ratio and circle are no lumbar angles. Each is read in the posture that the lifter pulls "
        "from, from the same landmarks and the same contour, and turned into degrees by the straight line that fits "
        "the clips of its table best (least squares on the truth): a help that their users do not have.",
        f"All clips to 20° of yaw ({len(near)}, mostly the same {len(LIFTERS)} lifters again and again):",
        peer_table(near),
        f"Random mixtures to 20° of yaw ({len(mixed)}, a lifter each):",
        peer_table(mixed),
        *(f"![{words}](pictures/{name}.png)" for name, words in PICTURES),
    ]


def _verdicts(results: Sequence[ClipResult]) -> list[str]:
    near = side_view(results)
    given, right, count = verdict_counts(near)
    given_all, right_all, count_all = verdict_counts(results)
    return [
        "## Verdicts",
        f"Within 20° of the side view {given} of {count} clips got a verdict, {right} of these the true one. Over "
        f"all clips: {given_all} of {count_all}, {right_all} true. A verdict counts as true if it is the pattern of "
        "the true share or, within 0.04 of a boundary, its neighbour.",
        "Yaw to 20°:",
        verdict_table(near),
        "All clips:",
        verdict_table(results),
    ]


def _conditions(results: Sequence[ClipResult]) -> list[str]:
    """The long tables, a row a condition."""
    blocks = ["## Condition by condition"]
    for metric, words in METRIC_WORDS.items():
        blocks += [f"### {words}", metric_table(results, metric)]
        blocks += [STAR] if metric == LUMBAR else []
    return [
        *blocks,
        "## Angles, frame by frame",
        "Mean absolute error in degrees over the frames from the first repetition's start to the last one's end.",
        frame_table(results),
        "## Repetitions, events and view",
        "Lift-off, lockout and yaw: mean absolute error.",
        event_table(results),
    ]


def _reading() -> list[str]:
    return [
        "## How to read it",
        "Errors are measured minus true; changes are the lowest posture minus lockout, as in the contract. *95 % "
        "limits*: Bland and Altman's limits of agreement, bias ± 1.96 SD. *ICC*: ICC(A,1), two-way, absolute "
        "agreement, single measurement. Both by `poseaudit`; neither is given for fewer than three readings. *Inside "
        "90 % interval*: share of the numbers whose own interval holds the truth, in brackets the exact 95 % "
        "confidence interval of that share, which takes the repetitions as independent. *Unread*: share of the true "
        "repetitions without a number: not found, refused, hidden by a plate, or withheld for the view. *Rep F1*: "
        "2 TP / (2 TP + FP + FN); a repetition is found if its lockout lies within 0.6 s. *Yaw*: positive, the camera "
        "sees more of the back.",
    ]
