"""From named points to the body in its sagittal plane, whoever recorded them.

In: `Markers` of any program and in any axes.  Out: `Body`: landmarks in the plane, facing right, and the pitch of
pelvis and thorax where the points show them.  Because the plane is the lifter's own, a mirrored file gives the same
numbers.

Steps (`of_markers`):

1. Find the joints by their names (JOINTS).  A joint that only one side has stands for both.
2. Find which way is up: the axis from the ankles to the shoulders.
3. Find which way is forward: across the line from left to right, on the side of the toes.  Points of one picture lie in
   a plane already.
4. Put the points into this plane, 300 pixels a leg.
5. Take the pitch of pelvis and thorax, if the points show them (PELVIS, THORAX).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from hingecheck import landmarks
from hingecheck.exchange.tracks import METRES, Markers, lost
from hingecheck.geometry import pitch_deg
from hingecheck.landmarks import COUNT, Pair
from hingecheck.records import Floats, PoseTrack, Reason
from hingecheck.records.arrays import check

Source = Literal["markers", "points", "model"]
"""Who recorded it: markers on the skin, points found in a video, or a model that was fitted to either."""

JOINTS: Final[Mapping[Pair, Sequence[str]]] = {
    landmarks.SHOULDERS: ("shoulder", "sho", "acr", "acromion"),
    landmarks.WRISTS: ("wrist", "wra", "wrb", "ul", "rad"),
    landmarks.HIPS: ("hip", "hjc", "hjcenter"),
    landmarks.KNEES: ("knee", "kne", "kjc", "lepi", "mepi", "kneemedial", "lfc", "mfc"),
    landmarks.ANKLES: ("ankle", "ank", "ajc", "lmal", "mmal", "anklemedial"),
    landmarks.HEELS: ("heel", "hee"),
    landmarks.TOES: ("toe", "bigtoe", "mt2", "footindex"),
    landmarks.EARS: ("ear",),
}
"""Names of the joints without their side.  A side is l, r, left or right, before or after the name.  Several points of
one joint are averaged."""

PELVIS: Final[Mapping[str, Sequence[str]]] = {"psis": ("psis", "psi", "sacr", "sacrum"), "asis": ("asis", "asi")}
"""Names of the points on the pelvis, back and front, like those of JOINTS.  A sacrum may have no side."""

THORAX: Final = ("usacr", "t10", "c7")
"""Names of the points on the spine: the upper sacrum, the tenth thoracic and the seventh cervical vertebra."""

NEEDED: Final = (landmarks.SHOULDERS, landmarks.HIPS, landmarks.KNEES, landmarks.ANKLES)
"""Joints without which nothing is measured.  The hips can come from the pelvis."""

Sides = tuple[Floats, Floats]
"""Left and right: two points over time."""

LEG_PX: Final = 300.0
"""Length of the leg in the plane, in pixels."""

ARM_LENGTH: Final = 0.62
"""Length of a straight arm from shoulder to wrist, in leg lengths.  Files without wrists get arms that hang."""

STILL: Final = 1e-4
"""Largest movement along an axis, in leg lengths, with which all points lie in one picture."""

HIP_BEHIND, HIP_BELOW = 0.24, 0.30
"""Place of the hip joint centres behind and below the middle of the front pelvis markers, in depths and in widths of
the pelvis (Harrington et al. 2007, without their constants in millimetres)."""


@dataclass(frozen=True)
class Body:
    """The body in its sagittal plane.  `pelvis_deg`, `thorax_deg` (N,): pitch, forward positive; NaN = not known.

    `leg_m`: length of the leg, hip to ankle, if the tracks are in a unit of length.  `notes`: what the file lacks.
    """

    track: PoseTrack
    rate_hz: float
    source: Source
    pelvis_deg: Floats
    thorax_deg: Floats
    in_space: bool
    leg_m: float | None = None
    notes: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.track.time_s)
        check(self, {"pelvis_deg": (n,), "thorax_deg": (n,)})


def of_markers(markers: Markers) -> Body:
    """The body that points show.  Raises ValueError, which names the joints that are missing."""
    # 1
    points = {_plain(name): markers.xyz[:, place] for place, name in enumerate(markers.names)}
    named = {name: xyz for name, xyz in points.items() if np.isfinite(xyz).all(axis=1).any()}
    pelvis = {name: sides for name, bases in PELVIS.items() if (sides := _sides(named, bases)) is not None}
    joints = {pair: sides for pair, bases in JOINTS.items() if (sides := _sides(named, bases)) is not None}
    by_pelvis = landmarks.HIPS not in joints and {"asis", "psis"} <= pelvis.keys()
    if by_pelvis:
        joints[landmarks.HIPS] = pelvis["asis"]
    missing = [_words(pair) for pair in NEEDED if pair not in joints]
    if missing:
        raise ValueError(f"it holds no {', no '.join(missing)}; its points are {', '.join(markers.names[:40])}")
    # 2, 3
    up = _up(joints)
    forward, in_space = _forward(joints, pelvis, up)
    # 4
    plane = np.stack([forward, up], axis=1)
    flat = {pair: (left @ plane, right @ plane) for pair, (left, right) in joints.items()}
    spine = {name: middle(sides) @ plane for name, sides in pelvis.items()}
    spine |= {name: named[name] @ plane for name in THORAX if name in named}
    if by_pelvis:
        hips = _hips(spine, float(np.nanmedian(np.linalg.norm(np.subtract(*pelvis["asis"]), axis=1))))
        flat[landmarks.HIPS] = (hips, hips)
    # 5
    source: Source = "markers" if set(THORAX) & set(named) else "points"
    pelvis_deg = _pelvis_deg(spine, len(markers.time_s))
    thorax_deg = _thorax_deg(spine, len(markers.time_s))
    leg = _leg_length(flat)
    metres = METRES.get(markers.unit.lower())
    leg_m = None if metres is None else metres * leg
    track = _track(markers.time_s, flat, leg)
    notes = lost(markers.time_s, markers.promised)
    return Body(track, markers.rate_hz, source, pelvis_deg, thorax_deg, in_space, leg_m, notes)


def middle(sides: Sides) -> Floats:
    """The middle between left and right."""
    return (sides[0] + sides[1]) / 2


def _plain(name: str) -> str:
    """A name in small letters without anything between them; a subject's name before a colon is left out."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower())


def _words(pair: Pair) -> str:
    return pair[0].name.lower().removeprefix("left_")


def _sides(named: Mapping[str, Floats], bases: Sequence[str]) -> Sides | None:
    """Left and right (N, 3) of a joint; None if no point has a fitting name.  A missing side is the other one."""
    left, right = (_side(named, words, bases) for words in (("l", "left"), ("r", "right")))
    left, right = (right if left is None else left), (left if right is None else right)
    if left is None or right is None:
        single = next((named[base] for base in bases if base in named), None)
        return None if single is None else (single, single)
    return np.where(np.isnan(left), right, left), np.where(np.isnan(right), left, right)


def _side(named: Mapping[str, Floats], words: Sequence[str], bases: Sequence[str]) -> Floats | None:
    """The mean (N, 3) of the points of one side of a joint; None without one."""
    fitting = {name for word in words for base in bases for name in (f"{word}{base}", f"{base}{word}")}
    points = [points for name, points in named.items() if name in fitting]
    return np.mean(points, axis=0) if points else None


def _hips(spine: Mapping[str, Floats], width: float) -> Floats:
    """The hip joint centres (N, 2) from the pelvis in the plane; `width`: distance of its front markers."""
    backward = spine["psis"] - spine["asis"]
    ahead = -backward / np.linalg.norm(backward, axis=1, keepdims=True)
    down = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    return np.asarray(spine["asis"] + HIP_BEHIND * backward + HIP_BELOW * width * down)


def _up(joints: Mapping[Pair, Sides]) -> Floats:
    """The axis (3,) that points up, of the six along the axes of the file."""
    trunk = middle(joints[landmarks.SHOULDERS]) - middle(joints[landmarks.ANKLES])
    direction = np.nan_to_num(np.nanmedian(trunk, axis=0))
    axis = int(np.argmax(np.abs(direction)))
    up = np.zeros(3)
    up[axis] = np.sign(direction[axis]) or 1.0
    return up


def _forward(joints: Mapping[Pair, Sides], pelvis: Mapping[str, Sides], up: Floats) -> tuple[Floats, bool]:
    """The direction (3,) in which the lifter faces, and whether the points lie in space, not in one picture."""
    points = np.concatenate([np.stack(sides, axis=1) for sides in joints.values()], axis=1)
    moved = np.nanmax(np.nanmax(points, axis=0) - np.nanmin(points, axis=0), axis=0)
    leg = float(np.nanmedian(np.linalg.norm(np.subtract(*map(middle, _leg(joints))), axis=1)))
    level = [axis for axis in range(3) if not up[axis]]
    in_space = bool(min(moved[level]) > STILL * leg)
    forward = np.zeros(3)
    forward[level[int(np.argmax(moved[level]))]] = 1.0
    if in_space:
        across = np.mean([np.nanmedian(right - left, axis=0) for left, right in joints.values()], axis=0)
        forward = np.cross(up, across)
        forward = forward / np.linalg.norm(forward)
    return (forward if np.nansum(_ahead(joints, pelvis) @ forward) >= 0 else -forward), in_space


def _leg(joints: Mapping[Pair, Sides]) -> tuple[Sides, Sides]:
    return joints[landmarks.HIPS], joints[landmarks.ANKLES]


def _ahead(joints: Mapping[Pair, Sides], pelvis: Mapping[str, Sides]) -> Floats:
    """Vectors (N, 3) that point forward in a lift: from heel to toe, from back to front of the pelvis, or the lean."""
    if landmarks.TOES in joints:
        behind = landmarks.HEELS if landmarks.HEELS in joints else landmarks.ANKLES
        return middle(joints[landmarks.TOES]) - middle(joints[behind])
    if {"asis", "psis"} <= pelvis.keys():
        return middle(pelvis["asis"]) - middle(pelvis["psis"])
    return middle(joints[landmarks.SHOULDERS]) - middle(joints[landmarks.HIPS])


def _leg_length(flat: Mapping[Pair, Sides]) -> float:
    """Length of the straight leg, in the unit of the tracks."""
    return float(np.nanquantile(np.linalg.norm(np.subtract(*map(middle, _leg(flat))), axis=1), 0.9))


def _track(time_s: Floats, flat: Mapping[Pair, Sides], leg: float) -> PoseTrack:
    """The joints, left and right (N, 2) as forward and up, as landmarks of a lifter who faces right."""
    n = len(time_s)
    xy_px, visibility = np.full((n, COUNT, 2), np.nan), np.zeros((n, COUNT))
    hanging = {} if landmarks.WRISTS in flat else {landmarks.WRISTS: _hanging(flat[landmarks.SHOULDERS], leg)}
    for pair, sides in {**flat, **hanging}.items():
        for point, side in zip(pair, sides, strict=True):
            xy_px[:, point] = side * np.array([1.0, -1.0]) * LEG_PX / leg
            visibility[:, point] = np.isfinite(side).all(axis=1)
    nowhere = np.full((n, COUNT, 3), np.nan)
    return PoseTrack(time_s.copy(), xy_px, visibility, nowhere, np.zeros((n, COUNT), bool))


def _hanging(shoulders: Sides, leg: float) -> Sides:
    """Wrists of arms that hang straight down."""
    drop = np.array([0.0, ARM_LENGTH * leg])
    return shoulders[0] - drop, shoulders[1] - drop


def _pelvis_deg(spine: Mapping[str, Floats], count: int) -> Floats:
    """Pitch (N,) of the pelvis: of the line from its back to its front markers, or of three markers on the sacrum."""
    if {"psis", "asis"} <= spine.keys():
        line = spine["asis"] - spine["psis"]
        return np.asarray(np.degrees(np.arctan2(-line[:, 1], line[:, 0])))
    if {"psis", "usacr"} <= spine.keys():
        return pitch_deg(spine["psis"], spine["usacr"])
    return np.full(count, np.nan)


def _thorax_deg(spine: Mapping[str, Floats], count: int) -> Floats:
    """Pitch (N,) of the thorax: of the line from T10 to C7, or from the pelvis to the one that is there."""
    if {"t10", "c7"} <= spine.keys():
        return pitch_deg(spine["t10"], spine["c7"])
    if "psis" in spine and ("c7" in spine or "t10" in spine):
        return pitch_deg(spine["psis"], spine.get("c7", spine.get("t10", spine["psis"])))
    return np.full(count, np.nan)
