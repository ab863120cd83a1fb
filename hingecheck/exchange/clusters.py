"""Joints that a lift does not show, from a static trial: clusters of markers carry them along.

Laboratories often take the markers off knees and front pelvis for the lift, because bar and arms are in the way, and
leave three or more markers on each shank, thigh and the sacrum.  A segment is rigid.  So where its cluster is in a
frame, there are the joints that the static trial showed beside it (calibrated anatomical systems, Cappozzo et al. 1995,
Clin Biomech 10:171).

Steps (`completed`), for each point of the static trial that the lift lacks:

1. Choose its cluster (CARRIED): the first of which at least three markers are in both files.
2. Find, in each frame, the rotation and shift that bring the cluster from the static trial to where it is (least
   squares, Kabsch 1976, Acta Cryst A32:922).
3. Carry the point along.  It is not known in frames in which a marker of the cluster is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from hingecheck.exchange.tracks import METRES, Markers
from hingecheck.records import Floats

FEWEST: Final = 3
"""Smallest number of markers that show where a segment is."""

_KNEES: Final = ("knee", "kne", "kjc", "lepi", "mepi", "kneemedial", "lfc", "mfc")
_HIPS: Final = ("hip", "hjc", "hjcenter", "asis", "asi")
CARRIED: Final[Mapping[Sequence[str], Sequence[str]]] = {
    _KNEES: ("tib", "shank", "thi", "thigh"),
    _HIPS: ("sacr", "usacr", "sacrum", "psi", "psis"),
}
"""Names of points that are carried, and of the markers that carry them, without side and number.  Those of the pelvis
belong together, whatever they are called."""


def completed(lift: Markers, static: Markers) -> Markers:
    """The markers of a lift with the points that only the static trial shows."""
    scale = METRES.get(static.unit.lower(), 1.0) / METRES.get(lift.unit.lower(), 1.0)
    still = {_plain(name): scale * _middle(static.xyz[:, at]) for at, name in enumerate(static.names)}
    moving = {_plain(name): lift.xyz[:, at] for at, name in enumerate(lift.names)}
    found: dict[str, Floats] = {}
    for name, place in still.items():
        cluster = [] if name in moving or np.isnan(place).any() else _cluster(name, still, moving)
        if cluster:
            here, there = np.stack([still[n] for n in cluster]), np.stack([moving[n] for n in cluster], axis=1)
            found[name] = _carried(place, here, there)
    if not found:
        return lift
    return replace(
        lift, names=(*lift.names, *found), xyz=np.concatenate([lift.xyz, np.stack([*found.values()], axis=1)], axis=1)
    )


def _middle(points: Floats) -> Floats:
    """The median place (3,) of a marker that stands still; NaN if it is never seen."""
    seen = points[np.isfinite(points).all(axis=1)]
    return np.median(seen, axis=0) if len(seen) else np.full(3, np.nan)


def _cluster(name: str, still: Mapping[str, Floats], moving: Mapping[str, Floats]) -> list[str]:
    """The markers that carry a point; none if too few of any segment are in both files."""
    side, base = _parts(name)
    for carried, carriers in CARRIED.items():
        if base not in carried:
            continue
        both = [n for n in still.keys() & moving.keys() if np.isfinite(still[n]).all()]
        groups = [carriers] if carried is _HIPS else [(carrier,) for carrier in carriers]
        for group in groups:
            fitting = sorted(n for n in both if _fits(_parts(n), group, "" if carried is _HIPS else side))
            if len(fitting) >= FEWEST:
                return fitting
    return []


def _fits(parts: tuple[str, str], group: Sequence[str], side: str) -> bool:
    return parts[1] in group and side in ("", parts[0])


def _parts(name: str) -> tuple[str, str]:
    """Side (l, r or nothing) and the rest of a plain name, without a number at its end."""
    bare = re.sub(r"\d+$", "", name)
    known = {word for row in (*CARRIED, *CARRIED.values()) for word in row}
    for words, side in (("left", "l"), ("right", "r"), ("l", "l"), ("r", "r")):
        for rest in (bare.removeprefix(words), bare.removesuffix(words)):
            if rest != bare and rest in known:
                return side, rest
    return "", bare


def _plain(name: str) -> str:
    """A name in small letters without anything between them; a subject's name before a colon is left out."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower())


def _carried(point: Floats, here: Floats, there: Floats) -> Floats:
    """Where a point (3,) beside a cluster (k, 3) is when the cluster is at other places (N, k, 3); NaN if unknown."""
    out = np.full((len(there), 3), np.nan)
    known = np.isfinite(there).all(axis=(1, 2))
    centre, centres = here.mean(axis=0), there[known].mean(axis=1)
    u, _, vt = np.linalg.svd((here - centre).T @ (there[known] - centres[:, None]))
    v, ut = np.swapaxes(vt, 1, 2), np.swapaxes(u, 1, 2)
    v[..., -1] *= np.sign(np.linalg.det(v @ ut))[:, None]  # a rotation, not a mirror image
    out[known] = (v @ ut) @ (point - centre) + centres
    return out
