"""Turn codes into words: reasons, notes, findings and the verdict.  No other module words a reason.

In: records with codes.  Out: the text that reports show and that `analysis.json` holds.  `stored` and
`stored_criteria` turn the text of a file back into codes.

If words change here, files of earlier versions keep their words: `stored` then gives a reason with the text in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from hingecheck import quantities
from hingecheck.records import (
    SMALLEST_TRUNK_PX,
    YAW_WITHHOLD_DEG,
    Analysis,
    Code,
    CriteriaUsed,
    Filming,
    Finding,
    Opening,
    Pattern,
    Reason,
    Rounding,
    Verdict,
    View,
)

REASONS: Final[Mapping[Code, str]] = {
    Code.BACK_HIDDEN: "the back's edge is hidden",
    Code.CAMERA_OBLIQUE: f"the camera is more than {YAW_WITHHOLD_DEG:.0f} degrees off the side view",
    Code.LANDMARKS_MISPLACED: "the landmarks are misplaced",
    Code.LEGS_HIDDEN: "the legs are hidden",
    Code.BEHIND_LOAD: "the load hides the lifter, so only the load shows this repetition",
    Code.LIFTER_UNSEEN: "the lifter is not seen",
    Code.TRUNK_CUT: "the trunk is cut off by the picture's border",
    Code.TRUNK_SMALL: f"the trunk is under {SMALLEST_TRUNK_PX:.0f} px in the picture: film from nearer",
    Code.TRACKS_WITHOUT_SPINE: "the tracks hold no pelvis or no spine",
    Code.TRACKS_WITHOUT_STANDING: "no frame of the tracks shows the lifter standing: give --standing",
    Code.AT_LIFTOFF: "at pull start: {causes}",
    Code.AT_LOCKOUT: "at the top: {causes}",
    Code.SEVERAL: "{causes}",
    Code.NO_LOCKOUT: "the repetition never locked out",
    Code.PULL_UNDER_WAY: "the clip begins when the load is already on its way up",
    Code.PULL_CUT_OFF: "the clip ends while the load is on its way up",
    Code.VIEW_OBLIQUE: "the camera is too far off the side view",
    Code.TRUNK_STILL: "the trunk moved less than {0:.0f} degrees",
    Code.JOINT_STILL: "a joint moved less than {0:.0f} degrees",
    Code.MAX_BEND_SMALL: "the lifter's greatest lumbar flexion is under {0:.0f} degrees",
    Code.NO_MAX_BEND: "the lifter's greatest bend is not known: give --max-bend",
    Code.NO_SCALE: "no scale: give --height-cm, or film with 450-mm plates in view",
    Code.PULL_NOT_FOLLOWED: "the angle is not measured over most of the pull",
    Code.LUMBAR_NOT_FOLLOWED: "the lumbar angle is not measured over most of the pull",
    Code.LUMBAR_UNKNOWN_TO_KNEE: "the lumbar angle is not measured from lift-off to knee pass",
    Code.PHASE_NOT_SHOWN: "the clip does not show this phase",
    Code.NOT_FROM_FLOOR: "the repetition does not begin on the floor",
    Code.PULL_NOT_SEEN: "the lifter is not seen throughout the pull",
    Code.BAR_NOT_BACK: "the clip ends before the bar is back on the floor",
    Code.NO_KNEE_PASS: "the hands do not pass the knees on the way up",
    Code.HANDS_UNSEEN: "the hands are not seen from lift-off to knee pass",
    Code.HANDS_MISPLACED: "the hands are misplaced between lift-off and knee pass",
    Code.BAR_UNSEEN: "neither the bar nor the hands are followed through the pull",
    Code.NO_REP_MEASURED: "no repetition was measured",
    Code.TOO_FEW_REPS: "it takes at least {0:.0f} complete, measured repetitions",
    Code.BACK_UNSEEN: "no frame shows the back",
    Code.YAW_WIDENS: "the camera is about {0:.0f} degrees off the side view: intervals are wider",
    Code.YAW_WITHHOLDS: (
        "the camera is about {0:.0f} degrees off the side view:"
        f" beyond {YAW_WITHHOLD_DEG:.0f} degrees hip, knee and share are not judged"
    ),
    Code.ONE_OF_REPS: "only one of {0:.0f} repetitions could be measured",
    Code.SINGLE_REP: "this rests on a single repetition",
    Code.SHARE_DOUBTFUL: "so low a lumbar share is doubtful: no lifter measured so far had it",
    Code.FITS_SEVERAL: "the lumbar share fits more than one pattern",
    Code.FITS_ALL_BUT: "the lumbar share fits more than one pattern, but not {0}",
    Code.NEAR_LIMIT: "the measured value is too close to the limit to say",
    Code.STANDING_FOR_LOCKOUT: "the back is hidden at the top, so standing is used in its place",
    Code.PLATES_AS_SCALE: "bar distances assume 450-mm plates",
    Code.CAMERA_TILTED: "the camera seems tilted by about {0:.0f} degrees, which is taken out",
    Code.SHARE_OVER_ONE: "nearly all of {0} came from the low back: the measured share was above 100 %",
    Code.SHARE_UNDER_ZERO: "none of {0} came from the low back: the measured share was below 0 %",
    Code.STANDING_AROUND: "own standing, in the upright frames before the first and after the last bend",
    Code.STANDING_BETWEEN: "own standing, in upright frames between the bends",
    Code.STANDING_ELSEWHERE: "own standing, in another clip",
    Code.CUTS: "the clip has cuts ({0:.0f}, the first at {1:.1f} s): parts are measured apart, one gets the verdict",
    Code.OTHER_PERSON: "another person was followed for {0:.1f} s, from {1:.1f} s on, and is left out: give --person",
    Code.SHAKEN: "the camera shakes a lot: times and angles are less sure than their intervals say",
    Code.COVERED: "something that does not move covers the trunk in {0:.0%} of the clip, so less is sure: a caption?",
    Code.SEVERAL_PEOPLE: "several people are in view: the one at {0:.0f},{1:.0f} was measured; --person names another",
    Code.STANDING_USUAL: (
        "the standing of people in general counts as zero, because no frame shows this lifter upright: a second of "
        "standing or --standing CLIP gives narrower intervals"
    ),
    Code.LOW_RATE: "the clip has only {0:.0f} pictures a second: times and angles are less sure",
    Code.LOW_RESOLUTION: "the picture has only {0:.0f} lines: a small lifter is less sure; use the phone's file",
    Code.PICTURE_GAPS: "no new picture is shown for a while, so less is sure (gaps: {0:.0f}, the longest of {1:.1f} s)",
    Code.FRAMES_DAMAGED: "{0:.0%} of the frames are damaged: copy the clip from the phone again",
    Code.CUT_OFF: "only {0:.1f} s of the {1:.1f} s that the file promises could be read: copy it from the phone again",
    Code.ROWS_LOST: "the file holds only {0:.0f} of the {1:.0f} frames that it promises: copy or export it again",
    Code.STAMPS_SPREAD: "{0:.0%} of the frames had the time of another one: they were spread evenly",
    Code.RATE_ASSUMED: "the file does not say when its frames are shown: {0:g} a second are assumed",
    Code.SLOW_MOTION: (
        "the file says that this is slow motion, {0:g} times slower than the lift: add --slow-motion {0:g}"
    ),
    Code.INTERLACED: "the clip is interlaced: every second line is used",
    Code.NOT_STORED: "not measured by the version that wrote this file",
    Code.NOT_TOLD: "no reason given",
    Code.CANNOT_TELL: "the clip cannot tell",
    Code.YAW_NOT_FOUND: "the angle of the camera is not known",
    Code.NO_RESULT: "no result",
    Code.STORED: "{0}",
    Code.NO_LOAD: "no load is given, or too few days have different loads",
    Code.LOAD_DIFFERS: "the load differs, and the earlier days do not show its effect",
    Code.NO_EARLIER_DAY: "no earlier day with this lift",
    Code.NOT_ON_CARD: "the error card does not hold this number",
    Code.NO_DATE: "the clip's date is not known",
    Code.NO_ATHLETE: "the athlete is not known",
}
"""Every code in words; `{0}` is its first value, `{causes}` its causes in words."""

FILMING: Final[Mapping[Filming, str]] = {
    Filming.FROM_FLOOR: "begin to film before the bar leaves the floor",
    Filming.TO_LOCKOUT: "keep filming until the lifter stands at the top",
    Filming.SQUARE: "put the camera square to the side",
    Filming.CLOSE_FITTING: "if clothes hide the back, wear close-fitting ones, or leave it bare",
    Filming.PAST_PLATES: (
        "put the camera so that the plates do not hide the hips at lockout, a little higher or to the rear"
    ),
    Filming.STANDING: "stand still and upright for a second before the first repetition, or give --standing",
    Filming.NEARER: "film from nearer, the whole lifter in the picture",
    Filming.MORE_REPS: "film three repetitions or more",
}
"""Every way to film for a clearer answer."""

PATTERNS: Final[Mapping[Pattern, str]] = {
    "hip_led": "a hip-led lift",
    "mixed": "a mixed lift",
    "low_back_led": "a low-back-led lift",
}
"""Every pattern that a clip can show."""

ROUNDINGS: Final[Mapping[Rounding, str]] = {
    "rounder_than_most": "That is rounder than most lifters who were measured.",
    "rounder": "That is rounder than they were on average.",
    "similar": "That may be the same.",
    "less_round": "That is less round than they were on average.",
    "unknown": "",
}
"""How the low back at the start of the pull compares with measured lifters."""

OPENINGS: Final[Mapping[Opening, str]] = {
    "clearly_rounder": "It is clearly rounder there than at the top.",
    "rounder": "It is rounder there than at the top.",
    "alike": "It is about as straight there as at the top.",
    "cannot_tell": "Whether it is rounder there than at the top, the interval does not tell.",
    "unknown": "",
}
"""How the low back at the start of the pull compares with the top of the same repetitions."""

USUAL_ROUNDING: Final = "24 trained lifters at 70 % of their best had 33° on average (Bengtsson 2022)"
"""The measured lifters that the low back is compared with (threshold usual_rounding)."""

TOO_CLOSE: Final = "Too close to call: neither side of the limit is sure enough."
"""What is said of a rule whose number was measured, but not finely enough."""

USUAL_DISTANCE_M: Final = 3
"""Distance from which lifters are usually filmed, in metres."""

WHOLES: Final = {
    "lumbar_share_trunk": "the trunk's movement",
    "lumbar_share_thigh": "the movement of low back and hip",
}
"""What each lumbar share is a share of."""

OWN_FILE: Final = "a file of the user's own"
"""Replaces the name of the user's file where names are left out."""

_NAMES: Final = {str(name): words for name, words in PATTERNS.items()} | WHOLES
"""Words for values that are names."""

_CODES: Final = {words: code for code, words in REASONS.items() if "{" not in words}
"""The codes whose words hold no values, by these words."""

_WITH: Final = " with "
"""Separates the version of the criteria from the name of the user's file."""


def reason(why: Reason | None) -> str:
    """A reason or a note in words; "" without one."""
    if why is None:
        return ""
    values = why.values if why.code is Code.STORED else [_NAMES.get(str(value), value) for value in why.values]
    return REASONS[why.code].format(*values, causes="; ".join(map(reason, why.causes)))


def stored(words: str) -> Reason:
    """The reason that a file holds in these words.

    It has its own code if this version uses the same words and they hold no values.  Else it has the code STORED and
    the words.
    """
    code = _CODES.get(words)
    return Reason(Code.STORED, (words,)) if code is None else Reason(code)


def finding(outcome: Finding) -> str:
    """The sentence of a rule, that it is too close to call, or why the rule was not assessed."""
    if too_close(outcome):
        return TOO_CLOSE
    return f"Not assessed: {reason(outcome.why)}." if outcome.why is not None else outcome.text


def too_close(outcome: Finding) -> bool:
    """True if a rule was measured and its interval holds both sides of the limit, and it is not flagged."""
    measure = outcome.measure
    return measure.known and outcome.status != "flag" and measure.low < outcome.limit < measure.high


def verdict(outcome: Verdict) -> str:
    """Who did the work: the pattern and the share of the low back, or why that is too close to call or not measured."""
    if not outcome.share.known:
        return f"Not measured: {reason(outcome.reasons[0]) if outcome.reasons else reason(outcome.share.reason)}."
    count = len(outcome.reps_used)
    repetitions = "1 repetition" if count == 1 else f"{count} repetitions"
    part = quantities.measured(outcome.share, quantities.SHARE)
    came = f"{part} of the way up came from the low back, over {repetitions}"
    if outcome.pattern == "cannot_tell":
        return f"Too close to call: {came}; {reason(outcome.reasons[0])}."
    return f"Consistent with {PATTERNS[outcome.pattern]}: {came}."


def rounding(outcome: Verdict) -> str:
    """How round the low back was at the start of the pull, beside lifters who were measured."""
    why = outcome.start_deg.reason
    if not outcome.start_deg.known:
        told = f": {reason(why.causes[0] if why and why.causes else why)}" if outcome.share.known else ", either"
        return f"How round the low back was is not measured{told}."
    degrees = quantities.measured(outcome.start_deg, quantities.DEGREES)
    start = f"Low back at the start of the pull: rounded by {degrees}."
    return f"{start} {OPENINGS[outcome.opening]} {USUAL_ROUNDING}. {ROUNDINGS[outcome.rounding]}".replace("  ", " ")


def cue(outcome: Verdict, view: View | None = None) -> str:
    """The cue with its reason; with `view`, without what `camera` says beside it."""
    why, words = outcome.cue_reason.rstrip("."), outcome.cue
    if view is not None and camera(view):
        words = words.replace(f"{FILMING[Filming.SQUARE]}; ", "").replace(f": {FILMING[Filming.SQUARE]}.", ".")
    return f"{words} Why: {why[:1].lower()}{why[1:]}." if why else words


def camera(view: View) -> str:
    """How far off the side view the camera stood and which way to walk; "" if the view is good enough."""
    if view.assessable or not view.yaw_deg.known:
        return ""
    yaw_deg = view.yaw_deg.value
    where, to = ("behind", "front") if yaw_deg > 0 else ("in front of", "back")
    off = quantities.number(abs(yaw_deg), quantities.DEGREES)
    arc_m = f"{abs(yaw_deg) * math.pi / 180 * USUAL_DISTANCE_M:.0f}"
    return (
        f"The camera stood {off} off the side view, {where} the lifter. Walk around the lifter toward the {to}, about "
        f"{arc_m} m if you stand {USUAL_DISTANCE_M} m away, until you see exactly the side."
    )


def surer(outcome: Verdict, view: View | None = None) -> list[str]:
    """How to film for a clearer answer, without what the cue says; with `view`, without what `camera` says."""
    told = view is not None and bool(camera(view))
    unsaid = [filming for filming in outcome.surer if filming != Filming.SQUARE or not told]
    return [words for filming in unsaid if (words := FILMING[filming]) not in outcome.cue]


def criteria(used: CriteriaUsed) -> str:
    """The version of the criteria, and the name of the user's own file if there is one."""
    return f"{used.version}{_WITH}{used.own_file}" if used.own_file else used.version


def stored_criteria(words: str) -> CriteriaUsed:
    """The criteria that a file holds in these words."""
    version, _, own_file = words.partition(_WITH)
    return CriteriaUsed(version, own_file)


def provenance(analysis: Analysis) -> dict[str, object]:
    """The provenance of an analysis, with the criteria after versions and models."""
    facts = dict(analysis.provenance)
    first = {name: facts[name] for name in ("versions", "models") if name in facts}
    return first | {"criteria": criteria(analysis.criteria)} | facts
