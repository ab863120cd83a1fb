"""Measures the rim of the near plate in the thumbnails: where it is, and how large it looks, to a tenth of a pixel.

In: thumbnails with the plate about where the network saw it.  Out: middle and radius of the rim (`measured`); None
where the rim is not clear.  Why: the plate's radius turns pixels into metres.  The network, which sees less than half
of the pixels, misses it by up to 8 %, and the plate's way as well.

Steps:

1. Take how fast the brightness changes along RAYS rays from the middle, c grey levels a pixel, as c / (c + CLEAR): a
   strong edge counts little more than a clear one, and still most where it is steepest.
2. Score a circle by the mean over its rays.  The circle is as narrow as the yaw of the camera makes it.  Edges of the
   floor, of legs and of the plate's far side lie on few rays of it.
3. In up to LOOKS pictures, search for middle and radius with the best score, coarsely first, then finely (FINER_PX).
   The radius is the median of the better half of the pictures, in which nothing is blurred or hidden.
4. With this radius, search for the middle in every picture.  Then take off what the thickness adds to it (THICK).
5. Believe it if the score is large enough (LEAST_SCORE) and the radius near enough to the network's (BELIEVED).
6. Where a middle is more than ASTRAY from where the network's middles lead to, take the latter: the network's way is
   smooth, but too long or too short, and a picture can have another edge beside the rim.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats

RAYS: Final = 72
"""Number of rays from the middle: one each 5 degrees."""

STEP_PX: Final = 0.25
"""Distance of the places along a ray, in pixels."""

SOFT_PX: Final = 0.6
"""SD of the blur against noise, in pixels."""

REACH: Final = (0.65, 1.35)
"""Where a ray begins and ends, in radii that the network saw."""

CLEAR: Final = 40.0
"""Change of brightness of an edge that counts half, in grey levels a pixel.  Of 5, 10, 20 and 40 this gave the smallest
errors over 16 rendered clips by another hand."""

LARGER: Final = 0.12
"""Largest difference from the network's radius, and largest distance from its middle, as a share of the radius."""

COARSE: Final = 4
"""Number of coarse steps to either side; each then is halved once."""

FINER_PX: Final = (0.4, 0.2, 0.1)
"""The finer steps, two to either side, in pixels."""

LOOKS: Final = 60
"""Largest number of pictures in which the radius is searched for."""

LEAST_SCORE: Final = 0.115
"""Smallest median score at which the rim is clear.  Of the 16 clips 15 have 0.13 to 0.35 and errors up to 3 %.  One has
0.10 and an error of 8 %: an orange plate on a green floor, equally light."""

BELIEVED: Final = 0.09
"""Largest difference from the network's radius that is believed, as a share.  It is 0.04 at most in the 16 clips.  In a
public clip a ring inside a wooden plate, 0.12 smaller, was taken for its rim."""

ASTRAY: Final = 0.02
"""Largest distance of a middle from the network's, after the network's way is made as long as that of the rim, as a
share of the radius: 4.5 mm."""

THICK: Final = 1.01
"""How much larger the rim is found than the near face: plates are thick, and from above their far side shows over it.
For one plate of 5 cm, seen from 1 m above the floor and 2.5 m away, half of the rim is 1.8 % farther out.  Two plates
add twice as much, and a camera as low as the bar nothing."""

ROUNDS, OUTLIER, TINY_PX = 3, 3.0, 0.05
"""Rounds of the fit; distance, in medians, from which a place does not count; and its smallest value, in pixels."""

_ANGLES: Final = np.arange(RAYS) * 2 * np.pi / RAYS
_RAYS: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
"""Directions (RAYS, 2) of the rays."""


def measured(
    pictures: Sequence[Bytes], places: Floats, radius_px: float, yaw_deg: float
) -> tuple[Floats, float] | None:
    """Middles (M, 2) and radius of the rim in M pictures (h, w); None if the rim is not clear.

    `places` (M, 2), `radius_px`: where and how large the network saw it.  All are in pixels of the pictures.
    """
    narrow = np.hypot(_RAYS[:, 0] / np.cos(np.radians(yaw_deg)), _RAYS[:, 1])
    edges = [_edges(picture, place, radius_px) for picture, place in zip(pictures, places, strict=True)]  # 1
    looks = np.unique(np.linspace(0, len(edges) - 1, min(LOOKS, len(edges))).astype(int))
    found = np.array([_best(edges[look], radius_px, narrow, radius_px, LARGER) for look in looks])  # 3
    radius = float(np.median(found[found[:, 3] >= np.median(found[:, 3]), 2]))
    fitted = np.array([_best(each, radius_px, narrow, radius, 0.0) for each in edges])  # 4
    if np.median(fitted[:, 3]) < LEAST_SCORE or abs(radius / radius_px - 1) > BELIEVED:  # 5
        return None
    return _kept(places, places + fitted[:, :2], ASTRAY * radius), radius / THICK


def _kept(seen: Floats, found: Floats, astray_px: float) -> Floats:
    """The middles (M, 2) that were found; where one is astray, the one that the network's lead to."""
    led = _led(seen, found)  # 6
    astray = np.linalg.norm(found - led, axis=1) > astray_px
    return np.where(astray[:, None], led, found)


def _led(seen: Floats, found: Floats) -> Floats:
    """Where a shift and one factor lead from the places seen to the places found (M, 2), whatever single places do."""
    kept = np.ones(len(seen), bool)
    for _ in range(ROUNDS):
        centre, target = seen[kept].mean(axis=0), found[kept].mean(axis=0)
        away = seen[kept] - centre
        factor = float((away * (found[kept] - target)).sum() / max((away**2).sum(), 1e-9))
        led = target + factor * (seen - centre)
        off = np.linalg.norm(found - led, axis=1)
        kept = off <= max(float(np.median(off)) * OUTLIER, TINY_PX)
    return np.asarray(led)


def _edges(picture: Bytes, place: Floats, radius_px: float) -> Floats:
    """How clear an edge is (RAYS, K), 0 to 1, at each place along each ray."""
    along = np.arange(REACH[0] * radius_px, REACH[1] * radius_px, STEP_PX)
    x, y = (place[axis] + _RAYS[:, axis, None] * along for axis in (0, 1))
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), SOFT_PX)
    brightness = cv2.remap(
        soft, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    change = np.abs(np.gradient(np.asarray(brightness, np.float64), STEP_PX, axis=1))
    return np.asarray(change / (change + CLEAR))


def _best(edges: Floats, seen_px: float, narrow: Floats, radius_px: float, larger: float) -> Floats:
    """The best circle: x and y of its middle from the network's, its radius, its score.

    `seen_px`: the network's radius.  `radius_px`: the radius to begin with, and `larger` how much it may change, as a
    share.
    """
    best, coarse = np.array([0.0, 0.0, radius_px]), LARGER * seen_px / COARSE
    score = 0.0
    for step, count in ((coarse, COARSE), (coarse / 2, 2), *((finer, 2) for finer in FINER_PX)):
        steps = np.arange(-count, count + 1) * step
        radii = steps if larger else np.zeros(1)
        circles = best + np.stack(np.meshgrid(steps, steps, radii), axis=-1).reshape(-1, 3)
        circles = circles[np.abs(circles[:, 2] - radius_px) <= larger * radius_px]
        scores = _scores(edges, circles, narrow, REACH[0] * seen_px)  # 2
        best, score = circles[np.argmax(scores)], float(scores.max())
    return np.append(best, score)


def _scores(edges: Floats, circles: Floats, narrow: Floats, first_px: float) -> Floats:
    """The mean clearness (N,) of the edge along circles (N, 3); `first_px`: where the rays begin."""
    away = circles[:, 2:] / narrow + circles[:, :2] @ _RAYS.T
    place = np.clip((away - first_px) / STEP_PX, 0, edges.shape[1] - 1.001)
    before, ray = place.astype(int), np.arange(RAYS)
    share = place - before
    return np.asarray(((1 - share) * edges[ray, before] + share * edges[ray, before + 1]).mean(axis=1))
