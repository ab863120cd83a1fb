"""Training frames: random lifters, each standing once and then at a few moments of the lift.

An item is one `.npz` file of one lifter. K is the number of frames; entry 0 is the lifter standing.

- `jpeg` (K byte strings): the pictures.
- `mask` (K, H, W/8 packed bits): the visible lifter.
- `joints_px` (K, J, 2) and `joint_names`; `angles_deg` (K, A) and `angle_names`; `times_s` (K,); `spec` (JSON).
- If the pose model is installed: `seen` (K,), `landmarks` (K, 33, 3) and `seen_mask` (K, H, W/8).
"""

import json
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from samples.errors import ImpossiblePose
from samples.film.clip import Stage, draw_frame, draw_mask, instant_at, set_stage
from samples.film.draw import random_spec
from samples.film.joints import JOINTS
from samples.film.raster import Image, Raster
from samples.lift.truth import frame_angles
from samples.lifter.body import Array
from samples.observer import POINTS, Observer
from samples.scene.camera import project, view_at
from samples.spec import ClipSpec
from samples.work import run_all


def make_frames(count: int, folder: Path, *, seed: int, per_item: int, processes: int) -> int:
    """Write at least `count` frames as items; existing items are kept. Return the number of new frames."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = [seed * 1_000_000 + number for number in range(-(-count // per_item))]
    missing = [number for number in seeds if not item_path(folder, number).exists()]
    if not missing:
        return 0
    return run_all(partial(make_item, folder=folder, per_item=per_item), missing, processes)


def item_path(folder: Path, seed: int) -> Path:
    """Return the path of an item."""
    return folder / f"item_{seed:09d}.npz"


def make_item(seed: int, *, folder: Path, per_item: int) -> int:
    """Draw and write one item; return its number of frames.

    If a body cannot take its pose, the next random body is used.
    """
    for attempt in range(20):
        try:
            stage = set_stage(random_spec(seed + attempt * 500_000))
            break
        except ImpossiblePose:
            continue
    else:
        raise ImpossiblePose(f"no feasible body among 20 for seed {seed}")
    frames = choose_frames(stage, per_item)
    table = _describe(stage, frames) | _photograph(stage, frames)
    part = folder / f".{seed:09d}.part.npz"
    np.savez(part, **table)
    part.replace(item_path(folder, seed))
    return len(frames)


def choose_frames(stage: Stage, count: int) -> list[int]:
    """Return one frame of standing and `count - 1` random frames spread over the repetitions."""
    random = np.random.default_rng([stage.spec.seed, 8])
    first, last = stage.plan.reps[0].start_s - 0.7, stage.plan.reps[-1].end_s + 0.4
    edges = np.linspace(max(first, 0.0), min(last, stage.plan.duration_s - 0.05), count)
    moments = [0.15, *(float(random.uniform(a, b)) for a, b in pairwise(edges))]
    return [min(int(moment * stage.spec.video.rate_hz), stage.frame_count - 1) for moment in moments]


def _describe(stage: Stage, frames: list[int]) -> dict[str, Any]:
    """The truth of the chosen frames."""
    instants = [instant_at(stage, stage.time_s(frame)) for frame in frames]
    columns = frame_angles(stage.lifter.body, stage.plan, instants)
    names = [name for name in columns if name.endswith("_deg")]
    bones = [stage.lifter.body.bone(name) for name in JOINTS]
    places = [
        project(stage.spec, view_at(stage.spec, stage.wander_deg[frame]), now.posed.joints[bones])
        for frame, now in zip(frames, instants, strict=True)
    ]
    return {
        "times_s": np.array(columns["time_s"]),
        "angle_names": np.array(names),
        "joint_names": np.array(JOINTS),
        "angles_deg": np.array([columns[name] for name in names], dtype=np.float32).T,
        "joints_px": np.array(places, dtype=np.float32),
        "spec": np.array(json.dumps(asdict(stage.spec))),
    }


def _photograph(stage: Stage, frames: list[int]) -> dict[str, Any]:
    """Pictures, masks, and the pose model's result."""
    pictures, masks = [], []
    with Raster(stage.spec.video.width_px, stage.spec.video.height_px) as raster:
        for frame in frames:
            pictures.append(compressed(stage.spec, draw_frame(stage, raster, frame)))
            masks.append(np.packbits(draw_mask(stage, raster, frame), axis=1))
    longest = max(len(picture) for picture in pictures)
    table = {"jpeg": np.array(pictures, dtype=f"V{longest}"), "mask": np.array(masks)}
    return table | _observed([unpacked(picture) for picture in pictures])


def _observed(pictures: list[Image]) -> dict[str, Array]:
    """The pose model's landmarks and masks; empty without a model."""
    with Observer() as observer:
        if not observer.present:
            return {}
        sightings = [observer.see(picture) for picture in pictures]
    nobody = np.full((POINTS, 3), np.nan), np.zeros(pictures[0].shape[:2], dtype=bool)
    results = [nobody if each is None else each for each in sightings]
    return {
        "seen": np.array([each is not None for each in sightings]),
        "landmarks": np.array([points for points, _ in results], dtype=np.float32),
        "seen_mask": np.array([np.packbits(mask, axis=1) for _, mask in results]),
    }


def compressed(spec: ClipSpec, picture: Image) -> bytes:
    """Return the picture as JPEG; its quality (35 to 91) depends on the seed."""
    quality = int(np.random.default_rng([spec.seed, 9]).integers(35, 92))
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def unpacked(data: bytes) -> Image:
    """Return the picture of a JPEG."""
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(picture, dtype=np.uint8)[..., ::-1])
