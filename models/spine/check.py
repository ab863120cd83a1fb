"""Errors of the trained members on lifters that they have not seen, and what limits them.

    python -m models.spine.check RUN/seed1.pt RUN/seed2.pt --data DIR
    python -m models.spine.check --data NEW

The second command checks the shipped members on lifters that none of them was trained on.  With `--without KIND` the
members are calibrated on the other lifters alone, as if nobody had known of that kind, and both are shown.

Every row of the table is the change from the lifter's own standing, in degrees. "exact masks" gives the same network
the true silhouette. The difference shows how much of the error comes from the pose model's mask.
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
from hingecheck.spine.inference import weighed
from models.spine.data import CROP_PX, KINDS, TARGETS, Frames, load, without
from models.spine.export import BENT_DEG, Heads, calibrate, members_and_frames, predict_ensemble, turned_deg
from models.spine.net import SpineNet

SIDE_DEG = 20.0
"""Frames within this angle are side views."""

DEEP_DEG = 45.0
"""From this trunk lean on, a frame counts as deeply bent."""

PULLED_FROM_DEG = 60.0
"""A thoraco-lumbar junction turned by more than this since standing is about where a pull starts."""

SQUARE_DEG = 15.0
"""Patterns are tried on frames within this angle of the side view."""

SUPPORTS = (0.9, 0.85, 0.8, 0.75)
"""Probabilities that a pattern needs, to compare."""

LOOSE, STIFF = ("loose", "hoodie"), 0.5
"""Tops that can be stiff, and the least stiffness that counts."""

AVERAGE_SKIN_M = 0.03
"""Largest slide of the thigh's pull, to either side, that counts as the average body's, in metres."""

HEAD = f"{'':32s} frames lumbar pelvis junction slope inside  half"
"""Titles of the columns."""

SHIPPED = Path(__file__).resolve().parents[1]
"""Folder of the files that ship."""


def rows(members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Return the numbers of every group of frames."""
    _, predicted, _, true = predict_ensemble(members, heads, frames)
    moved = frames.first != np.arange(len(frames))
    side = moved & (np.abs(frames.yaw_deg) <= SIDE_DEG)
    spec = [specs[item] for item in frames.item]
    top = np.array([s["clothes"]["top"] for s in spec])
    bent = np.abs(frames.angles_deg[:, TARGETS.index("trunk")]) > 30.0
    stiff = np.array([s["clothes"].get("stiffness", 0.0) if s["clothes"]["top"] in LOOSE else 0.0 for s in spec])
    skin = np.array([s["body"].get("thigh_skin_m", 0.0) for s in spec])
    plate = np.array([s["bar"]["plate_mm"] for s in spec]) >= 450.0
    groups = {
        f"within {SIDE_DEG:.0f} degrees of the side": side,
        "  bent": side & bent,
        "  bent as in a pull": side & (true[:, TARGETS.index("junction")] + turned_deg(frames) > PULLED_FROM_DEG),
        "  upright": side & ~bent,
        "  upright behind 450-mm plates": side & ~bent & plate,
        **{f"  {name}": side & (top == name) for name in ("bare", "tight", "loose", "hoodie")},
        "  stiff": side & (stiff >= STIFF),
        "  bent, average skin": side & bent & (np.abs(skin) <= AVERAGE_SKIN_M),
        "  bent, thigh pulls higher": side & bent & (skin > AVERAGE_SKIN_M),
        "  bent, thigh pulls lower": side & bent & (skin < -AVERAGE_SKIN_M),
        "yaw +8 to +20": moved & (frames.yaw_deg > 8) & (frames.yaw_deg <= 20),
        "yaw -20 to -8": moved & (frames.yaw_deg < -8) & (frames.yaw_deg >= -20),
        "yaw 20 to 30": moved & (np.abs(frames.yaw_deg) > 20) & (np.abs(frames.yaw_deg) <= 30),
    }
    return {name: _row(predicted[which], true[which]) for name, which in groups.items()}


def _row(predicted: NDArray[np.float64], true: NDArray[np.float64]) -> list[float]:
    """One row of numbers.

    Number of frames; mean absolute errors of lumbar, pelvis and junction; slope; share inside the 90 % interval; half
    width of that interval.
    """
    count, lumbar = len(TARGETS), TARGETS.index("lumbar")
    error = np.abs(predicted[:, :count] - true)
    half = Z90 * predicted[:, count + lumbar]
    slope = np.polyfit(true[:, lumbar], predicted[:, lumbar], 1)[0]
    shown = [error[:, TARGETS.index(name)].mean() for name in ("lumbar", "pelvis", "junction")]
    return [len(predicted), *shown, slope, (error[:, lumbar] <= half).mean(), half.mean()]


def standing_share(
    members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]
) -> tuple[NDArray[np.float64], float, float, float]:
    """Relate the lumbar error of bent frames to causes that an outline hardly shows.

    1. Take the deeply bent frames within 20 degrees of the side view.
    2. Fit their error (least squares) to lordosis, kyphosis, thoracic flexion and the share of lumbar flexion at
       L5/S1.

    Returns the degrees of error per degree of the first three and per percent of the last (4,), the share of the
    error's variance that they explain, and its mean absolute value before and after they are removed.
    """
    _, predicted, _, true = predict_ensemble(members, heads, frames)
    bent = (np.abs(frames.yaw_deg) <= SIDE_DEG) & (frames.angles_deg[:, TARGETS.index("trunk")] > DEEP_DEG)
    bent &= frames.first != np.arange(len(frames))  # 1.
    error = (predicted[:, TARGETS.index("lumbar")] - true[:, TARGETS.index("lumbar")])[bent]
    bodies = [specs[item]["body"] for item in frames.item[bent]]
    built = [[body["lordosis_deg"], body["kyphosis_deg"], 100 * body["low_lumbar_share"]] for body in bodies]
    thoracic = frames.angles_deg[bent, TARGETS.index("thoracic")]
    causes = np.column_stack([np.ones(len(error)), np.insert(np.array(built), 2, thoracic, axis=1)])
    factors = np.linalg.lstsq(causes, error)[0]  # 2.
    rest = error - causes @ factors
    explained = 1 - float(rest.var() / error.var())
    return factors[1:], explained, float(np.abs(error).mean()), float(np.abs(rest).mean())


def verdicts(members: list[SpineNet], heads: Heads, frames: Frames, support: float) -> tuple[int, float, float, int]:
    """Return the patterns that single pictures would give, one picture per lifter, bent as in a pull.

    Only frames within SQUARE_DEG of the side view. Returns the number of lifters, the share of them with a pattern,
    the share of these patterns that are right (within the tolerance of a limit, the neighbour is right as well), and
    how often hip-led and low-back-led are exchanged.
    """
    limits = dict(criteria.load().verdict)
    limits["support"] = replace(limits["support"], value=support)
    _, predicted, _, true = predict_ensemble(members, heads, frames)
    lumbar, junction = TARGETS.index("lumbar"), TARGETS.index("junction")
    pulled = true[:, junction] + turned_deg(frames)
    rows = np.flatnonzero((pulled > PULLED_FROM_DEG) & (np.abs(frames.yaw_deg) <= SQUARE_DEG))
    _, first = np.unique(frames.item[rows], return_index=True)
    patterns = []
    for row in rows[first]:
        whole = predicted[row, junction] + turned_deg(frames)[row]
        share = Measure.of(predicted[row, lumbar] / whole, predicted[row, len(TARGETS) + lumbar] / whole)
        pattern = pattern_of(share, limits)[0]
        patterns.append((pattern, true[row, lumbar] / pulled[row]))
    given = [(pattern, _fits(share, limits)) for pattern, share in patterns if pattern != "cannot_tell"]
    crossed = sum("mixed" not in (pattern, *fits) and pattern not in fits for pattern, fits in given)
    right = sum(pattern in fits for pattern, fits in given) / len(given)
    return len(patterns), len(given) / len(patterns), right, crossed


def shared_error(members: list[SpineNet], heads: Heads, frames: Frames) -> tuple[int, float]:
    """Return the correlation r of the errors of lumbar and junction, and the number of frames.

    Frames are bent as in a pull, within SIDE_DEG of the side view.
    """
    _, predicted, _, true = predict_ensemble(members, heads, frames)
    lumbar, junction = TARGETS.index("lumbar"), TARGETS.index("junction")
    pulled = true[:, junction] + turned_deg(frames) > PULLED_FROM_DEG
    rows = pulled & (np.abs(frames.yaw_deg) <= SIDE_DEG)
    error = (predicted[:, : len(TARGETS)] - true)[rows]
    return len(error), float(np.corrcoef(error[:, lumbar], error[:, junction])[0, 1])


def alone_and_changed(
    members: list[SpineNet], heads: Heads, frames: Frames
) -> tuple[int, float, list[float], list[float]]:
    """Compare what a bent frame gives alone with its change from standing, and with both weighed as in an analysis.

    Returns the number of frames, the correlation of both lumbar errors, and for alone, change and both weighed the mean
    absolute lumbar error and the share of errors inside the 90 % interval. Frames within SIDE_DEG of the side view.
    """
    single, change, true, true_change = predict_ensemble(members, heads, frames)
    bent = (np.abs(frames.yaw_deg) <= SIDE_DEG) & (frames.angles_deg[:, TARGETS.index("trunk")] > BENT_DEG)
    bent &= frames.first != np.arange(len(frames))
    count, lumbar = len(TARGETS), TARGETS.index("lumbar")
    alone = (single[bent, lumbar] - true[bent, lumbar], single[bent, count + 1 + lumbar])
    changed = (change[bent, lumbar] - true_change[bent, lumbar], change[bent, count + lumbar])
    ways = (alone, changed, weighed(alone, changed))
    off = [float(np.abs(error).mean()) for error, _ in ways]
    inside = [float((np.abs(error) <= Z90 * sd).mean()) for error, sd in ways]
    return int(bent.sum()), float(np.corrcoef(alone[0], changed[0])[0, 1]), off, inside


def _fits(share: float, limits: dict[str, Threshold]) -> list[str]:
    """Patterns that fit a true share."""
    low, high, width = (limits[name].value for name in ("hip_led_below", "low_back_led_above", "edge_tolerance"))
    within = {"hip_led": share < low + width, "mixed": low - width < share < high + width}
    return [name for name, fits in (within | {"low_back_led": share > high - width}).items() if fits]


def edge_error(frames: Frames) -> tuple[float, float, float]:
    """Return how far the pose model's back edge is from the true one between hip and shoulder.

    Median, 90 % quantile and signed median, in percent of the trunk's length; positive: the mask is too wide. Within
    20 degrees of the side view.
    """
    side = np.abs(frames.yaw_deg) <= SIDE_DEG
    top, low = (
        round(part * CROP_PX) for part in (contour.HIP_IN_CROP[1] - contour.TRUNK_IN_CROP, contour.HIP_IN_CROP[1])
    )
    observed, true = (_first_column(crop[side, top:low]) for crop in (frames.crop, frames.true_crop))
    difference = 100 * (true - observed) / (contour.TRUNK_IN_CROP * CROP_PX)
    difference = difference[~np.isnan(difference)]
    return (
        float(np.median(np.abs(difference))),
        float(np.quantile(np.abs(difference), 0.9)),
        float(np.median(difference)),
    )


def _first_column(crop: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Place at which each row (N, R) first rises through one half from the left, with fraction; NaN if it does not."""
    level = crop.astype(float) / 255.0
    inside = level >= 0.5
    at = np.argmax(inside, axis=2)
    before = np.take_along_axis(level, np.maximum(at - 1, 0)[..., None], 2)[..., 0]
    here = np.take_along_axis(level, at[..., None], 2)[..., 0]
    exact = at - (here - 0.5) / np.maximum(here - before, 1e-6)
    return np.where((at > 0) & inside.any(axis=2), exact, np.nan)


def home_and_away(members: list[SpineNet], data: Path, part: str, kind: str) -> dict[str, list[float]]:
    """Return the numbers of bent frames within SIDE_DEG of the side view: of other lifters, and of those of a kind.

    Only the other lifters calibrate the members.
    """
    home, away = load(data, part=part, wanted=without(kind)), load(data, part=part, wanted=KINDS[kind])
    heads = calibrate(members, home)
    return {"calibrated on": _bent(members, heads, home), f"left out ({kind})": _bent(members, heads, away)}


def _bent(members: list[SpineNet], heads: Heads, frames: Frames) -> list[float]:
    """The numbers of the bent frames within SIDE_DEG of the side view."""
    _, predicted, _, true = predict_ensemble(members, heads, frames)
    bent = (np.abs(frames.yaw_deg) <= SIDE_DEG) & (frames.angles_deg[:, TARGETS.index("trunk")] > BENT_DEG)
    bent &= frames.first != np.arange(len(frames))
    return _row(predicted[bent], true[bent])


def _show(table: dict[str, list[float]]) -> None:
    """Print rows of numbers."""
    for name, row in table.items():
        print(f"{name:32s} {row[0]:6.0f} " + " ".join(f"{value:6.2f}" for value in row[1:]))


def _show_errors(members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]) -> None:
    """Print where the errors come from, and how what a frame gives alone helps."""
    print(
        "back edge error, % of the trunk: median {:.1f}, 90 % below {:.1f}, mask too wide by {:.1f}".format(
            *edge_error(frames)
        )
    )
    factors, explained, before, after = standing_share(members, heads, frames, specs)
    print(
        "bent lumbar error per degree of lordosis {:+.2f}, kyphosis {:+.2f}, thoracic flexion {:+.2f},".format(
            *factors
        ),
        f"per percent of the flexion at L5/S1 {factors[3]:+.2f}",
        f"({explained:.0%} of its variance; {before:.1f} deg, without them {after:.1f} deg)",
    )
    print(
        "errors of lumbar and junction, {} frames bent as in a pull: r {:.2f}".format(
            *shared_error(members, heads, frames)
        )
    )
    bent, correlation, off, inside = alone_and_changed(members, heads, frames)
    print(f"{bent} bent frames, lumbar: errors alone and from standing r {correlation:.2f};", end=" ")
    for name, error, share in zip(("alone", "from standing", "both weighed"), off, inside, strict=True):
        print(f"{name} {error:.2f} deg, {share:.2f} inside;", end=" ")
    print()


def _show_tables(members: list[SpineNet], heads: Heads, frames: Frames, specs: list[dict[str, Any]]) -> None:
    """Print the verdicts of single pictures, and the numbers of every group of frames with both kinds of masks."""
    for support in SUPPORTS:
        numbers = verdicts(members, heads, frames, support)
        print("support {}: {} lifters, {:.0%} with a pattern, {:.0%} right, {} exchanged".format(support, *numbers))
    print(HEAD)
    exact = replace(frames, crop=frames.true_crop)
    for title, masks in (("the pose model's masks", frames), ("exact masks", exact)):
        print(title)
        _show(rows(members, heads, masks, specs))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", type=Path, nargs="*", help="trained members; none: the shipped ones")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--without", choices=KINDS, help="kind of lifters that does not calibrate")
    options = parser.parse_args()
    members, frames = members_and_frames(options.members, options.data, SHIPPED)
    if options.without:
        part = "check" if options.members else "all"
        print(HEAD)
        _show(home_and_away(members, options.data, part, options.without))
        return
    heads = calibrate(members, frames)
    specs = [json.loads(str(np.load(path)["spec"])) for path in sorted(options.data.glob("item_*.npz"))]
    _show_errors(members, heads, frames, specs)
    _show_tables(members, heads, frames, specs)


if __name__ == "__main__":
    main()
