"""Training frames for the plate finder: rendered lifts with the known outline of the bar's near end.

    python -m models.plates.frames 24000 --out DIR --processes 2
    python -m models.plates.frames 6000 --seed 701 --bare 1 --out DIR --processes 2

An item is one `.npz` file: one lifter with one load. K is the number of frames.

- `grey` (K, h, w), 8 bit: moments of the whole clip, as small as the analyzer's thumbnails
  (`hingecheck.video.thumbnails`), not yet blurred.
- `plate` (K, 4), pixels: middle x, middle y, half width, half height of the outer face of the plates nearer to the
  camera. Without plates: of the sleeve's end. NaN without a bar.
- `foot` (2,) and `leg_px`: the lifter's place during the lift, and the length of the leg in the picture.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hingecheck.video.thumbnails import HEIGHT_PX
from samples.errors import ImpossiblePose
from samples.film.clip import Stage, draw_frame, instant_at, set_stage
from samples.film.draw import pick, random_spec
from samples.film.frames import compressed, item_path, unpacked
from samples.film.raster import Raster
from samples.scene.camera import project, view_at
from samples.scene.props import SLEEVE_END_M
from samples.spec import BarSpec, ClipSpec, Load, Style
from samples.work import run_all

SIZES_PX: Final = ((308, 512), (308, 512), (512, 308))
"""Picture sizes, width and height; one is drawn at random."""

SMALLEST_PLATE_MM: Final = 60.0
"""The renderer draws no smaller plates (`samples.scene.props.plates`)."""

STYLES: Final[tuple[Style, ...]] = (
    "conventional",
    "sumo",
    "rdl",
    "stiff_leg",
    "block",
    "trap_bar",
    "empty_setup",
    "kettlebell",
    "pick_up",
    "hinge",
    "squat",
    "tie_shoes",
)
ODDS: Final = (0.3, 0.12, 0.06, 0.05, 0.08, 0.06, 0.18, 0.03, 0.03, 0.04, 0.03, 0.02)
"""Probability of each style."""

LOADS: Final[dict[Style, Load]] = {"kettlebell": "kettlebell", "trap_bar": "trap_bar", "pick_up": "box"}
"""Loads of the styles that do not use a bar."""

WITHOUT: Final = {"hinge": 1.0, "squat": 1.0, "tie_shoes": 1.0, "conventional": 0.15, "sumo": 0.1, "rdl": 0.2}
"""Probability that nothing is held or stands there, by style."""

ACROSS_M: Final = {"upright": (1.3, 2.6), "wide": (2.0, 3.6)}
"""Width of the room along the picture's shorter side, metres: smallest and largest."""

SLEEVE_RADIUS_M: Final = 0.025
"""Radius of a sleeve."""

AROUND: Final = np.linspace(0.0, 2.0 * np.pi, 32, endpoint=False)
"""Angles around the outline of a plate, radians."""


def training_spec(seed: int, bare: float = 0.0) -> ClipSpec:
    """Return a random lift or another movement, with plates, without plates, or with another load.

    `bare`: probability that plates are left out.
    """
    random = np.random.default_rng([seed, 50])
    size = SIZES_PX[int(random.integers(len(SIZES_PX)))]
    spec = random_spec(seed, *size)
    style = pick(random, STYLES, ODDS)
    load: Load = "none" if random.random() < WITHOUT.get(style, 0.0) else LOADS.get(style, "bar")
    yaw_deg = float(np.clip(random.normal(0.0, 16.0), -45.0, 45.0))
    wide_m = random.uniform(*ACROSS_M["upright" if size[0] < size[1] else "wide"])
    camera = replace(
        spec.camera,
        yaw_deg=yaw_deg,
        field_of_view_deg=float(np.clip(2 * np.degrees(np.arctan(wide_m / 2 / spec.camera.distance_m)), 20.0, 75.0)),
    )
    return replace(
        spec,
        lift=replace(spec.lift, style=style, reps=int(random.integers(1, 3)), setup_bends=0),
        bar=_bare(seed, _bar(random, spec.bar, load, style), bare),
        camera=camera,
        scene=replace(spec.scene, people=int(random.random() < 0.15)),
    )


def _bar(random: np.random.Generator, bar: BarSpec, load: Load, style: Style) -> BarSpec:
    """A random bar. Most plates stand on the floor; those of block pulls are higher."""
    plate_mm = float(random.choice([0.0, 230.0, 325.0, 350.0, 400.0, 450.0], p=[0.1, 0.08, 0.07, 0.07, 0.08, 0.6]))
    grey = f"{int(random.integers(20, 235)):02x}"
    colour = bar.plate_colour if random.random() < 0.5 else f"#{3 * grey}"
    lowest = max(0.15, plate_mm / 2000.0)
    raised = float(random.uniform(0.1, 0.3)) if style == "block" else 0.0
    return replace(bar, load=load, plate_mm=plate_mm, plate_colour=colour, floor_height_m=lowest + raised)


def _bare(seed: int, bar: BarSpec, odds: float) -> BarSpec:
    """The same bar, or (with probability `odds`) a bar without plates on a low support."""
    random = np.random.default_rng([seed, 53])
    if random.random() >= odds:
        return bar
    return replace(bar, plate_mm=0.0, floor_height_m=float(random.uniform(0.15, 0.4)))


def make_item(seed: int, *, folder: Path, per_item: int, bare: float) -> int:
    """Draw and write one item; return its number of frames."""
    stage = _feasible(seed, bare)
    random = np.random.default_rng([seed, 51])
    frames = np.unique(random.integers(0, stage.frame_count, per_item))
    spec = stage.spec
    shrink = min(1.0, HEIGHT_PX / spec.video.height_px)
    pictures, plates = [], []
    with Raster(spec.video.width_px, spec.video.height_px, samples=0, shadow_px=512) as raster:
        for frame in frames:
            picture = unpacked(compressed(spec, draw_frame(stage, raster, int(frame))))
            small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
            pictures.append(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
            plates.append(near_end(stage, int(frame)) * shrink)
    foot, leg_px = _lifter(stage)
    table = {
        "grey": np.array(pictures, np.uint8),
        "plate": np.array(plates, np.float32),
        "foot": (foot * shrink).astype(np.float32),
        "leg_px": np.array(leg_px * shrink, np.float32),
    }
    path = item_path(folder, seed)
    part = path.with_name(f".{path.stem}.part.npz")
    np.savez_compressed(part, **table)  # type: ignore[arg-type]  # numpy's stubs mistake the names for options
    part.replace(path)
    return len(frames)


def near_end(stage: Stage, frame: int) -> NDArray[np.float64]:
    """Return the near end of the bar in a frame: middle x, y, half width, half height (4,) px; NaN without a bar.

    It is the outer face of the plates, or the end of the sleeve if there are no plates.
    """
    bar = stage.spec.bar
    if bar.load not in ("bar", "trap_bar"):
        return np.full(4, np.nan)
    plates = bar.plate_mm >= SMALLEST_PLATE_MM
    radius_m = bar.plate_mm / 2000.0 if plates else SLEEVE_RADIUS_M
    across_m = 0.692 + bar.plates_a_side * 0.053 - 0.003 if plates else SLEEVE_END_M
    now = instant_at(stage, stage.time_s(frame))
    view = view_at(stage.spec, stage.wander_deg[frame])
    ends_m = [np.array([now.bar_m[0], side * across_m, now.bar_m[1]]) for side in (-1.0, 1.0)]
    middle_m = min(ends_m, key=lambda end_m: float(np.linalg.norm(view.eye_m - end_m)))
    ring_m = middle_m + radius_m * np.column_stack([np.cos(AROUND), 0.0 * AROUND, np.sin(AROUND)])
    pixels = project(stage.spec, view, np.vstack([middle_m, ring_m]))
    return np.concatenate([pixels[0], np.ptp(pixels[1:], axis=0) / 2.0])


def _lifter(stage: Stage) -> tuple[NDArray[np.float64], float]:
    """The lifter's place in the picture.

    Returns the middle of the ankles (2,), median over the lift, and the length of the leg when the lifter is most
    upright, px.
    """
    names = ("upperleg01.L", "upperleg01.R", "foot.L", "foot.R")
    bones = [stage.lifter.body.bone(name) for name in names]
    places = []
    for share in np.linspace(0.05, 0.95, 15):
        now = instant_at(stage, share * stage.plan.duration_s)
        places.append(project(stage.spec, view_at(stage.spec, np.zeros(3)), now.posed.joints[bones]))
    points = np.array(places)
    hip, foot = points[:, :2].mean(axis=1), points[:, 2:].mean(axis=1)
    return np.median(foot, axis=0), float(np.quantile(np.hypot(*(hip - foot).T), 0.9))


def _feasible(seed: int, bare: float) -> Stage:
    """The first random spec whose body can take its pose."""
    for attempt in range(20):
        try:
            return set_stage(training_spec(seed + attempt * 500_000, bare))
        except ImpossiblePose:
            continue
    raise ImpossiblePose(f"no feasible body among 20 for seed {seed}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="number of frames; finished items are kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=700)
    parser.add_argument("--per-item", type=int, default=6)
    parser.add_argument("--bare", type=float, default=0.0, help="probability that plates are left out")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = [options.seed * 1_000_000 + number for number in range(-(-options.count // options.per_item))]
    missing = [seed for seed in seeds if not item_path(options.out, seed).exists()]
    if missing:
        draw = partial(make_item, folder=options.out, per_item=options.per_item, bare=options.bare)
        run_all(draw, missing, options.processes)


if __name__ == "__main__":
    main()
