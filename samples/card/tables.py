"""The tables of the card, as Markdown."""

from collections.abc import Sequence

import numpy as np

from samples.card.agreement import (
    Agreement,
    Fit,
    after_line,
    agreement,
    best_line,
    f1,
    measured_pairs,
    of_metric,
    paired,
)
from samples.card.conditions import Condition, analysed, one_by_one, pooled, side_view
from samples.card.measure import ANGLES
from samples.card.peers import PEERS
from samples.card.records import ClipResult, Value

LUMBAR = "lumbar_change_deg"
PATTERNS = ("hip_led", "mixed", "low_back_led")
VERDICTS = (*PATTERNS, "cannot_tell")
PEER_WORDS = {
    "back_angle_deg": "trunk lean, printed as “back angle”",
    "droop_ratio": "shoulder–hip droop ratio",
    "circle_curvature": "three-point circle on the back's edge",
}
METRIC_WORDS = {
    "lumbar_change_deg": "Lumbar change, °",
    "pelvis_change_deg": "Pelvis change, °",
    "hip_change_deg": "Hip change, °",
    "knee_change_deg": "Knee change, °",
    "lumbar_share_trunk": "Lumbar share of the trunk's movement",
}


def number(value: float | None, digits: int = 1) -> str:
    """Format a number; a dash if there is none."""
    return "–" if value is None or np.isnan(value) else f"{value:.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """Format a number with its sign; a dash if there is none."""
    return "–" if np.isnan(value) else f"{value:+.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """Format a share as per cent."""
    return "–" if np.isnan(share) else f"{100 * share:.0f} %"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def agreement_cells(stats: Agreement, digits: int) -> list[str]:
    """Return the cells: bias, mean absolute error, limits, ICC, share inside the interval, share not measured."""
    limits = " to ".join(signed(limit, digits) for limit in stats.limits)
    return [
        signed(stats.bias, digits),
        number(stats.mean_abs, digits),
        limits if stats.read >= 3 else "–",
        number(stats.icc, 2),
        percent(stats.inside),
        percent(stats.unread),
    ]


AGREEMENT_HEAD = ("bias", "mean abs. error", "95 % limits", "ICC", "inside 90 % interval", "not measured")
"""Column heads of `agreement_cells`."""


def digits_of(metric: str) -> int:
    """Return the number of decimals of a metric."""
    return 1 if metric.endswith("_deg") else 2


def summary_table(results: Sequence[ClipResult]) -> str:
    """Return one row per metric, over some clips."""
    rows = []
    for name, words in METRIC_WORDS.items():
        stats = of_metric(results, name)
        low, high = stats.inside_ci
        inside = f"{percent(stats.inside)} ({percent(low)} to {percent(high)})" if stats.read else "–"
        cells = agreement_cells(stats, digits_of(name))
        rows.append([words, str(stats.reps), *cells[:4], inside, cells[5]])
    return markdown(["measure", "reps", *AGREEMENT_HEAD], rows)


def metric_table(results: Sequence[ClipResult], metric: str) -> str:
    """Return one row per condition. For the lumbar change, the peers' mean absolute errors are added."""
    lines = peer_lines(results) if metric == LUMBAR else {}
    rows = []
    for condition in (*one_by_one(results), *pooled(results)):
        stats = of_metric(condition.results, metric)
        head = [condition.label, str(len(condition.results)), str(stats.reps)]
        beside = [_peer_cell(condition, name, line) for name, line in lines.items()]
        rows.append([*head, *agreement_cells(stats, digits_of(metric)), *beside])
    peers = ["back angle*", "droop ratio*", "circle*"] if lines else []
    return markdown(["condition", "clips", "reps", *AGREEMENT_HEAD, *peers], rows)


def peer_lines(results: Sequence[ClipResult]) -> dict[str, Fit]:
    """Return the best line of each peer's measure, over the clips within 20 degrees of the side view."""
    return {name: best_line(*paired(side_view(results), name, LUMBAR)) for name in PEERS}


def _peer_cell(condition: Condition, name: str, line: Fit) -> str:
    """A peer's mean absolute error under one condition."""
    return number(after_line(line, *paired(condition.results, name, LUMBAR)).mean_abs)


def peer_table(results: Sequence[ClipResult]) -> str:
    """Compare estimators of the lumbar change: the analyzer and the peers. Each line is fitted to these same clips."""
    true = [rep.truth[LUMBAR] for result in results for rep in result.reps]
    if not true:
        return "No clip yet."
    own_pairs = measured_pairs(results, LUMBAR)
    line = best_line(*own_pairs)
    rows = [
        _estimator("hingecheck", of_metric(results, LUMBAR), line.correlation),
        _estimator("hingecheck, after a best-fit line", after_line(line, *own_pairs), line.correlation),
    ]
    for name, words in PEER_WORDS.items():
        pairs = paired(results, name, LUMBAR)
        fit = best_line(*pairs)
        rows.append(_estimator(f"{words}, after a best-fit line", after_line(fit, *pairs), fit.correlation))
    always = agreement(true, [Value(float(np.mean(true)), None, None)] * len(true))
    rows.append(_estimator("the mean of all true values, for every repetition", always, float("nan")))
    return markdown(["estimator of the lumbar change", "reps", "r", "mean abs. error, °", "95 % limits, °"], rows)


def _estimator(words: str, stats: Agreement, correlation: float) -> list[str]:
    """One row of the peer table."""
    limits = " to ".join(signed(limit) for limit in stats.limits)
    return [words, str(stats.read), number(correlation, 2), number(stats.mean_abs), limits]


def frame_table(results: Sequence[ClipResult]) -> str:
    """Return each angle's mean absolute error by condition, and the share of frames with a lumbar angle."""
    rows = []
    for condition in (*one_by_one(results), *pooled(results)):
        angles = [result.frames for result in analysed(condition.results)]
        errors = [number(_mean([clip[name].mean_abs_deg for clip in angles])) for name in ANGLES]
        covered = _mean([clip["lumbar_flexion"].covered for clip in angles])
        inside = [percent(_mean([clip[name].inside for clip in angles])) for name in ("lumbar_flexion", "pelvis_tilt")]
        rows.append([condition.label, str(len(angles)), *errors, percent(covered), *inside])
    names = [name.replace("_", " ") for name in ANGLES]
    last = ["frames with a lumbar angle", "lumbar inside 90 % interval", "pelvis inside"]
    return markdown(["condition", "clips analysed", *names, *last], rows)


def event_table(results: Sequence[ClipResult]) -> str:
    """Return repetitions found, event errors, yaw errors and facing by condition."""
    rows = []
    for condition in (*one_by_one(results), *pooled(results)):
        clips = analysed(condition.results)
        reps = [rep for result in clips for rep in result.reps if rep.measured]
        events = [
            _mean([None if error is None else abs(error) for error in errors])
            for errors in ([rep.liftoff_error_s for rep in reps], [rep.lockout_error_s for rep in reps])
        ]
        yaws = [result.yaw_error_deg for result in clips]
        rows.append(
            [
                condition.label,
                f"{len(clips)} of {len(condition.results)}",
                percent(_mean([result.seen for result in clips])),
                number(f1(condition.results), 2),
                *(number(error, 2) for error in events),
                signed(_mean(yaws)),
                number(_mean([None if yaw is None else abs(yaw) for yaw in yaws])),
                f"{sum(result.facing_right for result in clips)} of {len(clips)}",
            ]
        )
    head = [
        "clips analysed",
        "frames with the lifter",
        "rep F1",
        "lift-off, s",
        "lockout, s",
        "yaw bias, °",
        "yaw, °",
        "facing right",
    ]
    return markdown(["condition", *head], rows)


def verdict_table(results: Sequence[ClipResult]) -> str:
    """Return the true pattern against the verdict.

    A clip whose true share is within 0.04 of a limit has a row of its own.
    """
    rows = []
    for true in dict.fromkeys([*[(name,) for name in PATTERNS], *sorted({each.true_patterns for each in results})]):
        clips = [result for result in results if result.true_patterns == true]
        counts = [sum(result.pattern == verdict for result in clips) for verdict in VERDICTS]
        refused = len(clips) - len(analysed(clips))
        rows.append([" or ".join(true).replace("_", " "), *(str(count) for count in (*counts, refused, len(clips)))])
    return markdown(["true pattern", *(name.replace("_", " ") for name in VERDICTS), "refused", "clips"], rows)


def verdict_counts(results: Sequence[ClipResult]) -> tuple[int, int, int]:
    """Return the number of verdicts, of right verdicts, and of clips."""
    given = [result for result in results if result.pattern in PATTERNS]
    return len(given), sum(result.pattern in result.true_patterns for result in given), len(results)


def _mean(values: Sequence[float | None]) -> float:
    """Mean of the known values."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
