"""Training frames for the spine model: rendered lifters as the pose model sees them, with exact angles.

    python -m models.spine.frames 30000 --out DIR --processes 2
    python -m models.spine.frames 40000 --out DIR/silhouettes --silhouettes --per-item 4 --processes 2

An item is one `.npz` file of one lifter. Entry 0 is standing, the others are moments of the lift. The item holds what
the analyzer would use, at twice the resolution, so that training can move, rotate and scale it.

- `seen_crop` and `true_crop` (K, 144, 144), 8 bit: the pose model's soft mask and the exact mask around the trunk.
- `points` (K, 33, 2) px, `visibility` (K, 33), `world` (K, 33, 3) m: the pose model's landmarks.
- `joints_px` (K, J, 2), `angles_deg` (K, A), `yaw_deg`, `facing_sign`, `spec` (JSON): the truth.

Frames in which the model finds nobody, or another person, are left out.

With `--silhouettes` only the exact outline is drawn, without the pose model. This is several times faster and gives
many more bodies. The crop is then in the frame of the true joints. Training lends each such frame the landmark errors
of an observed frame with a similar posture (`models.spine.lending`).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.backends.landmarker import Landmarker
from hingecheck.pose.following import LEAST_PROBABILITY, Square, around
from hingecheck.records import Sighting
from hingecheck.spine import contour
from models.spine.data import CROP_PX
from models.spine.joints import BONES
from samples.errors import ImpossiblePose
from samples.film.clip import Stage, draw_frame, draw_mask, instant_at, set_stage
from samples.film.draw import random_spec
from samples.film.frames import choose_frames, compressed, item_path, unpacked
from samples.film.joints import JOINTS
from samples.film.raster import Raster
from samples.lift.performance import Instant
from samples.lift.truth import frame_angles
from samples.lifter.wardrobe import surfaces_of
from samples.scene.camera import project, view_at
from samples.scene.props import carried
from samples.spec import ClipSpec
from samples.work import run_all

SIZE_PX = (308, 512)
MOST_LUMBAR_DEG = 55.0
"""Largest lumbar flexion."""

LUMBAR_JOINTS = ((4.0, 4.5, 3.5), (8.0, 4.0, 1.5))
"""Dirichlet distributions of how a lifter shares lumbar flexion among L5/S1, L3/L4 and L1/L2; each lifter draws one of
them. The first is even: SD 0.13 around 0.33, 0.38 and 0.29. In the second most of it is low, as sensor strips on
deadlifters show. People differ, and nobody's shares are visible from outside."""

LOWEST_SHARE, MOST_LOW, MOST_MID = 0.05, 0.8, 0.7
"""Limits of the shares, so that no joint bends alone."""

AVERAGE_SKIN = 0.15
"""Share of lifters whose skin behind follows the bones as in the average body."""

THIGH_SKIN_M, RIB_SKIN_SD_M, SOFT_SKIN_M = (-0.05, 0.12), 0.015, 0.03
"""How the skin of the others follows: limits of `BodySpec.thigh_skin_m`, SD of `rib_skin_m`, most of `soft_skin_m`. A
body of another maker has its thigh's pull 0.06 m higher than ours; how far people differ is not known."""

STIFF = 0.3
"""Share of loose tops that are stiff, like a jacket."""

BUNDLES = {"heavy": 0.6, "full": 0.25, "lite": 0.15}
"""Pose models that observe the training frames, and the share of lifters that each gets. The commands use `heavy`."""

LOOSE_PX = 0.03
"""SD of the error of the first square's middle and side, in sides: no look in an analysis is centred exactly."""

UNBLURRED = 0.6
"""Share of lifters without motion blur. Motion blur needs several exposures per frame and takes longer to draw."""

SOMEBODY_ELSE = 0.35
"""If the observed mid-hip or mid-shoulder is at least this far from the lifter's, in trunk lengths, it belongs to
another person."""


def training_spec(seed: int) -> ClipSpec:
    """Return a random lift; lumbar flexion, its shares, thoracic flexion and style are independent of each other."""
    spec = random_spec(seed, *SIZE_PX)
    random = np.random.default_rng([seed, 30])
    lift = replace(
        spec.lift,
        lumbar_change_deg=float(random.uniform(0.0, MOST_LUMBAR_DEG)),
        thoracic_change_deg=float(random.uniform(0.0, 28.0)),
        reps=1,
    )
    body = replace(spec.body, **_joint_shares(random), **_skin(random))
    stiffness = random.uniform(0.5, 1.0) if random.random() < STIFF else random.uniform(0.0, 0.3)
    clothes = replace(spec.clothes, stiffness=float(stiffness))
    video = replace(spec.video, shutter=0.0) if random.random() < UNBLURRED else spec.video
    return replace(spec, lift=lift, body=body, clothes=clothes, video=video)


def _joint_shares(random: np.random.Generator) -> dict[str, Any]:
    """Random shares of the lumbar joints, as fields of a BodySpec."""
    low, mid, high = random.dirichlet(LUMBAR_JOINTS[int(random.integers(len(LUMBAR_JOINTS)))])
    low, mid, high = (max(share, LOWEST_SHARE) for share in (min(low, MOST_LOW), min(mid, MOST_MID), high))
    whole = low + mid + high
    return {"low_lumbar_share": float(max(low / whole, 0.1)), "mid_lumbar_share": float(max(mid / whole, 0.1))}


def _skin(random: np.random.Generator) -> dict[str, Any]:
    """A random way in which the skin behind follows the bones, as fields of a BodySpec."""
    if random.random() < AVERAGE_SKIN:
        return {}
    return {
        "thigh_skin_m": float(random.uniform(*THIGH_SKIN_M)),
        "rib_skin_m": float(np.clip(RIB_SKIN_SD_M * random.standard_normal(), -0.05, 0.05)),
        "soft_skin_m": float(random.uniform(0.0, SOFT_SKIN_M)),
    }


def make_item(seed: int, *, folder: Path, per_item: int) -> int:
    """Draw, observe and write one item; return the number of frames kept."""
    stage = _feasible(seed)
    frames = choose_frames(stage, per_item)
    random = np.random.default_rng([seed, 32])
    bundle = str(random.choice(list(BUNDLES), p=list(BUNDLES.values())))
    observed: list[tuple[Instant, Sighting, Any, Any]] = []
    with Raster(*SIZE_PX, samples=0, shadow_px=512) as raster:
        for frame in frames:
            picture = unpacked(compressed(stage.spec, draw_frame(stage, raster, frame)))
            now = instant_at(stage, stage.time_s(frame))
            joints_px = places_px(stage, frame, now)
            sighting = observe(picture, joints_px, bundle, random)
            if sighting is None or somebody_else(sighting, joints_px):
                if frame == frames[0]:
                    break  # without the standing frame the item has no zero
                continue
            observed.append((now, sighting, draw_mask(stage, raster, frame), joints_px))
    _write(item_path(folder, seed), stage, observed)
    return len(observed)


def make_silhouettes(seed: int, *, folder: Path, per_item: int) -> int:
    """Draw and write the outlines of one lifter; return the number of frames."""
    stage = _feasible(seed, bare_room=True)
    frames = choose_frames(stage, per_item)
    random = np.random.default_rng([seed, 31])
    with Raster(*SIZE_PX, samples=0, shadow_px=64) as raster:
        drawn = [_outline(stage, raster, frame, float(random.random())) for frame in frames]
    instants = [instant_at(stage, stage.time_s(frame)) for frame in frames]
    places = np.array([places_px(stage, frame, now) for frame, now in zip(frames, instants, strict=True)])
    crops = [contour.crop(mask, *true_axis(joints_px), CROP_PX) for mask, joints_px in zip(drawn, places, strict=True)]
    table = {"true_crop": np.array(crops, np.uint8), "joints_px": places.astype(np.float32)}
    _save(item_path(folder, seed), table | _truth(stage, instants))
    return len(frames)


def _outline(stage: Stage, raster: Raster, frame: int, chance: float) -> Any:
    """Return the lifter's outline.

    By `chance`, the load is part of it (below 0.5, the most frequent fault of pose models), left out, or hides part of
    the lifter (above 0.8).
    """
    now = instant_at(stage, stage.time_s(frame))
    body = surfaces_of(stage.lifter, now.posed, lifter=True)
    load = carried(list(stage.load), now.bar_m, 12.0)
    parts = body + [replace(surface, person=True) for surface in load] if chance < 0.5 else body
    parts = body + load if chance > 0.8 else parts
    drawn = raster.person(parts, view_at(stage.spec, stage.wander_deg[frame]))
    return stage.lens.bend(drawn.astype(np.uint8) * 255).astype(np.float32) / np.float32(255)


def true_axis(joints_px: Any) -> tuple[Any, Any]:
    """Return the mid-hip and the vector to the mid-shoulder (2,) of joints (J, 2)."""
    hips, shoulders = ([JOINTS.index(f"{bone}.{side}") for side in "LR"] for bone in ("upperleg01", "upperarm01"))
    hip = joints_px[hips].mean(axis=0)
    return hip, joints_px[shoulders].mean(axis=0) - hip


def _feasible(seed: int, *, bare_room: bool = False) -> Stage:
    """The first random spec whose body can take its pose."""
    for attempt in range(20):
        spec = training_spec(seed + attempt * 500_000)
        if bare_room:
            spec = replace(spec, scene=replace(spec.scene, people=0, mirror=False, rack=False, shelf=False))
        try:
            return set_stage(spec)
        except ImpossiblePose:
            continue
    raise ImpossiblePose(f"no feasible body among 20 for seed {seed}")


def observe(picture: Any, joints_px: Any, bundle: str, random: np.random.Generator) -> Sighting | None:
    """What a pose model sees of the lifter, None if it sees nobody.

    1. `lite` looks at a square around the true joints, a little off.
    2. The model of the bundle looks at the square that came out, as in an analysis.
    """
    square = around(_as_landmarks(joints_px))  # 1.
    off = LOOSE_PX * random.standard_normal(3)
    square = Square(square.middle_px + off[:2] * square.side_px, square.side_px * float(np.exp(off[2])), square.angle)
    square = _landmarker("lite").look(picture, square).square
    look = _landmarker(bundle).look(picture, square)  # 2.
    return look.sighting if look.probability >= LEAST_PROBABILITY else None


def _as_landmarks(joints_px: Any) -> Any:
    """True joints (J, 2) as landmarks (33, 2); those without a joint are NaN."""
    points = np.full((landmarks.COUNT, 2), np.nan)
    for name, pair in BONES.items():
        points[list(pair)] = [joints_px[JOINTS.index(f"{name}.{side}")] for side in "LR"]
    return points


@cache
def _landmarker(bundle: str) -> Landmarker:
    """A pose model, loaded once."""
    return Landmarker(bundles.find(bundle).path)


def places_px(stage: Stage, frame: int, now: Instant) -> Any:
    """Pixels of the true joints."""
    bones = [stage.lifter.body.bone(name) for name in JOINTS]
    return project(stage.spec, view_at(stage.spec, stage.wander_deg[frame]), now.posed.joints[bones])


def somebody_else(sighting: Sighting, joints_px: Any) -> bool:
    """Whether the pose model found another person than the lifter."""
    hip, axis = true_axis(joints_px)
    observed_middles = (sighting.xy_px[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    distances = (float(np.hypot(*(a - b))) for a, b in zip((hip, hip + axis), observed_middles, strict=True))
    return max(distances) > SOMEBODY_ELSE * float(np.hypot(*axis))


def _write(path: Path, stage: Stage, observed: list[tuple[Instant, Sighting, Any, Any]]) -> None:
    """Write one item; an item in which nobody was found holds no frames."""
    sightings = [sighting for _, sighting, _, _ in observed]
    table = {
        "seen_crop": np.array([crop_of(s, s.mask) for s in sightings], np.uint8),
        "true_crop": np.array([crop_of(s, mask) for _, s, mask, _ in observed], np.uint8),
        "points": np.array([s.xy_px for s in sightings], np.float32),
        "visibility": np.array([s.visibility for s in sightings], np.float32),
        "world": np.array([s.world_m for s in sightings], np.float32),
        "joints_px": np.array([joints for *_, joints in observed], np.float32),
    }
    _save(path, table | _truth(stage, [now for now, *_ in observed]))


def _truth(stage: Stage, instants: list[Instant]) -> dict[str, Any]:
    """The true angles, view and spec of an item."""
    columns = frame_angles(stage.lifter.body, stage.plan, instants)
    names = [name for name in columns if name.endswith("_deg")]
    return {
        "angle_names": np.array(names),
        "angles_deg": np.array([columns[name] for name in names], np.float32).T,
        "yaw_deg": np.array(stage.spec.camera.yaw_deg),
        "facing_sign": np.array(1 if stage.spec.camera.facing == "right" else -1),
        "spec": np.array(json.dumps(asdict(stage.spec))),
    }


def _save(path: Path, table: dict[str, Any]) -> None:
    """Write to a temporary name, then rename."""
    part = path.with_name(f".{path.stem}.part.npz")
    np.savez_compressed(part, **table)
    part.replace(path)


def crop_of(sighting: Sighting, mask: Any, size_px: int = CROP_PX) -> Any:
    """The mask in the trunk frame of the landmarks."""
    hip, shoulder = (sighting.xy_px[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    return contour.crop(np.asarray(mask, np.float32), hip, shoulder - hip, size_px)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="number of frames; finished items are kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-item", type=int, default=7)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--silhouettes", action="store_true", help="exact outlines only, no pose model")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = [options.seed * 1_000_000 + number for number in range(-(-options.count // options.per_item))]
    missing = [seed for seed in seeds if not item_path(options.out, seed).exists()]
    make = make_silhouettes if options.silhouettes else make_item
    if missing:
        run_all(partial(make, folder=options.out, per_item=options.per_item), missing, options.processes)


if __name__ == "__main__":
    main()
