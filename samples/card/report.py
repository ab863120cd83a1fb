"""The text of ERRORS.md: what was rendered, the tables, the pictures, and how to read them."""

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
    ("agreement", "Lumbar change: measured minus true against their mean, yaw to 20°"),
    ("yaw", "Mean absolute error and share not measured, by camera yaw"),
    ("peers", "Lumbar change by hingecheck and by the other measures against the true one, yaw to 20°"),
)
STAR = (
    "\\* Mean absolute error, °, of the other programs' measures, after a best-fit line over the clips to 20° of yaw."
)


def write_card(items: Sequence[Item], results: Sequence[ClipResult], folder: Path) -> Path:
    """Write ERRORS.md from the finished results; it says how many clips are missing."""
    path = folder / "ERRORS.md"
    part = path.with_name(".ERRORS.part")
    tables = [*_measures(results), *_verdicts(results), *_conditions(results)]
    part.write_text("\n\n".join([*_beginning(items, results), *tables, *_reading()]) + "\n", encoding="utf-8")
    part.replace(path)
    return path


def _beginning(items: Sequence[Item], results: Sequence[ClipResult]) -> list[str]:
    """What was rendered and analyzed."""
    versions = ", ".join(sorted({result.version for result in results}))
    frames = sum(result.frame_count for result in results)
    reps = sum(len(result.reps) for result in results)
    missing = len(items) - len(results)
    lacking = f" **{missing} of {len(items)} clips are missing; the command completes them.**" if missing else ""
    mixtures = sum(result.factor == MIXED for result in results)
    return [
        "# Error card",
        f"The errors of `hingecheck` {versions} on {len(results)} rendered clips with {reps} complete repetitions "
        f"({frames} frames). The joint angles of these clips are known exactly.{lacking} Written by\n\n    {COMMAND}",
        f"{len(results) - mixtures} clips change one factor at a time around a base case. Each level has the same "
        f"{len(LIFTERS)} lifters (a hip-led man, a mixed woman, a low-back-led man). {mixtures} clips mix everything "
        "at random. Base case: camera square to the side, 2.9 m away, tight shirt, 450-mm plates, even light, "
        "360 × 640 (the analyzer reads 512 lines), 30 Hz, one fast repetition (Romanian: two), standing for 0.7 s "
        "before and after, no motion blur, default model and settings. The clip at 2160 × 3840 is drawn at "
        "720 × 1280 and enlarged before encoding.",
        _outcomes(results),
        "These are errors on drawn lifters, not on real ones. A row of three clips is an indication, not an "
        "estimate. The rows in bold pool many clips, but mostly of the same three lifters. So an error on one of "
        "them weighs more than it would among many people. Each random mixture has a lifter of its own.",
    ]


def _outcomes(results: Sequence[ClipResult]) -> str:
    """How many clips were analysed and refused."""
    outcomes = Counter(result.outcome for result in results)
    analysed = outcomes.pop(ANALYSED, 0)
    refusals = ", ".join(f"{count} × {kind.replace('_', ' ')}" for kind, count in sorted(outcomes.items()))
    return f"Analysed: {analysed} clips. Refused by the analyzer: {refusals or 'none'}."


def _measures(results: Sequence[ClipResult]) -> list[str]:
    """The pooled tables: the analyzer's metrics and the peers' measures."""
    near = side_view(results)
    mixed = [result for result in near if result.factor == MIXED]
    return [
        f"## Within 20° of the side view ({len(near)} clips)",
        summary_table(near),
        f"The random mixtures among them ({len(mixed)} clips, each with its own lifter):",
        summary_table(mixed),
        "## The measures of other programs",
        "Trunk lean, droop ratio and circle are not lumbar angles. Each is read at the start of the pull, from the "
        "same landmarks and the same contour. A straight line then converts it to degrees: the line that best fits "
        "the true values of the clips in its table (least squares). Users of those programs do not have this line.",
        f"All clips to 20° of yaw ({len(near)}, mostly of the same {len(LIFTERS)} lifters):",
        peer_table(near),
        f"Random mixtures to 20° of yaw ({len(mixed)}, each with its own lifter):",
        peer_table(mixed),
        *(f"![{words}](pictures/{name}.png)" for name, words in PICTURES),
    ]


def _verdicts(results: Sequence[ClipResult]) -> list[str]:
    """The verdicts against the true patterns."""
    near = side_view(results)
    given, right, count = verdict_counts(near)
    given_all, right_all, count_all = verdict_counts(results)
    return [
        "## Verdicts",
        f"Within 20° of the side view, {given} of {count} clips got a verdict; {right} of these were right. Over "
        f"all clips: {given_all} of {count_all}, {right_all} right. A verdict is right if it is the pattern of the "
        "true share. If the share is within 0.04 of a limit, the neighbouring pattern is right as well.",
        "Yaw to 20°:",
        verdict_table(near),
        "All clips:",
        verdict_table(results),
    ]


def _conditions(results: Sequence[ClipResult]) -> list[str]:
    """The long tables, one row per condition."""
    blocks = ["## Condition by condition"]
    for metric, words in METRIC_WORDS.items():
        blocks += [f"### {words}", metric_table(results, metric)]
        blocks += [STAR] if metric == LUMBAR else []
    return [
        *blocks,
        "## Angles, frame by frame",
        "Mean absolute error in degrees, over the frames from the start of the first repetition to the end of the "
        "last.",
        frame_table(results),
        "## Repetitions, events and view",
        "Mean absolute errors of lift-off, lockout and yaw.",
        event_table(results),
    ]


def _reading() -> list[str]:
    """How to read the card."""
    return [
        "## How to read it",
        "Errors are measured minus true. A change is the lowest posture minus the posture at lockout, as in the "
        "contract.",
        "- *95 % limits*: Bland and Altman's limits of agreement, bias ± 1.96 SD.\n"
        "- *ICC*: ICC(A,1), two-way, absolute agreement, single measurement. Limits and ICC come from `poseaudit`; "
        "neither is given for fewer than three readings.\n"
        "- *Inside 90 % interval*: share of the numbers whose own interval contains the truth. In brackets: the exact "
        "95 % confidence interval of that share; it assumes independent repetitions.\n"
        "- *Not measured*: share of the true repetitions without a number. They were not found, refused, hidden by a "
        "plate, or withheld because of the view.\n"
        "- *Rep F1*: 2 TP / (2 TP + FP + FN); a repetition is found if its lockout is within 0.6 s.\n"
        "- *Yaw*: positive if the camera sees more of the back.",
    ]
