"""How the skin behind follows the bones: drawn anew for each body.

In: skinning weights of the average body, and a BodySpec.  Out: weights in which the skin of buttocks and low back
follows other bones than in the average body.  Why: when a lifter bends, the thigh pulls the skin of the buttocks along,
in some people more than in others.  The camera sees only skin, so this moves every angle that is read from an outline.

The mean weights behind the body are a curve over height.  This module slides that curve up or down and smooths it.  At
the fold of the buttocks the slide is `BodySpec.thigh_skin_m`, at the sacrum SACRUM_SHARE of it, and at the ribs
`BodySpec.rib_skin_m`.  Bodies with neither keep their weights.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.ndimage import gaussian_filter1d

from samples.spec import BodySpec

Array = npt.NDArray[np.float64]

BIN_M = 0.01
"""Height of a bin of the mean weights, in metres on a body of 1.76 m."""

SACRUM_SHARE = 0.25
"""Share of the slide at the buttocks' fold that is left at the sacrum, where the skin lies close to the bone."""

BEHIND_M = (-0.02, 0.03)
"""The slide is whole where the skin is this far in front of the hip joint or less, and ends at the second distance."""


def follow(weights: Any, vertices: Array, heads: dict[str, Array], names: tuple[str, ...], spec: BodySpec) -> Any:
    """Weights (V, B), sparse, of the spec's body; `heads` gives the resting joint centres by bone.

    1. Find the skin behind, without the arms.
    2. Average the weights over height, on each side of the body.
    3. Add the difference between the slid curve and the curve itself.
    """
    if spec.thigh_skin_m == spec.rib_skin_m == spec.soft_skin_m == 0.0:
        return weights
    size = spec.stature_m / 1.76
    table = weights.toarray()
    hip = heads["upperleg01.L"]
    arms = [index for index, name in enumerate(names) if name.startswith(("upperarm", "lowerarm", "wrist", "finger"))]
    near, far = BEHIND_M  # 1.
    behind = np.clip((hip[0] / size + far - vertices[:, 0] / size) / (far - near), 0.0, 1.0)
    behind[table[:, arms].sum(axis=1) > 0.0] = 0.0
    up = vertices[:, 2] / size
    slide = np.interp(up, *_slide(heads, size, spec))
    for side in (vertices[:, 1] > 0, vertices[:, 1] <= 0):
        rows = np.flatnonzero(side & (behind > 0.0) & (up < heads["neck01"][2] / size))
        grid, curve = _curve(up[rows], table[rows])  # 2.
        softer = gaussian_filter1d(curve, spec.soft_skin_m / BIN_M, axis=0) if spec.soft_skin_m else curve
        change = _at(grid, softer, up[rows] - slide[rows]) - _at(grid, curve, up[rows])  # 3.
        table[rows] = np.clip(table[rows] + behind[rows, None] * change, 0.0, None)
    return sparse.csr_matrix(table / table.sum(axis=1, keepdims=True))


def _slide(heads: dict[str, Array], size: float, spec: BodySpec) -> tuple[list[float], list[float]]:
    """Heights and how far the curve slides up there, in metres on a body of 1.76 m."""
    knee, hip, sacrum, ribs, neck = (
        float(heads[name][2]) / size for name in ("lowerleg01.L", "upperleg01.L", "spine04", "spine02", "neck01")
    )
    thigh = spec.thigh_skin_m
    return [knee, hip - 0.05, sacrum, ribs, neck], [0.0, thigh, SACRUM_SHARE * thigh, spec.rib_skin_m, 0.0]


def _curve(up: Array, table: Array) -> tuple[Array, Array]:
    """Middles (K,) of bins over height, and the mean weights (K, B) in each; empty bins are filled from their sides."""
    bins = np.floor((up - up.min()) / BIN_M).astype(int)
    count = np.bincount(bins)
    middle = up.min() + BIN_M * (np.arange(len(count)) + 0.5)
    sums = np.zeros((len(count), table.shape[1]))
    np.add.at(sums, bins, table)
    full = count > 0
    return middle, _at(middle[full], sums[full] / count[full, None], middle)


def _at(grid: Array, curve: Array, up: Array) -> Array:
    """The curve (K, B) at heights (N,), linear between its points."""
    right = np.clip(np.searchsorted(grid, up), 1, len(grid) - 1)
    share = np.clip((up - grid[right - 1]) / (grid[right] - grid[right - 1]), 0.0, 1.0)[:, None]
    between: Array = curve[right - 1] * (1.0 - share) + curve[right] * share
    return between
