"""Stage 8, segment: angles become repetitions with their events.

In: the angles of a clip and, if there are any, the thumbnails (`Pictures`).  Out: the repetitions in order, each with
its events in seconds and its probability.  Why: everything that is reported is measured per repetition.

Steps (`segment`):

1. Take the height of the hands in every frame, in leg lengths above the ankles (`hand_height`).  Where the lifter is
   lost, it comes from the plates.
2. Find the turns of that height, and describe what is seen at each (`turns`).
3. Weigh it all: every hypothesis about the set gets a likelihood (`evidence`), and a chain over the turns gives each
   bend the probability that it is a repetition (`semi_markov`).  The numbers behind it are learnt (`tables`).
4. Count the bends whose probability is at least COUNTED_FROM.
5. Read the events of each repetition (`events`), from the hands and, where they move along, from the plates.  A
   repetition in which the hands are lost for most of the way up is marked `by_load`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np

from hingecheck import posture
from hingecheck.records import AngleTrack, Bend, Floats, LiftType, Rep, Segmentation
from hingecheck.segmentation import evidence, semi_markov, tables
from hingecheck.segmentation.evidence import LoadSeen
from hingecheck.segmentation.model import AROUND_S, Course, Pictures
from hingecheck.segmentation.turns import (
    MOST,
    SMALLEST_PULL,
    Seen,
    course_of,
    cut_off,
    describe,
    leaves_s,
    missed_way,
    rest_s,
)
from hingecheck.signals import events
from hingecheck.signals.hand_height import follow, resampled

COUNTED_FROM: Final = 0.6
"""Smallest probability of a bend that counts as a repetition.  On 40 real clips, judged by tables without their
repository, every true repetition that is found has at least 0.75, and one of the two false ones 0.50.  On simulated
sets fewer than half of the bends between 0.5 and 0.7 are repetitions (models/SEGMENTATION.md)."""


def segment(track: AngleTrack, *, lift_type: LiftType | None = None, pictures: Pictures | None = None) -> Segmentation:
    """The repetitions of a clip in order, and every bend with its probability.

    `lift_type`: how the load is lifted, if the user said so.  `pictures`: the thumbnails of the clip.
    """
    path = None if pictures is None else pictures.plates_up()
    hands = follow(track, path)  # 1
    plates = np.full(len(track.time_s), np.nan) if path is None else resampled(track.time_s, *path)
    course = None if hands is None else course_of(track, hands, plates)  # 2
    if course is None:
        return Segmentation((), ())
    seen = describe(course)
    load = load_of(course, seen, pictures)
    told = weighed(seen, load, lift_type)  # 3
    reps = [_rep(course, told, i) for i, chance in enumerate(told.probability) if chance >= COUNTED_FROM]  # 4, 5
    numbered = tuple(replace(rep, number=number, by_load=_by_load(course, rep)) for number, rep in enumerate(reps, 1))
    return Segmentation(numbered, _bends(course, seen, told, load))


def _by_load(course: Course, rep: Rep) -> bool:
    """True if only the load shows the hands in most of a way up."""
    rise = (course.time_s >= rep.liftoff_s) & (course.time_s <= rep.top_s)
    return bool((np.isnan(course.track.hand_height) & course.hands.from_load)[rise].mean() > MOST)


@dataclass(frozen=True)
class _Path:
    """What the chain says of a set.

    `type`: the most probable type.  `states` (B + 1), `kinds` (B): the most probable path of that type.  `probability`
    (B): that a repetition begins in a bend.  `locked` (B): that it does, and is locked out at the next upright moment.
    `locked_then` (B): that the load is locked out at the moment after the bend, whatever the bend is.
    `type_probability`: of the type.
    """

    type: str
    states: list[str]
    kinds: list[str]
    probability: Floats
    locked: Floats
    locked_then: Floats
    type_probability: float


def load_of(course: Course, seen: Seen, pictures: Pictures | None) -> LoadSeen:
    """What the pictures show of the load at the upright moments; of the bar also where a clip ends on a way up."""
    if pictures is None:
        return LoadSeen.nothing(len(course.peaks))
    rests_s = np.where(np.isnan(seen.high), np.nan, [rest_s(course, peak) for peak in course.peaks]).tolist()
    upright_s = np.where(seen.straight_deg <= posture.EXTENDED_DEG, rests_s, np.nan).tolist()
    bent_s = course.time_s[list(course.valleys)].tolist()
    left_s = [leaves_s(course, bend) for bend in range(len(course.valleys))]
    looks, beside = pictures.looks(upright_s, bent_s), pictures.beside(rests_s, bent_s, left_s)
    last_s = float(course.time_s[-1]) if seen.ends_rising else rests_s[-1]
    return LoadSeen(pictures.bar_up([*rests_s[:-1], last_s], AROUND_S), looks, beside)


def weighed(seen: Seen, load: LoadSeen, lift_type: LiftType | None) -> _Path:
    """The most probable path of the most probable type of set, and the probability of each bend."""
    learnt = tables.learnt()
    guesses = evidence.hypotheses(seen, evidence.readings(load, learnt), lift_type)
    chain = evidence.chain_of(seen, load, guesses, learnt)
    weight, steps = semi_markov.posterior(chain)
    kinds = [tables.KINDS.index(tables.COUNTED.get(each.type, "other")) for each in guesses]
    each = steps.sum(axis=2)[np.arange(len(guesses)), :, kinds]  # (H, B, S)
    of_type = {name: sum(w for w, g in zip(weight, guesses, strict=True) if g.type == name) for name in tables.TYPES}
    best = max(of_type, key=lambda name: of_type[name])
    chosen = max((w, h) for h, (w, g) in enumerate(zip(weight, guesses, strict=True)) if g.type == best)[1]
    states, bends = semi_markov.best_path(chain, chosen)
    names = [tables.STATES[s] for s in states], [tables.KINDS[k] for k in bends]
    if seen.ends_rising and names[0][-1] == "locked":
        names[0][-1] = "missed"  # nobody knows what comes after the clip
    counts = np.array([g.type in tables.COUNTED for g in guesses])
    begun = np.einsum("h,hbs->bs", weight * counts, each)
    locked = tables.STATES.index("locked")
    locked_then = np.einsum("h,hbskt->bt", weight, steps)[:, locked]
    chances = begun[:, tables.LOADED].sum(axis=1), begun[:, locked], locked_then
    if seen.ends_rising:
        begun[-1, locked] = locked_then[-1] = 0.0
    return _Path(best, *names, *chances, type_probability=float(of_type[best]))


def _rep(course: Course, told: _Path, bend: int) -> Rep:
    """The repetition that begins in a bend, with its events.  Bends that are something else do not end it."""
    ends = [kind not in ("other", "short") for kind in told.kinds] | (told.probability >= COUNTED_FROM)
    later = [int(i) for i in np.flatnonzero(ends) if i > bend]
    until = later[0] if later else len(told.kinds)
    tops = course.peaks[bend + 1 : until + 1]
    top = max(tops, key=lambda frame: course.height[frame])
    turns = (course.peaks[bend], course.valleys[bend], top, course.valleys[until] if later else -1)
    at_once = bool(told.locked[bend] >= told.probability[bend] / 2)
    complete = at_once or "locked" in told.states[bend + 2 : until + 1]
    rep = _romanian_rep(course, turns) if told.type == "romanian" else _floor_rep(course, turns)
    chance = float(told.probability[bend])
    locked = max(float(told.locked[bend]) / chance, float(told.locked_then[bend + 1 : until].max(initial=0.0)))
    return replace(
        rep,
        style=cast(LiftType, told.type),
        lockout_s=rep.lockout_s if complete else float("nan"),
        complete=complete,
        missed_way=missed_way(course, bend, rep.liftoff_s),
        cut_off=not complete and cut_off(course, top),
        probability=round(chance, 4),
        complete_probability=round(min(locked, 1.0), 4),
        style_probability=round(told.type_probability, 4),
    )


def _floor_rep(course: Course, turns: tuple[int, int, int, int]) -> Rep:
    """The repetition from the floor, as if it were locked out.

    `turns`: frames of the peak before, the valley, the top, the valley after or -1.
    """
    _, before, top, after = turns
    rise, lowering_s, end_s = _ways(course, (before, top, after))
    return Rep(
        number=0,
        style="floor",
        start_s=rise.liftoff_s,
        onset_s=min(rise.onset_s, events.quiet_s(course.track, rise.liftoff_s)),
        liftoff_s=rise.liftoff_s,
        knee_pass_s=events.knee_pass_s(course.track, course.height, (before, top), (rise.liftoff_s, rise.lockout_s)),
        lockout_s=rise.lockout_s,
        top_s=min(rise.top_s, lowering_s),
        lowering_s=lowering_s,
        end_s=end_s,
        complete=True,
    )


def _romanian_rep(course: Course, turns: tuple[int, int, int, int]) -> Rep:
    """The Romanian repetition, as if it were locked out; `turns` as in `_floor_rep`.

    If the clip begins at the lowest point, the repetition starts with the clip.
    """
    time_s, height = course.time_s, course.height
    before, valley, after, following = turns
    falls = height[before] - height[valley] >= SMALLEST_PULL
    lowest_s = events.lowest_s(course.track, height, (before, valley, after)) if falls else float(time_s[valley])
    rise, leaves_s, _ = _ways(course, (valley, after, following))
    return Rep(
        number=0,
        style="romanian",
        start_s=events.lowering_s(time_s, height, before, valley)[0] if falls else float(time_s[0]),
        onset_s=lowest_s,
        liftoff_s=lowest_s,
        knee_pass_s=events.knee_pass_s(course.track, height, (valley, after), (lowest_s, rise.lockout_s)),
        lockout_s=rise.lockout_s,
        top_s=min(rise.top_s, leaves_s),
        lowering_s=leaves_s,
        end_s=rise.lockout_s,
        complete=True,
    )


def _ways(course: Course, turns: tuple[int, int, int]) -> tuple[events.Rise, float, float]:
    """The way up, and the times in seconds at which the way down begins and ends.

    Both come from the hands and, where the plates move along with them, from the plates.
    """
    before, top, after = turns
    rise = events.rise(course.time_s, course.height, before, top)
    lowering_s, end_s = events.lowering_s(course.time_s, course.height, top, after)
    if (plates_turns := _plates_turns(course, turns)) is None:
        return rise, lowering_s, end_s
    rise = events.reconciled(rise, events.rise(course.time_s, course.plates, *plates_turns))
    if after < 0 or _along(course, plates_turns[1], (top, after)):
        down_s = events.lowering_s(course.time_s, course.plates, plates_turns[1], after)
        lowering_s, end_s = (events.reconciled_s(*both) for both in zip((lowering_s, end_s), down_s, strict=True))
    return rise, lowering_s, end_s


def _along(course: Course, high: int, way_down: tuple[int, int]) -> bool:
    """True if the plates, highest in frame `high`, come down along with the hands."""
    top, after = way_down
    plates_fall, fall = (series[a] - series[after] for series, a in ((course.plates, high), (course.height, top)))
    return bool(plates_fall >= MOST * fall > 0)


def _plates_turns(course: Course, turns: tuple[int, int, int]) -> tuple[int, int] | None:
    """Frames in which the plates are lowest and highest on a way up; None if they are unseen or do not move along."""
    plates, time_s = course.plates, course.time_s
    before, top, after = turns
    if np.isnan(plates[before : max(top, after) + 1]).any():
        return None
    near = np.flatnonzero((np.abs(time_s - time_s[before]) <= AROUND_S) & (np.arange(len(time_s)) < top))
    low = int(near[np.nanargmin(plates[near])])
    high = low + int(np.nanargmax(plates[low : after + 1 if after >= 0 else None]))
    along = plates[high] - plates[low] >= MOST * (course.height[top] - course.height[before])
    return (low, high) if along else None


def _bends(course: Course, seen: Seen, told: _Path, load: LoadSeen) -> tuple[Bend, ...]:
    """Every bend with what the model makes of it."""
    begun = told.probability >= COUNTED_FROM
    bar_up, beside_up = (
        np.diff(evidence.said(name, getattr(load, name), tables.learnt())) for name in ("bar", "beside")
    )
    return tuple(
        Bend(
            lowest_s=float(course.time_s[valley]),
            top_s=float(course.time_s[course.peaks[i + 1]]),
            kind=tables.COUNTED.get(told.type, told.kinds[i]) if begun[i] else told.kinds[i],
            after=told.states[i + 1],
            probability=float(told.probability[i]),
            seen=seen.numbers(i),
            load_up=float(bar_up[i + 1, 0]),
            changed=float("nan") if load.looks is None else load.looks.contrast,
            beside_up=float(beside_up[i + 1, 0]),
        )
        for i, valley in enumerate(course.valleys)
    )
