"""Why something is not measured, and what is told beside a number: codes with parameters.

Stages give and compare codes.  `hingecheck.texts` is the one place that turns them into words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hingecheck.records.arrays import Words


class Code(StrEnum):
    """Every reason and note there is; in brackets the values that a `Reason` of this code carries."""

    # Why a frame has no angle.  Of equally frequent ones, the first in this list is told.
    NO_STANDING = "no_standing"  # the clip has no frame of quiet standing, hence no zero
    BACK_HIDDEN = "back_hidden"  # the back's edge is not found
    OUTLINE_UNSURE = "outline_unsure"  # the spine model's own error is too large
    CAMERA_OBLIQUE = "camera_oblique"  # the spine model sees the camera too far off the side view
    LANDMARKS_MISPLACED = "landmarks_misplaced"  # the landmarks make no posture
    LEGS_HIDDEN = "legs_hidden"  # the seen knee and the built one are too far apart
    BEHIND_LOAD = "behind_load"  # the load alone tells the repetition
    LIFTER_UNSEEN = "lifter_unseen"  # there are no landmarks
    OUTLINE_UNKNOWN = "outline_unknown"  # the members of the spine model disagree
    TRUNK_CUT = "trunk_cut"  # the picture's border cuts the trunk off
    TRUNK_SMALL = "trunk_small"  # the trunk has too few pixels

    # Made of other reasons.
    AT_LIFTOFF = "at_liftoff"  # the cause holds at lift-off
    AT_LOCKOUT = "at_lockout"  # the cause holds at lockout
    SEVERAL = "several"  # all causes hold

    # Why a repetition lacks a metric.
    NO_LOCKOUT = "no_lockout"
    VIEW_OBLIQUE = "view_oblique"  # the metric needs a view closer to the side
    TRUNK_STILL = "trunk_still"  # (least movement in degrees) the trunk moved less
    JOINT_STILL = "joint_still"  # (least movement in degrees) a joint turned less
    MAX_BEND_SMALL = "max_bend_small"  # (least flexion in degrees) the clip of the greatest bend shows less
    NO_MAX_BEND = "no_max_bend"  # --max-bend was not given
    NO_SCALE = "no_scale"  # nothing turns lengths into centimetres
    PULL_NOT_FOLLOWED = "pull_not_followed"  # an angle is unknown over most of the pull
    LUMBAR_NOT_FOLLOWED = "lumbar_not_followed"  # the lumbar angle is unknown over most of the pull
    LUMBAR_UNKNOWN_TO_KNEE = "lumbar_unknown_to_knee"  # it is unknown from lift-off to knee pass
    PHASE_NOT_SHOWN = "phase_not_shown"  # an event of the phase did not happen in the clip
    NOT_FROM_FLOOR = "not_from_floor"  # a Romanian repetition begins at the top
    PULL_NOT_SEEN = "pull_not_seen"  # the lifter is lost during the pull
    BAR_NOT_BACK = "bar_not_back"  # the clip ends too early
    NO_KNEE_PASS = "no_knee_pass"
    HANDS_UNSEEN = "hands_unseen"  # between lift-off and knee pass
    HANDS_MISPLACED = "hands_misplaced"  # between lift-off and knee pass
    NO_REP_MEASURED = "no_rep_measured"
    TOO_FEW_REPS = "too_few_reps"  # (least number) a drift needs more repetitions
    BACK_UNSEEN = "back_unseen"  # no frame shows the back

    # What the view is told with.
    YAW_WIDENS = "yaw_widens"  # (yaw in degrees) intervals are wider
    YAW_WITHHOLDS = "yaw_withholds"  # (yaw in degrees) hip, knee and share are not judged

    # What a verdict or a finding rests on, or lacks.
    ONE_OF_REPS = "one_of_reps"  # (complete repetitions) only one of them was measured
    SINGLE_REP = "single_rep"
    SHARE_DOUBTFUL = "share_doubtful"  # (share) lower than any lifter's
    FITS_SEVERAL = "fits_several"  # (low, high) the share's interval fits several patterns
    FITS_ALL_BUT = "fits_all_but"  # (low, high, pattern) it rules out one pattern
    NEAR_LIMIT = "near_limit"  # the value is too close to a rule's limit

    # Notes beside a repetition's numbers.
    STANDING_FOR_LOCKOUT = "standing_for_lockout"  # own standing stands in for a hidden lockout
    PLATES_AS_SCALE = "plates_as_scale"  # the plates turn lengths into centimetres
    SHARE_OVER_ONE = "share_over_one"  # (metric) more than the whole was read
    SHARE_UNDER_ZERO = "share_under_zero"  # (metric) less than nothing was read

    # Where the zero of the angles comes from; or NO_STANDING.
    STANDING_AROUND = "standing_around"  # before the first and after the last bend
    STANDING_BETWEEN = "standing_between"  # between the bends
    STANDING_ELSEWHERE = "standing_elsewhere"  # in the clip of --standing

    # Of results that are read back.
    NOT_STORED = "not_stored"  # an earlier version did not measure it
    NOT_TOLD = "not_told"  # the file gives no reason
    CANNOT_TELL = "cannot_tell"  # the file gives no share and no reason for it
    YAW_NOT_FOUND = "yaw_not_found"
    NO_RESULT = "no_result"  # the clip has no result
    STORED = "stored"  # (text) words that this version has no code for

    # Why a clip is not compared with earlier days.
    NO_LOAD = "no_load"  # loads are missing, few or alike
    LOAD_DIFFERS = "load_differs"  # and nothing shows what load does
    NO_EARLIER_DAY = "no_earlier_day"
    NOT_ON_CARD = "not_on_card"  # the error card does not hold the metric
    NO_DATE = "no_date"
    NO_ATHLETE = "no_athlete"


LONGEST_CODE: Final = max(len(code) for code in Code)


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its values, in the order that `Code` tells, and the reasons behind it.

    Values are numbers, or names of metrics and patterns.  Only STORED carries words.
    """

    code: Code
    values: tuple[float | str, ...] = ()
    causes: tuple[Reason, ...] = ()

    @property
    def codes(self) -> frozenset[Code]:
        """Its own code and those of all its causes."""
        return frozenset({self.code}).union(*(cause.codes for cause in self.causes))


def most_frequent(codes: Words) -> Reason:
    """The reason that most frames have, of codes (N,) with "" where there is none; one frame at least has one."""
    counts = Counter(codes[codes != ""].tolist())
    return Reason(max(Code, key=lambda code: counts[code]))
