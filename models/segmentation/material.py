"""The sets that are counted: simulated ones, cut as people cut clips; rendered ones; real clips with known repetitions.

In: seeds, a folder of rendered sets, or a folder of clips with `clips.toml`.  Out: `Labelled` sets.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck import stages
from hingecheck.barbell import evidence
from hingecheck.errors import NobodyFound
from hingecheck.kinematics import angles, view
from hingecheck.pose import cleaning
from hingecheck.records import Angle, AngleTrack, Bools, Floats
from hingecheck.segmentation import segment, turns
from hingecheck.segmentation.model import Course, Pictures
from hingecheck.signals.hand_height import follow, resampled
from models.segmentation.labels import Labelled, Pull, labelled
from samples.sets.records import NO_MOVEMENT
from samples.sets.run import CLIPS as SET_CLIPS
from samples.sets.run import true_reps
from tests import simulated

CLIPS = Path(__file__).with_name("clips.toml")
"""The real clips that are counted, with their repetitions as people see them."""

TYPES = {"romanian": "romanian", "hinge": "romanian", "pick_up": "pick_up"} | dict.fromkeys(
    (*simulated.NOTHING, NO_MOVEMENT), "nothing"
)
"""The type of a drawn set by its style; all others are lifted from the floor."""

REAL, RENDERED = 20.0, 5.0
"""How often a real clip and a rendered set count: 25 clips weigh a little more than 76 sets.  Own choice: of 3, 5 and
10 for a rendered set, 5 lost no repetition of other clips and gave no false one more on the sets."""

BEFORE_LOCKOUT_S, AFTER_LIFTOFF_S = 0.15, 0.4
"""Times at which a pull is surely under way, in seconds: before its lockout, after a lift-off without lockout."""

OF_FRAMES = ("value_deg", "noise_sd_deg", "bias_sd_deg", "reason")
"""The arrays of an angle with one entry for each frame."""

CUTS = 2
"""Number of cut copies of each simulated set."""


@dataclass(frozen=True)
class SimulatedClip:
    """A simulated set: its angles, the true repetitions, and how many times slower than life it is."""

    track: AngleTrack
    style: str
    truth: tuple[simulated.TrueRep, ...]
    slow: float

    @property
    def type(self) -> str:
        """The type of the set."""
        return TYPES.get(self.style, "floor")

    def between(self, first_s: float, last_s: float) -> SimulatedClip:
        """The part of the clip between two moments, with the repetitions that are whole in it."""
        kept = (self.track.time_s >= first_s) & (self.track.time_s < last_s)
        if kept.sum() < 10:
            return self
        ends_s = [rep.lockout_s if rep.complete else rep.liftoff_s + 1.2 * self.slow for rep in self.truth]
        inside = [
            rep for rep, end_s in zip(self.truth, ends_s, strict=True) if first_s <= rep.liftoff_s and end_s < last_s
        ]
        return replace(self, track=_part(self.track, kept), truth=tuple(inside))


def simulated_sets(seeds: Sequence[int]) -> Iterator[Labelled]:
    """Simulated sets of every style, each whole and cut CUTS times."""
    for seed in seeds:
        yield from filter(None, map(simulated_label, clips_of(seed)[1]))


def clips_of(seed: int) -> tuple[simulated.SimulatedSet, list[SimulatedClip]]:
    """A simulated set, and its clips: the whole set, then CUTS times cut."""
    ways = simulated.STYLES + simulated.NOTHING
    made = simulated.random_set(seed, ways[seed % len(ways)])
    track = cleaning.clean(made.track)
    measured = angles.measure(track, view.orient(track), simulated.no_spine(len(track.time_s)))
    clip = SimulatedClip(measured, made.style, made.truth, made.slow)
    random = np.random.default_rng([seed, 1])
    return made, [clip, *(cut(clip, random) for _ in range(CUTS))]


def cut(clip: SimulatedClip, random: np.random.Generator) -> SimulatedClip:
    """The clip as people cut clips: often from the bar, often to the lockout, sometimes anywhere."""
    if not clip.truth:
        return clip
    time_s, slow = clip.track.time_s, clip.slow
    first_s, last_s = float(time_s[0]), float(time_s[-1]) + 1.0
    rep, chance = clip.truth[random.integers(len(clip.truth))], random.random()
    if chance < 0.45 and (clip.type == "floor" or random.random() < 0.15):
        first_s = rep.liftoff_s - random.uniform(0.05, 1.0) * slow
    elif chance < 0.55:
        first_s = random.uniform(first_s, rep.liftoff_s)
    later = [rep for rep in clip.truth if rep.liftoff_s >= first_s and rep.complete]
    if later:
        rep, chance = later[random.integers(len(later))], random.random()
        if chance < 0.45:
            last_s = rep.lockout_s + random.uniform(0.05, 1.2) * slow
        elif chance < 0.52:
            last_s = rep.lockout_s + random.uniform(0.2, 2.5) * slow
        elif chance < 0.6:
            last_s = random.uniform(rep.lockout_s + 0.1, time_s[-1] + 0.1)
    return clip.between(first_s, last_s)


def _part(track: AngleTrack, kept: Bools) -> AngleTrack:
    """Some frames (N,) of the angles."""
    parts: dict[str, Any] = {}
    for field in fields(track):
        series = getattr(track, field.name)
        if isinstance(series, Angle):
            frames: dict[str, Any] = {name: getattr(series, name)[kept] for name in OF_FRAMES}
            parts[field.name] = replace(series, **frames)
        elif isinstance(series, np.ndarray) and field.name != "new_s":
            parts[field.name] = series[kept]
    return replace(track, **parts)


def simulated_label(clip: SimulatedClip) -> Labelled | None:
    """The labels of a simulated clip; None if it has no bend."""
    course = _course(clip.track)
    if course is None:
        return None
    pulls = [
        Pull(rep.lockout_s - BEFORE_LOCKOUT_S * clip.slow, complete=True)
        if rep.complete
        else Pull(rep.liftoff_s + AFTER_LIFTOFF_S * clip.slow, complete=False)
        for rep in clip.truth
    ]
    return labelled(course, turns.describe(course), pulls, clip.type)


def _course(track: AngleTrack, path: tuple[Floats, Floats] | None = None) -> Course | None:
    """The bends of a clip; `path`: times and heights of its plates."""
    hands = follow(track, path)
    plates = np.full(len(track.time_s), np.nan) if path is None else resampled(track.time_s, *path)
    return None if hands is None else turns.course_of(track, hands, plates)


def real_sets(folder: Path) -> Iterator[Labelled]:
    """The clips of `clips.toml` that lie in a folder, labelled."""
    for name, known in tomllib.loads(CLIPS.read_text(encoding="utf-8")).items():
        path = folder / known["file"]
        label = _real(path, known) if path.exists() else None
        if label is not None:
            yield label
        else:
            print(f"{name}: no clip or no bend")


def _real(path: Path, known: dict[str, Any]) -> Labelled | None:
    """The labels of a real clip; None if it has no bend."""
    pulls = [Pull(lockout_s - BEFORE_LOCKOUT_S, complete=True) for lockout_s in known["lockouts_s"]]
    pulls += [Pull(top_s - BEFORE_LOCKOUT_S, complete=False) for top_s in known.get("missed_s", [])]
    return _filmed(path, pulls, known["type"], REAL)


def rendered_sets(folder: Path) -> Iterator[Labelled]:
    """The sets of `python -m samples.sets --out FOLDER`, labelled."""
    for path in sorted((folder / SET_CLIPS).glob("*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        clip, set_type = path.with_name(f"{truth['name']}.mp4"), TYPES.get(truth["movement"], "floor")
        label = _filmed(clip, pulls_of(truth), set_type, RENDERED)
        if label is not None:
            yield replace(label, usual_ends=False)


def pulls_of(truth: Mapping[str, Any]) -> list[Pull]:
    """The pulls of a rendered set."""
    slow = truth["spec"].get("video", {}).get("slow_motion", 1.0)
    return [
        Pull(rep.lockout_s - BEFORE_LOCKOUT_S * slow, complete=True)
        if rep.lockout_s is not None
        else Pull(rep.liftoff_s + AFTER_LIFTOFF_S * slow, complete=False)
        for rep in true_reps(truth)
        if rep.lockout_s is not None or rep.liftoff_s is not None
    ]


def _filmed(path: Path, pulls: Sequence[Pull], type_: str, weight: float) -> Labelled | None:
    """The labels of a clip that counts `weight` times; None if it has no bend."""
    try:
        seen = stages.observe(path)
    except NobodyFound:
        return None
    spine = stages.infer(seen)
    seen_from = stages.orient(seen, spine)
    plates = stages.find_bar(seen, seen_from)
    pictures = evidence.Pictures(seen.thumbnails, seen.observed.track, plates)
    label = label_of(stages.measure(seen, seen_from, spine), pictures, pulls, type_)
    return None if label is None else replace(label, weight=weight)


def label_of(track: AngleTrack, pictures: Pictures, pulls: Sequence[Pull], type_: str) -> Labelled | None:
    """The labels of a filmed clip whose angles are measured; None if it has no bend."""
    course = _course(track, pictures.plates_up())
    if course is None:
        return None
    described = turns.describe(course)
    label = labelled(course, described, pulls, type_)
    return replace(label, load=segment.load_of(course, described, pictures))
