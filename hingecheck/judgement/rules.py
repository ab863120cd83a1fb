"""What each rule says of a set: a finding with its number and limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingecheck.judgement.criteria import Criteria, Rule
from hingecheck.records import Finding, Measure, RepMetrics, Status


def judge_rule(
    name: str, rule: Rule, reps: Sequence[RepMetrics], pooled: Mapping[str, Measure], criteria: Criteria
) -> Finding:
    """A rule that compares one metric, over the set, with a limit."""
    measure = pooled[rule.metric]
    used = [rep for rep in reps if rep.complete and rep.values.get(rule.metric, measure).known]
    status, text = assess(measure, rule, criteria.verdict["flag_support"].value)
    sign = 1.0 if rule.side == "above" else -1.0
    worst = max(used, key=lambda rep: sign * rep.values.get(rule.metric, measure).value, default=None)
    return Finding(
        rule=name,
        status=status,
        measure=measure,
        limit=rule.limit,
        unit=rule.unit,
        reps=tuple(rep.rep.number for rep in used),
        evidence_s=None if worst is None else (worst.rep.onset_s, worst.rep.top_s),
        text=text,
        source=rule.source,
    )


def assess(measure: Measure, rule: Rule, support: float) -> tuple[Status, str]:
    """Compare one metric with the limit: flagged only where enough of its interval lies beyond."""
    if not measure.known:
        return "not_assessed", f"Not assessed: {measure.reason}."
    under = measure.chance_below(rule.limit)
    beyond = 1 - under if rule.side == "above" else under
    if beyond <= 0.5:
        return "ok", rule.ok
    whole = measure.low > rule.limit if rule.side == "above" else measure.high < rule.limit
    if whole if rule.decide == "interval" else beyond >= support:
        return "flag", rule.flag
    if rule.decide == "interval":
        return "ok", rule.ok
    return "not_assessed", "Not assessed: the measured value is too close to the limit to say."
