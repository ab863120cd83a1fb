"""A drawn person, cut out of the picture, to walk through other clips."""

from pathlib import Path

import numpy as np

from hingecheck.records import Bytes
from samples.film.clip import draw_frame, draw_mask, set_stage
from samples.film.raster import Raster
from samples.spec import BarSpec, BodySpec, ClipSpec, ClothesSpec, LiftSpec, SceneSpec, VideoSpec

EVERY = 3  # of the drawn clip's frames, one in this many is kept

WALKER = ClipSpec(
    "walker",
    seed=5,
    body=BodySpec(sex=0.0, stature_m=1.84, weight=0.6),
    lift=LiftSpec(style="walk_through", reps=1, tempo=1.5, stand_s=0.3),
    clothes=ClothesSpec(top="loose", top_colour="#c77b2f"),
    bar=BarSpec(load="none"),
    scene=SceneSpec(rack=False, shelf=False, platform=False),
    video=VideoSpec(width_px=288, height_px=512, shutter=0.0),
)


def walker(folder: Path) -> list[tuple[Bytes, Bytes]]:
    """Pictures (h, w, 3) of somebody who walks, with masks (h, w) of 0 and 255, each as narrow as the person.

    They are drawn once and kept in the folder.
    """
    path = folder / "walker.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rgb, mask = _drawn()
        np.savez_compressed(path, rgb=rgb, mask=mask)
    with np.load(path) as data:
        whole = list(zip(data["rgb"], data["mask"], strict=True))
    return [_cut_out(rgb, mask) for rgb, mask in whole if (mask > 0).sum() > mask.size / 40]


def _drawn() -> tuple[Bytes, Bytes]:
    """Pictures (F, h, w, 3) and masks (F, h, w)."""
    stage = set_stage(WALKER)
    frames = range(0, stage.frame_count, EVERY)
    with Raster(WALKER.video.width_px, WALKER.video.height_px) as raster:
        rgb = np.stack([draw_frame(stage, raster, frame) for frame in frames])
        masks = np.stack([draw_mask(stage, raster, frame) for frame in frames])
    return np.asarray(rgb, np.uint8), np.asarray(masks * 255, np.uint8)


def _cut_out(rgb: Bytes, mask: Bytes) -> tuple[Bytes, Bytes]:
    """Picture and mask without the columns and rows beside the person."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return rgb[inside], mask[inside]
