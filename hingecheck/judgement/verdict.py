"""Stage 10, judge: metrics and criteria become findings and a verdict; one small function a rule.

Wording follows BIOMECHANICS section 5: describe movement, never risk, injury or diagnosis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hingecheck.judgement.criteria import Criteria, Threshold
from hingecheck.judgement.rules import judge_rule
from hingecheck.records import Finding, Measure, Pattern, RepMetrics, Verdict, View
from hingecheck.records.measure import LEAST_SD

SHARE: Final = "lumbar_share_trunk"
_MOST_TOLD: Final = 0.99

NAMES: Final[Mapping[Pattern, str]] = {
    "hip_led": "a hip-led lift",
    "mixed": "a mixed lift",
    "low_back_led": "a low-back-led lift",
}
HIP_LED_CUE: Final = "Keep this: hips back on the way down, hips to the bar on the way up."
MIXED_CUE: Final = "Before each pull take a breath, brace, and push the hips back until the hamstrings are taut."
FILMING_CUE: Final = (
    "Film again from the side, camera at hip height and level with the lifter, whole body in the picture, "
    "standing still for a second before the first repetition, in a close-fitting shirt."
)
SQUARE: Final = "put the camera square to the side"
SHIRT: Final = "wear a close-fitting shirt"
PLATES: Final = "put the camera so that the plates do not hide the hips at lockout, a little higher or to the rear"
STILL: Final = "stand still and upright for a second before the first repetition, or give --standing"
NEARER: Final = "film from nearer, the whole lifter in the picture"
MORE_REPS: Final = "film three repetitions or more"


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
        pattern, why = "cannot_tell", (f"only one of {complete} repetitions could be measured",)
    return Verdict(
        pattern=pattern,
        share=share,
        chances=chances,
        reasons=(*why, *view.reasons, *_few(used)),
        reps_used=used,
        sentence=_sentence(pattern, share, len(used), why) + _likely(pattern, chances),
        cue=_cue(pattern, findings, criteria),
        surer=_surer(reps, share, view, criteria.verdict),
    )


def _surer(reps: Sequence[RepMetrics], share: Measure, view: View, limits: Mapping[str, Threshold]) -> tuple[str, ...]:
    """How to film so that the answer gets surer; nothing where it is as sure as it gets."""
    reasons = " ".join(rep.values[SHARE].reason for rep in reps)
    told = " ".join([reasons, *(note for rep in reps for note in rep.notes)])
    wide = not share.known or share.high - share.low > limits["sure_width"].value
    yaw_deg = abs(view.yaw_deg.value) if view.yaw_deg.known else 0.0
    advice = {
        SQUARE: wide and yaw_deg > limits["square_yaw"].value,
        SHIRT: wide,
        PLATES: "hidden" in told or "plate" in reasons,
        STILL: "standing" in told,
        NEARER: "nearer" in told or "cut off" in told,
        MORE_REPS: sum(rep.complete for rep in reps) < limits["enough_reps"].value,
    }
    return tuple(text for text, helps in advice.items() if helps)


def pattern_of(
    share: Measure, limits: Mapping[str, Threshold]
) -> tuple[Pattern, tuple[str, ...], dict[Pattern, float]]:
    """The band in which a share lies with enough probability, or `cannot_tell` and why; how probable each band is."""
    if not share.known:
        return "cannot_tell", (share.reason,), {}
    strict, chances = (_chances(share, limits, width) for width in (0.0, limits["edge_tolerance"].value))
    best = max(strict, key=lambda name: strict[name])
    if share.high < limits["least_share"].value:
        why = f"a lumbar share of {share.value:.2f} is lower than any lifter measured so far had: a doubtful reading"
    elif chances[best] < limits["support"].value:
        out = [NAMES[name] for name in chances if chances[name] < limits["ruled_out_below"].value]
        ruled_out = f", but not {out[0]}" if len(out) == 1 else ""
        interval = f"the lumbar share lies between {share.low:.2f} and {share.high:.2f}"
        why = f"{interval}, which fits more than one pattern{ruled_out}"
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


def _few(used: tuple[int, ...]) -> tuple[str, ...]:
    return ("this rests on a single repetition",) if len(used) == 1 else ()


def _sentence(pattern: Pattern, share: Measure, count: int, why: tuple[str, ...]) -> str:
    if pattern == "cannot_tell":
        return f"This clip cannot tell whether hips or low back led: {why[0]}."
    repetitions = "1 repetition" if count == 1 else f"{count} repetitions"
    part = f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f})"
    return (
        f"The pattern is consistent with {NAMES[pattern]}: {part} of the trunk's movement came from the lumbar spine, "
        f"over {repetitions}."
    )


def _likely(pattern: Pattern, chances: Mapping[Pattern, float]) -> str:
    """How probable the pattern is; no measurement of ours is certain."""
    if pattern == "cannot_tell":
        return ""
    told = f"{chances[pattern]:.0%}" if chances[pattern] <= _MOST_TOLD else f"over {_MOST_TOLD:.0%}"
    return f" Probability of this pattern: {told}."


def _cue(pattern: Pattern, findings: Sequence[Finding], criteria: Criteria) -> str:
    """One cue: the first flag's, else the pattern's."""
    for finding in findings:
        if finding.status == "flag":
            return criteria.rules[finding.rule].cue
    return {"hip_led": HIP_LED_CUE, "mixed": MIXED_CUE}.get(pattern, FILMING_CUE)
