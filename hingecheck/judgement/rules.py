"""Apply one rule to a set.

In: a rule, the repetitions, and each metric over the set.  Out: a finding with its number, its limit and the repetition
that shows it best (`judge_rule`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hingecheck.judgement.criteria import Criteria, Rule
from hingecheck.records import Code, Finding, Measure, Reason, RepMetrics, Status


def judge_rule(
    name: str, rule: Rule, reps: Sequence[RepMetrics], pooled: Mapping[str, Measure], criteria: Criteria
) -> Finding:
    """Compare the rule's metric over the set with the rule's limit."""
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
    """The status of one metric against the rule's limit, and the reason if it is not assessed.

    1. Not assessed if the metric is not measured.
    2. "ok" if the value is more likely on the good side of the limit.
    3. "flag" if the value is beyond the limit surely enough: the whole interval, or the probability `support`.
    4. Else too close to the limit: "ok" for a rule that decides by the interval, not assessed for all others.
    """
    # 1
    if not measure.known:
        return "not_assessed", measure.reason
    # 2
    below = measure.chance_below(rule.limit)
    beyond = 1 - below if rule.side == "above" else below
    if beyond <= 0.5:
        return "ok", None
    # 3
    whole = measure.low > rule.limit if rule.side == "above" else measure.high < rule.limit
    if whole if rule.decide == "interval" else beyond >= support:
        return "flag", None
    # 4
    if rule.decide == "interval":
        return "ok", None
    return "not_assessed", Reason(Code.NEAR_LIMIT)
