"""Errors of the trained members on lifters that they have not seen, and what limits them.

    python -m models.spine.check RUN/seed1.pt RUN/seed2.pt --data DIR
    python -m models.spine.check --data NEW

The second checks the members that ship on lifters none of whom they were trained on.
Every row is the change from the lifter's own standing, in degrees.  "exact masks" gives the same network the true
silhouette: what is gained is the share of the error that the pose model's mask has.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hingecheck.judgement import criteria
from hingecheck.judgement.criteria import Threshold
from hingecheck.judgement.verdict import pattern_of
from hingecheck.records import Z90, Measure
from hingecheck.spine import contour
from models.spine.data import TARGETS, Frames
from models.spine.export import Heads, calibrate, chosen, together, turned_deg
from models.spine.frames import CROP_PX
from models.spine.net import SpineNet

SIDE_DEG = 20.0
DEEP_DEG = 45.0
PULLED_FROM_DEG = 60.0
"""A thoraco-lumbar junction turned by more than this since standing is about where lifters pull from."""

SQUARE_DEG = 15.0
SUPPORTS = (0.9, 0.85, 0.8, 0.75)
SHIPPED = Path(__file__).resolve().parents[1]


def rows(members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Numbers of every group of frames."""
    _, said, _, true = together(members, heads, frames)
    moved = frames.first != np.arange(len(frames))
    side = moved & (np.abs(frames.yaw_deg) <= SIDE_DEG)
    spec = [specs[item] for item in frames.item]
    top = np.array([s["clothes"]["top"] for s in spec])
    bent = np.abs(frames.angles_deg[:, TARGETS.index("trunk")]) > 30.0
    plate = np.array([s["bar"]["plate_mm"] for s in spec]) >= 450.0
    groups = {
        f"within {SIDE_DEG:.0f} degrees of the side": side,
        "  bent": side & bent,
        "  bent as to pull": side & (true[:, TARGETS.index("junction")] + turned_deg(frames) > PULLED_FROM_DEG),
        "  upright": side & ~bent,
        "  upright behind 450-mm plates": side & ~bent & plate,
        **{f"  {name}": side & (top == name) for name in ("bare", "tight", "loose", "hoodie")},
        "yaw +8 to +20": moved & (frames.yaw_deg > 8) & (frames.yaw_deg <= 20),
        "yaw -20 to -8": moved & (frames.yaw_deg < -8) & (frames.yaw_deg >= -20),
        "yaw 20 to 30": moved & (np.abs(frames.yaw_deg) > 20) & (np.abs(frames.yaw_deg) <= 30),
    }
    return {name: _row(said[which], true[which]) for name, which in groups.items()}


def _row(said: NDArray[np.float64], true: NDArray[np.float64]) -> list[float]:
    """Frames, mean absolute error of lumbar, pelvis and junction, slope, share inside 90 %, half of that interval."""
    count, lumbar = len(TARGETS), TARGETS.index("lumbar")
    error = np.abs(said[:, :count] - true)
    half = Z90 * said[:, count + lumbar]
    slope = np.polyfit(true[:, lumbar], said[:, lumbar], 1)[0]
    shown = [error[:, TARGETS.index(name)].mean() for name in ("lumbar", "pelvis", "junction")]
    return [len(said), *shown, slope, (error[:, lumbar] <= half).mean(), half.mean()]


def standing_share(
    members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]
) -> tuple[NDArray[np.float64], float, float, float]:
    """How the lumbar error of bent frames goes with what an outline hardly tells.

    Degrees of error a degree of lordosis, kyphosis and thoracic flexion and a percent of the lumbar flexion at L5/S1
    (4,), the share of the error's variance that these explain, and its mean absolute value before and after they are
    taken out; within 20 degrees of the side view.
    """
    _, said, _, true = together(members, heads, frames)
    bent = (np.abs(frames.yaw_deg) <= SIDE_DEG) & (frames.angles_deg[:, TARGETS.index("trunk")] > DEEP_DEG)
    bent &= frames.first != np.arange(len(frames))
    error = (said[:, TARGETS.index("lumbar")] - true[:, TARGETS.index("lumbar")])[bent]
    bodies = [specs[item]["body"] for item in frames.item[bent]]
    built = [[body["lordosis_deg"], body["kyphosis_deg"], 100 * body["low_lumbar_share"]] for body in bodies]
    thoracic = frames.angles_deg[bent, TARGETS.index("thoracic")]
    causes = np.column_stack([np.ones(len(error)), np.insert(np.array(built), 2, thoracic, axis=1)])
    factors = np.linalg.lstsq(causes, error)[0]
    rest = error - causes @ factors
    explained = 1 - float(rest.var() / error.var())
    return factors[1:], explained, float(np.abs(error).mean()), float(np.abs(rest).mean())


def verdicts(members: list[SpineNet], heads: Heads, frames: Frames, support: float) -> tuple[int, float, float, int]:
    """What patterns told from single pictures of lifters bent as to pull would be, within SQUARE_DEG of the side.

    Lifters, share of them with a pattern, share of these told the true one (or, within the tolerance of a limit, its
    neighbour), and how often hip-led was told of low-back-led or the reverse.
    """
    limits = dict(criteria.load().verdict)
    limits["support"] = replace(limits["support"], value=support)
    _, said, _, true = together(members, heads, frames)
    lumbar, junction = TARGETS.index("lumbar"), TARGETS.index("junction")
    pulled = true[:, junction] + turned_deg(frames)
    rows = np.flatnonzero((pulled > PULLED_FROM_DEG) & (np.abs(frames.yaw_deg) <= SQUARE_DEG))
    _, first = np.unique(frames.item[rows], return_index=True)
    told = []
    for row in rows[first]:
        whole = said[row, junction] + turned_deg(frames)[row]
        share = Measure.of(said[row, lumbar] / whole, said[row, len(TARGETS) + lumbar] / whole)
        pattern = pattern_of(share, limits)[0]
        told.append((pattern, true[row, lumbar] / pulled[row]))
    given = [(pattern, _fits(share, limits)) for pattern, share in told if pattern != "cannot_tell"]
    crossed = sum("mixed" not in (pattern, *fits) and pattern not in fits for pattern, fits in given)
    right = sum(pattern in fits for pattern, fits in given) / len(given)
    return len(told), len(given) / len(told), right, crossed


def shared_error(members: list[SpineNet], heads: Heads, frames: Frames) -> tuple[int, float]:
    """Frames bent as to pull within SIDE_DEG of the side, and how lumbar and junction err together there (r)."""
    _, said, _, true = together(members, heads, frames)
    lumbar, junction = TARGETS.index("lumbar"), TARGETS.index("junction")
    pulled = true[:, junction] + turned_deg(frames) > PULLED_FROM_DEG
    rows = pulled & (np.abs(frames.yaw_deg) <= SIDE_DEG)
    error = (said[:, : len(TARGETS)] - true)[rows]
    return len(error), float(np.corrcoef(error[:, lumbar], error[:, junction])[0, 1])


def _fits(share: float, limits: dict[str, Threshold]) -> list[str]:
    """Patterns that a true share fits."""
    low, high, width = (limits[name].value for name in ("hip_led_below", "low_back_led_above", "edge_tolerance"))
    within = {"hip_led": share < low + width, "mixed": low - width < share < high + width}
    return [name for name, fits in (within | {"low_back_led": share > high - width}).items() if fits]


def edge_error(frames: Frames) -> tuple[float, float, float]:
    """How far the pose model's back edge lies from the true one between hip and shoulder: median, 90 %, signed median.

    In percent of the trunk's length, positive = the mask is too fat; within 20 degrees of the side view.
    """
    side = np.abs(frames.yaw_deg) <= SIDE_DEG
    top, low = (
        round(part * CROP_PX) for part in (contour.HIP_IN_CROP[1] - contour.TRUNK_IN_CROP, contour.HIP_IN_CROP[1])
    )
    seen, true = (_first_column(crop[side, top:low]) for crop in (frames.crop, frames.true_crop))
    apart = 100 * (true - seen) / (contour.TRUNK_IN_CROP * CROP_PX)
    apart = apart[~np.isnan(apart)]
    return float(np.median(np.abs(apart))), float(np.quantile(np.abs(apart), 0.9)), float(np.median(apart))


def _first_column(crop: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Where each row (N, R) first rises through one half from the left, with fraction; NaN if it does not."""
    level = crop.astype(float) / 255.0
    inside = level >= 0.5
    at = np.argmax(inside, axis=2)
    before = np.take_along_axis(level, np.maximum(at - 1, 0)[..., None], 2)[..., 0]
    here = np.take_along_axis(level, at[..., None], 2)[..., 0]
    exact = at - (here - 0.5) / np.maximum(here - before, 1e-6)
    return np.where((at > 0) & inside.any(axis=2), exact, np.nan)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", type=Path, nargs="*", help="trained members; none: those that ship")
    parser.add_argument("--data", type=Path, required=True)
    wanted = parser.parse_args()
    members, frames = chosen(wanted.members, wanted.data, SHIPPED)
    heads = calibrate(members, frames)
    specs = [json.loads(str(np.load(path)["spec"])) for path in sorted(wanted.data.glob("item_*.npz"))]
    print("back edge, % of the trunk: median {:.1f}, 90 % under {:.1f}, too fat by {:.1f}".format(*edge_error(frames)))
    factors, explained, before, after = standing_share(members, heads, frames, specs)
    print(
        "bent lumbar error a degree of lordosis {:+.2f}, kyphosis {:+.2f}, thoracic flexion {:+.2f},".format(*factors),
        f"a percent of the flexion at L5/S1 {factors[3]:+.2f}",
        f"({explained:.0%} of its variance; {before:.1f} deg, without them {after:.1f})",
    )
    print(
        "errors of lumbar and junction, {} frames bent as to pull: r {:.2f}".format(
            *shared_error(members, heads, frames)
        )
    )
    for support in SUPPORTS:
        told = verdicts(members, heads, frames, support)
        print("support {}: of {} lifters {:.0%} told a pattern, {:.0%} the true one, {} crossed".format(support, *told))
    print(f"{'':32s} frames lumbar pelvis junction slope inside  half")
    exact = replace(frames, crop=frames.true_crop)
    for title, masks in (("the pose model's masks", frames), ("exact masks", exact)):
        print(title)
        for name, row in rows(members, heads, masks, specs).items():
            print(f"{name:32s} {row[0]:6.0f} " + " ".join(f"{value:6.2f}" for value in row[1:]))


if __name__ == "__main__":
    main()
