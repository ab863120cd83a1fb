"""Learn how much less sure times and angles are where no picture was seen.

In: drawn clips that hingecheck looked at in every frame.  Out: how far angles and events move when pictures are
missing, for each second without a picture beyond the usual step.  `kinematics.blindness.TURN_DEG_S` and
`metrics.moment.BLIND_EVENT` come from here.

The pose network runs once a clip.  Then frames are left out, and all later stages run again (`Thinned`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hingecheck import observation, stages
from hingecheck.pose import sampling
from hingecheck.records import AngleTrack, Bools, Floats, RepMetrics, Seen
from hingecheck.spine.inference import SpineModel

ANGLES = ("trunk_lean", "trunk_thigh", "knee_flexion", "hip_flexion", "pelvis_tilt", "lumbar_flexion", "junction")
EVENTS = ("onset_s", "liftoff_s", "lockout_s", "top_s", "end_s")
RATES_HZ = (10, 7, 5, 4)
GAPS = ((0.2, 0.15), (0.3, 0.3), (0.4, 0.6))  # share of the clip without pictures, and length of each gap in seconds
SEEDS = 3
SAME_REP_S = 0.6  # lockouts at most this far apart belong to the same repetition


@dataclass(frozen=True)
class Thinned:
    """What is measured of a clip of which some frames are missing."""

    new_s: Floats
    angles: AngleTrack
    reps: tuple[RepMetrics, ...]


def missing(time_s: Floats) -> Iterator[Bools]:
    """The frames (N,) that are left, for every rate and for gaps at random places."""
    for rate_hz in RATES_HZ:
        step = np.floor(time_s * rate_hz + 1e-6)
        yield np.concatenate([[True], np.diff(step) > 0])
    for share, gap_s in GAPS:
        for seed in range(SEEDS):
            yield _with_gaps(time_s, share, gap_s, np.random.default_rng(seed))


def _with_gaps(time_s: Floats, share: float, gap_s: float, random: np.random.Generator) -> Bools:
    """All frames without those in gaps at random places."""
    left, begin_s = np.ones(len(time_s), bool), 0.0
    while begin_s < time_s[-1] - gap_s:
        begin_s += float(random.exponential(gap_s * (1 - share) / share))
        left &= ~((time_s > begin_s) & (time_s < begin_s + gap_s))
        begin_s += gap_s
    return left


def thinned(seen: Seen, left: Bools, net: SpineModel) -> Thinned:
    """Run the stages after the pose network on a clip that was seen in every frame, of which only some are `left`."""
    left = left | np.isin(np.arange(len(left)), [0, len(left) - 1])
    frames = np.flatnonzero(left)
    frame_s = seen.frame_s[frames]
    looks = frames[sampling.first(frame_s, np.ones(len(frames), bool))]
    values = {name: getattr(seen.track, name)[looks] for name in ("time_s", "xy_px", "visibility", "world_m", "filled")}
    part = replace(
        seen, track=replace(seen.track, **values), traces=tuple(seen.traces[i] for i in looks), frame_s=frame_s
    )
    observed = replace(observation.of_part(part), new_s=frame_s)
    spine = stages.infer(observed, net)
    view = stages.orient(observed, spine)
    angles = stages.measure(observed, view, spine)
    return Thinned(frame_s, angles, stages.describe(angles, stages.segment(angles).reps, view))


def moved(plain: Thinned, other: Thinned) -> Mapping[str, list[float]]:
    """By how much angles (degrees) and events (seconds) move for each second without a picture, by name."""
    time_s, out = plain.angles.time_s, {name: list[float]() for name in (*ANGLES, *EVENTS)}
    blind_s = other.angles.blind_s(time_s)
    for name in ANGLES:
        there = getattr(plain.angles, name).value_deg
        here = np.interp(time_s, other.angles.time_s, getattr(other.angles, name).value_deg)
        kept = (blind_s > 0) & ~np.isnan(here - there)
        out[name] += ((here - there)[kept] / blind_s[kept]).tolist()
    for rep in other.reps:
        near = min(plain.reps, key=lambda each: abs(each.rep.lockout_s - rep.rep.lockout_s))
        if abs(near.rep.lockout_s - rep.rep.lockout_s) <= SAME_REP_S:
            for name in EVENTS:
                at_s = getattr(near.rep, name)
                if other.angles.blind_s(at_s) > 0:
                    out[name].append(float((getattr(rep.rep, name) - at_s) / other.angles.blind_s(at_s)))
    return out


def learnt(clips: Sequence[Seen]) -> dict[str, float]:
    """The root mean square of `moved` over all clips and all ways to leave frames out, by name."""
    net, found = stages.spine_model(), {name: list[float]() for name in (*ANGLES, *EVENTS)}
    for seen in clips:
        plain = thinned(seen, np.ones(len(seen.frame_s), bool), net)
        for left in missing(seen.frame_s):
            for name, values in moved(plain, thinned(seen, left, net)).items():
                found[name] += values
    return {name: float(np.sqrt(np.mean(np.square(values)))) for name, values in found.items() if values}


def seen_everywhere(clip: Path) -> Seen:
    """What the pose network sees in every frame of a clip."""
    from hingecheck.video.reading import Video
    from hingecheck.video.working_copy import WorkingCopy

    usual = sampling.LIFT_STEP_S, sampling.REST_STEP_S
    try:
        sampling.LIFT_STEP_S = sampling.REST_STEP_S = 0.03  # type: ignore[misc]
        with WorkingCopy() as copy:
            return stages.pose_network().read(Video(clip), copy, None)
    finally:
        sampling.LIFT_STEP_S, sampling.REST_STEP_S = usual  # type: ignore[misc]
