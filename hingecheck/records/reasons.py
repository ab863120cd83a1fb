"""Why something is not measured, and what a report says beside a number: codes with values.

The stages give codes and compare them.  Only `hingecheck.texts` turns them into words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hingecheck.records.arrays import Words


class Code(StrEnum):
    """All reasons and notes.  In brackets: the values that a `Reason` with this code carries."""

    # Why a frame has no angle.  If two are equally frequent, the first in this list is reported.
    BACK_HIDDEN = "back_hidden"  # the back's edge is not found
    CAMERA_OBLIQUE = "camera_oblique"  # the spine model sees the camera too far off the side view
    LANDMARKS_MISPLACED = "landmarks_misplaced"  # no person can have the posture of the landmarks
    LEGS_HIDDEN = "legs_hidden"  # the seen and the constructed knee differ too much
    BEHIND_LOAD = "behind_load"  # only the load shows the repetition
    LIFTER_UNSEEN = "lifter_unseen"  # there are no landmarks
    TRUNK_CUT = "trunk_cut"  # part of the trunk lies outside the picture
    TRUNK_SMALL = "trunk_small"  # the trunk has too few pixels
    TRACKS_WITHOUT_SPINE = "tracks_without_spine"  # tracks of another program hold no pelvis or no spine
    TRACKS_WITHOUT_STANDING = "tracks_without_standing"  # no frame of such tracks shows the lifter standing

    # Reasons that hold other reasons, their causes.
    AT_LIFTOFF = "at_liftoff"  # at lift-off, the cause holds
    AT_LOCKOUT = "at_lockout"  # at lockout, the cause holds
    SEVERAL = "several"  # all causes hold

    # Why a repetition lacks a metric.
    NO_LOCKOUT = "no_lockout"
    PULL_UNDER_WAY = "pull_under_way"  # the clip begins while the load is on its way up
    PULL_CUT_OFF = "pull_cut_off"  # the clip ends while the load is on its way up
    VIEW_OBLIQUE = "view_oblique"  # the metric needs a view closer to the side
    TRUNK_STILL = "trunk_still"  # (smallest movement in degrees) the trunk moves less
    JOINT_STILL = "joint_still"  # (smallest movement in degrees) a joint moves less
    MAX_BEND_SMALL = "max_bend_small"  # (smallest flexion in degrees) the clip of --max-bend shows less
    NO_MAX_BEND = "no_max_bend"  # --max-bend was not given
    NO_SCALE = "no_scale"  # neither plates nor a height turn lengths into centimetres
    BAR_UNSEEN = "bar_unseen"  # neither the bar nor the hands are followed through the pull
    PULL_NOT_FOLLOWED = "pull_not_followed"  # an angle is unknown over most of the pull
    LUMBAR_NOT_FOLLOWED = "lumbar_not_followed"  # the lumbar angle is unknown over most of the pull
    LUMBAR_UNKNOWN_TO_KNEE = "lumbar_unknown_to_knee"  # the same from lift-off to knee pass
    PHASE_NOT_SHOWN = "phase_not_shown"  # the clip does not show an event of the phase
    NOT_FROM_FLOOR = "not_from_floor"  # a Romanian repetition begins at the top
    PULL_NOT_SEEN = "pull_not_seen"  # the lifter is not seen throughout the pull
    BAR_NOT_BACK = "bar_not_back"  # the clip ends before the bar is down
    NO_KNEE_PASS = "no_knee_pass"
    HANDS_UNSEEN = "hands_unseen"  # the hands are hidden from lift-off to knee pass
    HANDS_MISPLACED = "hands_misplaced"  # the hands seem to go where no bar goes
    NO_REP_MEASURED = "no_rep_measured"
    TOO_FEW_REPS = "too_few_reps"  # (smallest number) it takes more repetitions
    BACK_UNSEEN = "back_unseen"  # no frame shows the back

    # What the yaw of the camera does to the results.
    YAW_WIDENS = "yaw_widens"  # (yaw in degrees) intervals are wider
    YAW_WITHHOLDS = "yaw_withholds"  # (yaw in degrees) hip, knee and share are not judged

    # What limits a verdict or a finding.
    ONE_OF_REPS = "one_of_reps"  # (number of complete repetitions) only one of them is measured
    SINGLE_REP = "single_rep"
    SHARE_DOUBTFUL = "share_doubtful"  # the share is lower than that of any measured lifter
    FITS_SEVERAL = "fits_several"  # the share's interval fits several patterns
    FITS_ALL_BUT = "fits_all_but"  # (pattern) the share's interval fits all patterns but one
    NEAR_LIMIT = "near_limit"  # the value is too close to the rule's limit

    # Notes beside a repetition's numbers.
    STANDING_FOR_LOCKOUT = "standing_for_lockout"  # own standing replaces a hidden lockout
    PLATES_AS_SCALE = "plates_as_scale"  # the plates turn lengths into centimetres
    CAMERA_TILTED = "camera_tilted"  # (degrees) the tilt of the camera was taken out
    SHARE_OVER_ONE = "share_over_one"  # (metric) the share is above 1
    SHARE_UNDER_ZERO = "share_under_zero"  # (metric) the share is below 0

    # Where the zero of the angles comes from.
    STANDING_AROUND = "standing_around"  # own standing before the first or after the last bend
    STANDING_BETWEEN = "standing_between"  # own standing between the bends
    STANDING_ELSEWHERE = "standing_elsewhere"  # own standing in the clip of --standing
    STANDING_USUAL = "standing_usual"  # no frame shows the lifter upright: how people in general stand

    # What makes a clip hard to measure, or what was assumed about it.
    CUTS = "cuts"  # (number, first in seconds) the clip is put together from several shots
    OTHER_PERSON = "other_person"  # (seconds, from second) somebody else was followed for a while
    SEVERAL_PEOPLE = "several_people"  # (x, y in display pixels) who of several people was measured
    SHAKEN = "shaken"  # the camera shakes a lot
    COVERED = "covered"  # (share) something that does not move covers the trunk
    LOW_RATE = "low_rate"  # (pictures a second) fast parts of the lift lie between two pictures
    LOW_RESOLUTION = "low_resolution"  # (lines) the picture's shorter side has few pixels
    PICTURE_GAPS = "picture_gaps"  # (number, longest in seconds) times without a picture
    FRAMES_DAMAGED = "frames_damaged"  # (share) many pictures cannot be decoded
    CUT_OFF = "cut_off"  # (seconds read, seconds that the file promises)
    ROWS_LOST = "rows_lost"  # (frames read, frames that the file promises)
    STAMPS_SPREAD = "stamps_spread"  # (share) pictures with equal times were spread evenly
    RATE_ASSUMED = "rate_assumed"  # (pictures a second) the file does not say when its pictures are shown
    SLOW_MOTION = "slow_motion"  # (factor) the file says that it was recorded faster than it plays
    INTERLACED = "interlaced"  # one of two fields is used

    # In results that are read from a file.
    NOT_STORED = "not_stored"  # the version that wrote the file does not measure it
    NOT_TOLD = "not_told"  # the file gives no reason
    CANNOT_TELL = "cannot_tell"  # the file gives no share and no reason for it
    YAW_NOT_FOUND = "yaw_not_found"
    NO_RESULT = "no_result"  # the clip has no result
    STORED = "stored"  # (text) a reason for which this version has no code

    # Why a clip is not compared with earlier days.
    NO_LOAD = "no_load"  # loads are missing, too few or too similar
    LOAD_DIFFERS = "load_differs"  # the load differs, and its effect is not known
    NO_EARLIER_DAY = "no_earlier_day"
    NOT_ON_CARD = "not_on_card"  # the error card does not hold the metric
    NO_DATE = "no_date"
    NO_ATHLETE = "no_athlete"


LONGEST_CODE: Final = max(len(code) for code in Code)
"""Number of characters of the longest code."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, its values in the order given at `Code`, and its causes.

    Values are numbers, or names of metrics and patterns.  Only STORED carries text.
    """

    code: Code
    values: tuple[float | str, ...] = ()
    causes: tuple[Reason, ...] = ()

    @property
    def codes(self) -> frozenset[Code]:
        """The code of this reason and those of all its causes."""
        return frozenset({self.code}).union(*(cause.codes for cause in self.causes))


def most_frequent(codes: Words) -> Reason:
    """The reason that most frames have.  `codes` (N,): "" where a frame has none; at least one frame has one."""
    counts = Counter(codes[codes != ""].tolist())
    return Reason(max(Code, key=lambda code: counts[code]))
