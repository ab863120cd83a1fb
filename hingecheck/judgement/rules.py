"""What each rule says of a set: a finding with its number and limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingecheck.judgement.criteria import Criteria, Rule
from hingecheck.records import Code, Finding, Measure, Reason, RepMetrics, Status


def judge_rule(
    name: str, rule: Rule, reps: Sequence[RepMetrics], pooled: Mapping[str, Measure], criteria: Criteria
) -> Finding:
    """A rule that compares one metric, over the set, with a limit."""
    measure = pooled[rule.metric]
    used = [rep for rep in reps if rep.complete and rep.values.get(rule.metric, measure).known]
    status, why = assess(measure, rule, criteria.verdict["flag_support"].value)
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
        text={"flag": rule.flag, "ok": rule.ok}.get(status, ""),
        source=rule.source,
        why=why,
    )


def assess(measure: Measure, rule: Rule, support: float) -> tuple[Status, Reason | None]:
    """Compare one metric with the limit, or tell why not: flagged only where enough of its interval lies beyond."""
    if not measure.known:
        return "not_assessed", measure.reason
    under = measure.chance_below(rule.limit)
    beyond = 1 - under if rule.side == "above" else under
    if beyond <= 0.5:
        return "ok", None
    whole = measure.low > rule.limit if rule.side == "above" else measure.high < rule.limit
    if whole if rule.decide == "interval" else beyond >= support:
        return "flag", None
    if rule.decide == "interval":
        return "ok", None
    return "not_assessed", Reason(Code.NEAR_LIMIT)
