"""Stage 10, judge: metrics and criteria become findings and a verdict; one small function a rule.

Wording follows BIOMECHANICS section 5: describe movement, never risk, injury or diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hingecheck.judgement.criteria import Criteria, Threshold
from hingecheck.judgement.rules import judge_rule
from hingecheck.records import Code, Filming, Finding, Measure, Pattern, Reason, RepMetrics, Verdict, View
from hingecheck.records.measure import LEAST_SD

SHARE: Final = "lumbar_share_trunk"
HIP_LED_CUE: Final = "Keep this: hips back on the way down, hips to the bar on the way up."
MIXED_CUE: Final = "Before each pull take a breath, brace, and push the hips back until the hamstrings are taut."
FILMING_CUE: Final = (
    "Film again from the side, camera at hip height and level with the lifter, whole body in the picture, "
    "standing still for a second before the first repetition, in a close-fitting shirt."
)
BEHIND_PLATES: Final = frozenset({Code.BACK_HIDDEN, Code.STANDING_FOR_LOCKOUT})
WITHOUT_STANDING: Final = frozenset({Code.NO_STANDING, Code.STANDING_FOR_LOCKOUT})
FAR_OR_CUT: Final = frozenset({Code.TRUNK_SMALL, Code.TRUNK_CUT})
"""What makes the share unsure, by what helps against it."""


def judge(
    reps: Sequence[RepMetrics], pooled: Mapping[str, Measure], view: View, criteria: Criteria
) -> tuple[tuple[Finding, ...], Verdict]:
    """Findings of every rule, and the verdict; `pooled` holds each metric over all complete repetitions."""
    findings = tuple(judge_rule(name, rule, reps, pooled, criteria) for name, rule in criteria.rules.items())
    return findings, _verdict(reps, pooled[SHARE], view, findings, criteria)


def _verdict(
    reps: Sequence[RepMetrics], share: Measure, view: View, findings: Sequence[Finding], criteria: Criteria
) -> Verdict:
    used = tuple(rep.rep.number for rep in reps if rep.values[SHARE].known)
    complete = sum(rep.complete for rep in reps)
    pattern, why, chances = pattern_of(share, criteria.verdict)
    if pattern != "cannot_tell" and len(used) == 1 < complete:
        pattern, why = "cannot_tell", (Reason(Code.ONE_OF_REPS, (complete,)),)
    return Verdict(
        pattern=pattern,
        share=share,
        chances=chances,
        reasons=(*why, *view.reasons, *_few(used)),
        reps_used=used,
        cue=_cue(pattern, findings, criteria),
        surer=_surer(reps, share, view, criteria.verdict),
    )


def _surer(
    reps: Sequence[RepMetrics], share: Measure, view: View, limits: Mapping[str, Threshold]
) -> tuple[Filming, ...]:
    """How to film so that the answer gets surer; nothing where it is as sure as it gets."""
    told = {code for rep in reps for why in (rep.values[SHARE].reason, *rep.notes) if why for code in why.codes}
    wide = not share.known or share.high - share.low > limits["sure_width"].value
    yaw_deg = abs(view.yaw_deg.value) if view.yaw_deg.known else 0.0
    advice = {
        Filming.SQUARE: wide and yaw_deg > limits["square_yaw"].value,
        Filming.CLOSE_FITTING: wide,
        Filming.PAST_PLATES: not told.isdisjoint(BEHIND_PLATES),
        Filming.STANDING: not told.isdisjoint(WITHOUT_STANDING),
        Filming.NEARER: not told.isdisjoint(FAR_OR_CUT),
        Filming.MORE_REPS: sum(rep.complete for rep in reps) < limits["enough_reps"].value,
    }
    return tuple(way for way, helps in advice.items() if helps)


def pattern_of(
    share: Measure, limits: Mapping[str, Threshold]
) -> tuple[Pattern, tuple[Reason, ...], dict[Pattern, float]]:
    """The band in which a share lies with enough probability, or `cannot_tell` and why; how probable each band is."""
    if share.reason is not None:
        return "cannot_tell", (share.reason,), {}
    strict, chances = (_chances(share, limits, width) for width in (0.0, limits["edge_tolerance"].value))
    best = max(strict, key=lambda name: strict[name])
    if share.high < limits["least_share"].value:
        why = Reason(Code.SHARE_DOUBTFUL, (share.value,))
    elif chances[best] < limits["support"].value:
        out = [name for name in chances if chances[name] < limits["ruled_out_below"].value]
        ends = (share.low, share.high)
        why = Reason(Code.FITS_ALL_BUT, (*ends, *out)) if len(out) == 1 else Reason(Code.FITS_SEVERAL, ends)
    else:
        return best, (), chances
    return "cannot_tell", (why,), chances


def _believed(share: Measure, limits: Mapping[str, Threshold]) -> Measure:
    """The clip's own share and what is usual among lifters, weighed by how unsure each is."""
    own, usual = 1 / max(share.sd, LEAST_SD) ** 2, 1 / limits["usual_spread"].value ** 2
    value = (own * share.value + usual * limits["usual_share"].value) / (own + usual)
    return Measure.of(value, 1 / (own + usual) ** 0.5)


def _chances(share: Measure, limits: Mapping[str, Threshold], tolerance: float) -> dict[Pattern, float]:
    """Probability that the true share lies in each band, widened by `tolerance` on both sides."""
    believed = _believed(share, limits)
    low, high = limits["hip_led_below"].value, limits["low_back_led_above"].value
    return {
        "hip_led": believed.chance_below(low + tolerance),
        "mixed": believed.chance_below(high + tolerance) - believed.chance_below(low - tolerance),
        "low_back_led": 1 - believed.chance_below(high - tolerance),
    }


def _few(used: tuple[int, ...]) -> tuple[Reason, ...]:
    return (Reason(Code.SINGLE_REP),) if len(used) == 1 else ()


def _cue(pattern: Pattern, findings: Sequence[Finding], criteria: Criteria) -> str:
    """One cue: the first flag's, else the pattern's."""
    for finding in findings:
        if finding.status == "flag":
            return criteria.rules[finding.rule].cue
    return {"hip_led": HIP_LED_CUE, "mixed": MIXED_CUE}.get(pattern, FILMING_CUE)
