"""Brightness of high dynamic range, brought to that of usual videos.

In: RGB pictures in the code values of HLG or PQ.  Out: RGB for usual screens.  Phones record HLG; films use PQ.  Shown
as they are, their pictures are flat and dark, and the networks have never seen such.

Steps of a table (`_table`):

1. Code values become light in cd/m2 on a screen with a peak of PEAK.  For HLG with its system gamma of 1.2.
2. Paper white (WHITE) becomes the white of a usual screen.  Light above KNEE of it is compressed, not cut.
3. The gamma of a usual screen is taken back.

References: ITU-R BT.2100-2 (the two curves), BT.2408 (paper white at 203 cd/m2).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats

PQ, HLG = 16, 18
"""FFmpeg's tags of the two curves."""

PEAK: Final = 1000.0
"""Brightest light that is not cut, in cd/m2."""

WHITE: Final = 203.0
"""Light of white paper, in cd/m2."""

KNEE: Final = 0.8
"""Share of white above which light is compressed."""

GAMMA: Final = 2.4
"""Gamma of a usual screen (BT.1886)."""


def usual(rgb: Bytes, curve: int) -> Bytes:
    """The picture for usual screens; `curve`: FFmpeg's tag of its curve.  Others than PQ and HLG change nothing."""
    table = _TABLES.get(curve)
    return rgb if table is None else np.asarray(cv2.LUT(rgb, table), np.uint8)


def high(curve: int) -> bool:
    """True if this is the tag of a curve of high dynamic range."""
    return curve in _TABLES


def _table(light: Floats) -> Bytes:
    """The value for usual screens for each code value; `light` (256,): its light in cd/m2."""
    share = light / WHITE
    above = np.log(np.maximum(share, KNEE) / KNEE) / np.log(PEAK / WHITE / KNEE)  # 0 at the knee, 1 at the peak
    out = np.where(share <= KNEE, share, KNEE + (1 - KNEE) * above).clip(0.0, 1.0)
    return np.round(255 * out ** (1 / GAMMA)).astype(np.uint8)


def _pq(code: Floats) -> Floats:
    """Light in cd/m2 of PQ's code values 0..1 (BT.2100, table 4)."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def _hlg(code: Floats) -> Floats:
    """Light in cd/m2 of HLG's code values 0..1 on a screen with a peak of PEAK (BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return np.asarray(PEAK * scene**1.2)


_CODES: Final = np.arange(256) / 255

_TABLES: Final = {PQ: _table(_pq(_CODES)), HLG: _table(_hlg(_CODES))}
