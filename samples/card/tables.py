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
    """A number, or a dash where there is none."""
    return "–" if value is None or np.isnan(value) else f"{value:.{digits}f}".replace("-", "−")


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, or a dash where there is none."""
    return "–" if np.isnan(value) else f"{value:+.{digits}f}".replace("-", "−")


def percent(share: float) -> str:
    """A share of one as per cent."""
    return "–" if np.isnan(share) else f"{100 * share:.0f} %"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def agreement_cells(found: Agreement, digits: int) -> list[str]:
    """Bias, mean absolute error, limits, ICC, share inside the interval, share unread."""
    limits = " to ".join(signed(limit, digits) for limit in found.limits)
    return [
        signed(found.bias, digits),
        number(found.mean_abs, digits),
        limits if found.read >= 3 else "–",
        number(found.icc, 2),
        percent(found.inside),
        percent(found.unread),
    ]


AGREEMENT_HEAD = ("bias", "mean abs. error", "95 % limits", "ICC", "inside 90 % interval", "unread")


def digits_of(metric: str) -> int:
    """Decimals that a metric is printed with."""
    return 1 if metric.endswith("_deg") else 2


def summary_table(results: Sequence[ClipResult]) -> str:
    """A row a metric over some clips."""
    rows = []
    for name, words in METRIC_WORDS.items():
        found = of_metric(results, name)
        low, high = found.inside_ci
        inside = f"{percent(found.inside)} ({percent(low)} to {percent(high)})" if found.read else "–"
        cells = agreement_cells(found, digits_of(name))
        rows.append([words, str(found.reps), *cells[:4], inside, cells[5]])
    return markdown(["measure", "reps", *AGREEMENT_HEAD], rows)


def metric_table(results: Sequence[ClipResult], metric: str) -> str:
    """A row a condition; for the lumbar change the peers' mean absolute errors stand beside it."""
    lines = peer_lines(results) if metric == LUMBAR else {}
    rows = []
    for condition in (*one_by_one(results), *pooled(results)):
        found = of_metric(condition.results, metric)
        head = [condition.label, str(len(condition.results)), str(found.reps)]
        beside = [_peer_cell(condition, name, line) for name, line in lines.items()]
        rows.append([*head, *agreement_cells(found, digits_of(metric)), *beside])
    peers = ["back angle*", "droop ratio*", "circle*"] if lines else []
    return markdown(["condition", "clips", "reps", *AGREEMENT_HEAD, *peers], rows)


def peer_lines(results: Sequence[ClipResult]) -> dict[str, Fit]:
    """The best line of each peer's measure, over the clips within 20 degrees of the side view."""
    return {name: best_line(*paired(side_view(results), name, LUMBAR)) for name in PEERS}


def _peer_cell(condition: Condition, name: str, line: Fit) -> str:
    return number(after_line(line, *paired(condition.results, name, LUMBAR)).mean_abs)


def peer_table(results: Sequence[ClipResult]) -> str:
    """The lumbar change and the peers' measures as estimators of it; each line is fitted to these very clips."""
    true = [rep.truth[LUMBAR] for result in results for rep in result.reps]
    if not true:
        return "No clip yet."
    own = measured_pairs(results, LUMBAR)
    line = best_line(*own)
    rows = [
        _estimator("hingecheck, as it is", of_metric(results, LUMBAR), line.correlation),
        _estimator("hingecheck after its best line", after_line(line, *own), line.correlation),
    ]
    for name, words in PEER_WORDS.items():
        pairs = paired(results, name, LUMBAR)
        fit = best_line(*pairs)
        rows.append(_estimator(f"{words}, after its best line", after_line(fit, *pairs), fit.correlation))
    always = agreement(true, [Value(float(np.mean(true)), None, None)] * len(true))
    rows.append(_estimator("the same answer for everybody (their mean)", always, float("nan")))
    return markdown(["estimator of the lumbar change", "reps", "r", "mean abs. error, °", "95 % limits, °"], rows)


def _estimator(words: str, found: Agreement, correlation: float) -> list[str]:
    limits = " to ".join(signed(limit) for limit in found.limits)
    return [words, str(found.read), number(correlation, 2), number(found.mean_abs), limits]


def frame_table(results: Sequence[ClipResult]) -> str:
    """Mean over clips of each angle's mean absolute error, and how many frames have a lumbar angle."""
    rows = []
    for condition in (*one_by_one(results), *pooled(results)):
        known = [result.frames for result in analysed(condition.results)]
        errors = [number(_mean([clip[name].mean_abs_deg for clip in known])) for name in ANGLES]
        covered = _mean([clip["lumbar_flexion"].covered for clip in known])
        inside = [percent(_mean([clip[name].inside for clip in known])) for name in ("lumbar_flexion", "pelvis_tilt")]
        rows.append([condition.label, str(len(known)), *errors, percent(covered), *inside])
    names = [name.replace("_", " ") for name in ANGLES]
    last = ["frames with a lumbar angle", "lumbar inside 90 % interval", "pelvis inside"]
    return markdown(["condition", "clips analysed", *names, *last], rows)


def event_table(results: Sequence[ClipResult]) -> str:
    """Repetitions found, events, yaw and facing."""
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
    """True pattern against verdict; a clip whose true share is within 0.04 of a boundary has a row of its own."""
    rows = []
    for true in dict.fromkeys([*[(name,) for name in PATTERNS], *sorted({each.true_patterns for each in results})]):
        clips = [result for result in results if result.true_patterns == true]
        counts = [sum(result.pattern == verdict for result in clips) for verdict in VERDICTS]
        refused = len(clips) - len(analysed(clips))
        rows.append([" or ".join(true).replace("_", " "), *(str(count) for count in (*counts, refused, len(clips)))])
    return markdown(["true pattern", *(name.replace("_", " ") for name in VERDICTS), "refused", "clips"], rows)


def verdict_counts(results: Sequence[ClipResult]) -> tuple[int, int, int]:
    """Verdicts given, right ones among them, and clips."""
    given = [result for result in results if result.pattern in PATTERNS]
    return len(given), sum(result.pattern in result.true_patterns for result in given), len(results)


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")
