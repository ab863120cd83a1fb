"""Stage 10, judge: from metrics and criteria to findings and a verdict.

In: the metrics of all repetitions, each metric over the set, the view and the criteria.  Out: one finding per rule, and
the verdict: the pattern of the set, how probable each pattern is, one cue, and how to film for a clearer answer
(`judge`).

Steps of the verdict (`_verdict`, `pattern_of`):

1. Weigh the measured lumbar share against what is usual among lifters, by the error of each.
2. Compute the probability that the true share lies in the band of each pattern.
3. Name the most probable pattern, if its probability, with a tolerance at the edges of the band, is high enough.  Else
   the clip cannot tell.
4. The clip cannot tell either if only one of several repetitions was measured.

Wording follows BIOMECHANICS section 5: it describes movement, never risk, injury or diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hingecheck import texts
from hingecheck.judgement.criteria import Criteria, Threshold
from hingecheck.judgement.rules import judge_rule
from hingecheck.records import (
    LOW_BACK_RULE,
    Code,
    Filming,
    Finding,
    Measure,
    Opening,
    Pattern,
    Reason,
    RepMetrics,
    Rounding,
    Verdict,
    View,
)
from hingecheck.records.measure import LEAST_SD

SHARE: Final = "lumbar_share_trunk"
"""Metric that the verdict rests on."""

HIP_LED_CUE: Final = "Keep this: hips back on the way down, hips to the bar on the way up."
"""Cue for a hip-led lift."""

MIXED_CUE: Final = "Before each pull take a breath, brace, and push the hips back until the hamstrings are taut."
"""Cue for a mixed lift."""

FILMING_CUE: Final = (
    "Film again from the side, camera at hip height and level with the lifter, whole body in the picture, "
    "standing still for a second before the first repetition, in close-fitting clothes or with a bare back."
)
"""Cue for a clip that cannot tell, has no flag, and shows nothing to film better."""

ROUND_CUE: Final = (
    "Before each pull, lift the chest and let the tailbone point back until the low back is longer. Keep that shape as "
    "the bar goes up."
)
"""Cue for a low back that is rounder at the start than usual, if no rule is flagged."""

SQUAT_CUE: Final = "Let the hips go back, not down, until the trunk leans over the bar: a deadlift is a hinge."
"""Cue for a lift whose share is not measured because the trunk hardly turned."""

SQUAT_REASON: Final = "the trunk hardly turned, as in a squat"
"""Why SQUAT_CUE is given."""

CLOSE_REASON: Final = "it helps both patterns that the measurement fits"
"""Why MIXED_CUE is given for a share that fits two of the three patterns."""

REASONS: Final[Mapping[Pattern, str]] = {
    "hip_led": "most of the way up came from the hips",
    "mixed": "hips and low back shared the way up",
    "low_back_led": "most of the way up came from the low back",
    "cannot_tell": "a clearer picture gives a clearer answer",
}
"""Why a cue is given if no rule is flagged."""

ROUND_REASON: Final = "the low back was rounder at the start of the pull than is usual"
"""Why ROUND_CUE is given."""

START: Final = "lumbar_at_start_deg"
"""Metric that says how round the low back is at the start of the pull."""

OPENED: Final = "lumbar_change_deg"
"""Metric that says by how much the low back is rounder at the start of the pull than at the top."""

BEHIND_PLATES: Final = frozenset({Code.BACK_HIDDEN, Code.STANDING_FOR_LOCKOUT})
"""Reasons and notes that a view past the plates avoids."""

WITHOUT_STANDING: Final = frozenset({Code.STANDING_USUAL})
"""Notes that quiet standing avoids.  Own standing in place of a hidden lockout is none of them: there the lifter did
stand."""

FAR_OR_CUT: Final = frozenset({Code.TRUNK_SMALL, Code.TRUNK_CUT})
"""Reasons that a nearer camera with the whole lifter in the picture avoids."""


def judge(
    reps: Sequence[RepMetrics], pooled: Mapping[str, Measure], view: View, criteria: Criteria
) -> tuple[tuple[Finding, ...], Verdict]:
    """One finding per rule, and the verdict; `pooled`: each metric over the set."""
    findings = tuple(judge_rule(name, rule, reps, pooled, criteria) for name, rule in criteria.rules.items())
    return findings, _verdict(reps, pooled, view, findings, criteria)


def _verdict(
    reps: Sequence[RepMetrics],
    pooled: Mapping[str, Measure],
    view: View,
    findings: Sequence[Finding],
    criteria: Criteria,
) -> Verdict:
    """The verdict over the set: see the steps of the module."""
    share, start_deg = pooled[SHARE], pooled.get(START, Measure.missing(Code.NO_REP_MEASURED))
    used = tuple(rep.rep.number for rep in reps if rep.values[SHARE].known)
    complete = sum(rep.complete for rep in reps)
    # 1, 2, 3
    pattern, why, chances = pattern_of(share, criteria.verdict)
    # 4
    if pattern != "cannot_tell" and len(used) == 1 < complete:
        pattern, why = "cannot_tell", (Reason(Code.ONE_OF_REPS, (complete,)),)
    rounding = compared_rounding(start_deg, criteria.verdict)
    opened_deg = pooled.get(OPENED, Measure.missing(Code.NO_REP_MEASURED))
    cue, cue_reason = _cue(pattern, why, rounding, findings, criteria)
    surer = _filming(reps, share, view, criteria.verdict)
    if cue == FILMING_CUE and surer:
        cue = f"Film again: {'; '.join(texts.FILMING[way] for way in surer)}."
    return Verdict(
        pattern=pattern,
        share=share,
        chances=chances,
        reasons=(*why, *view.reasons, *_few(used)),
        reps_used=used,
        cue=cue,
        surer=surer,
        cue_reason=cue_reason,
        start_deg=start_deg,
        rounding=rounding,
        opening=compared_with_top(opened_deg, criteria.verdict),
        bands=tuple(criteria.verdict[name].value for name in ("hip_led_below", "low_back_led_above")),
    )


def _filming(
    reps: Sequence[RepMetrics], share: Measure, view: View, limits: Mapping[str, Threshold]
) -> tuple[Filming, ...]:
    """How to film for a clearer answer; empty if nothing would help.

    Where the view cannot be assessed, it is the camera's place that helps, and not the clothes.  Where the clip begins
    too late or ends too early, they do not help either.
    """
    codes = {code for rep in reps for why in (rep.values[SHARE].reason, *rep.notes) if why for code in why.codes}
    why = frozenset() if share.reason is None else share.reason.codes
    wide = why.isdisjoint((Code.TRUNK_STILL, Code.PULL_UNDER_WAY, Code.PULL_CUT_OFF)) and (
        not share.known or share.high - share.low > limits["sure_width"].value
    )
    yaw_deg = abs(view.yaw_deg.value) if view.yaw_deg.known else 0.0
    advice = {
        Filming.FROM_FLOOR: Code.PULL_UNDER_WAY in why,
        Filming.TO_LOCKOUT: Code.PULL_CUT_OFF in why,
        Filming.SQUARE: not view.assessable or (wide and yaw_deg > limits["square_yaw"].value),
        Filming.CLOSE_FITTING: wide and view.assessable,
        Filming.PAST_PLATES: not codes.isdisjoint(BEHIND_PLATES),
        Filming.STANDING: not codes.isdisjoint(WITHOUT_STANDING),
        Filming.NEARER: not codes.isdisjoint(FAR_OR_CUT),
        Filming.MORE_REPS: sum(rep.complete for rep in reps) < limits["enough_reps"].value,
    }
    return tuple(filming for filming, helps in advice.items() if helps)


def pattern_of(
    share: Measure, limits: Mapping[str, Threshold]
) -> tuple[Pattern, tuple[Reason, ...], dict[Pattern, float]]:
    """The pattern in whose band a share probably lies, or `cannot_tell` and why; the probability of each pattern.

    The probabilities include the tolerance at the edges, so they can add up to more than 1.  They are empty if the
    share is not measured.
    """
    if share.reason is not None:
        return "cannot_tell", (share.reason,), {}
    # 1, 2
    strict, chances = (pattern_chances(share, limits, width) for width in (0.0, limits["edge_tolerance"].value))
    # 3
    best = max(strict, key=lambda name: strict[name])
    if share.high < limits["least_share"].value:
        why = Reason(Code.SHARE_DOUBTFUL)
    elif chances[best] < limits["support"].value:
        ruled_out = [name for name in chances if chances[name] < limits["ruled_out_below"].value]
        one = len(ruled_out) == 1
        why = Reason(Code.FITS_ALL_BUT, tuple(ruled_out)) if one else Reason(Code.FITS_SEVERAL)
    else:
        return best, (), chances
    return "cannot_tell", (why,), chances


def weighed_share(share: Measure, limits: Mapping[str, Threshold]) -> Measure:
    """Mean of the measured share and of the usual share among lifters, weighted by 1 / variance (Bayes' rule)."""
    measured, usual = 1 / max(share.sd, LEAST_SD) ** 2, 1 / limits["usual_spread"].value ** 2
    value = (measured * share.value + usual * limits["usual_share"].value) / (measured + usual)
    return Measure.of(value, 1 / (measured + usual) ** 0.5)


def pattern_chances(share: Measure, limits: Mapping[str, Threshold], tolerance: float) -> dict[Pattern, float]:
    """Probability that the true share lies in each band, widened by `tolerance` on both sides."""
    weighed = weighed_share(share, limits)
    low, high = limits["hip_led_below"].value, limits["low_back_led_above"].value
    return {
        "hip_led": weighed.chance_below(low + tolerance),
        "mixed": weighed.chance_below(high + tolerance) - weighed.chance_below(low - tolerance),
        "low_back_led": 1 - weighed.chance_below(high - tolerance),
    }


def _few(used: tuple[int, ...]) -> tuple[Reason, ...]:
    """A reason if the verdict rests on one repetition only."""
    return (Reason(Code.SINGLE_REP),) if len(used) == 1 else ()


def compared_rounding(start_deg: Measure, limits: Mapping[str, Threshold]) -> Rounding:
    """How round the low back is at the start, compared with measured lifters; "similar" if the interval allows it."""
    usual = limits["usual_rounding"].value
    if not start_deg.known:
        return "unknown"
    if start_deg.low > usual:
        return "rounder_than_most" if start_deg.value > usual + limits["rounding_spread"].value else "rounder"
    return "less_round" if start_deg.high < usual else "similar"


def compared_with_top(opened_deg: Measure, limits: Mapping[str, Threshold]) -> Opening:
    """How round the low back is at the start, compared with the top of the same repetitions, if the interval tells."""
    clearly = limits["clearly_rounder"].value
    if not opened_deg.known:
        return "unknown"
    if opened_deg.low > 0:
        return "clearly_rounder" if opened_deg.low > clearly else "rounder"
    return "alike" if opened_deg.high < clearly else "cannot_tell"


def _cue(
    pattern: Pattern, why: Sequence[Reason], rounding: Rounding, findings: Sequence[Finding], criteria: Criteria
) -> tuple[str, str]:
    """The cue and why it is given: of the first flag; without a flag, of a round low back; else of the pattern.

    `why`: the reasons why no pattern can be told.  Some of them call for another cue than to film again.
    """
    for finding in findings:
        if finding.status == "flag":
            return criteria.rules[finding.rule].cue, finding.text
    if rounding in ("rounder_than_most", "rounder"):
        return ROUND_CUE, ROUND_REASON
    codes = {code for reason in why for code in reason.codes}
    if Code.TRUNK_STILL in codes:
        return SQUAT_CUE, SQUAT_REASON
    if Code.FITS_ALL_BUT in codes:
        return MIXED_CUE, CLOSE_REASON
    cues = {"hip_led": HIP_LED_CUE, "mixed": MIXED_CUE}
    if pattern == "low_back_led" and LOW_BACK_RULE in criteria.rules:
        cues[pattern] = criteria.rules[LOW_BACK_RULE].cue
    return cues.get(pattern, FILMING_CUE), REASONS[pattern]
