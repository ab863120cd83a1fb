"""What the lifter's standing in another clip is worth as the zero, on drawn lifters.

    python -m models.spine.elsewhere --out DIR --seed 81 --lifters 90 --processes 2

Each lifter is drawn at moments of a lift (`models.spine.frames`), and standing twice more: in another room, by another
camera within SIDE_DEG of the side, in the same clothes; and in other clothes too.  Bent frames are read three times by
the model that ships, from the standing in the same clip and from the two others.  The table has the SD of each angle's
errors, and by how much the other standing makes it larger; the larger of the two is `spine.zero.ELSEWHERE_SD_DEG`.
Below it stands what this does to the lumbar angle of an analysis.  Finished lifters are kept.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hingecheck import stages
from hingecheck.records import CROP_SIZE_PX
from hingecheck.spine import features
from hingecheck.spine.inference import SpineModel, weighed
from hingecheck.spine.segments import with_pitch
from hingecheck.spine.zero import ELSEWHERE_SD_DEG
from models.spine.check import SIDE_DEG
from models.spine.data import TARGETS
from models.spine.export import BENT_DEG
from models.spine.frames import SIZE_PX, crop_of, observe, places_px, somebody_else, training_spec
from samples.errors import ImpossiblePose
from samples.film.clip import Stage, draw_frame, instant_at, set_stage
from samples.film.draw import random_spec
from samples.film.frames import choose_frames, compressed, unpacked
from samples.film.raster import Raster
from samples.lift.performance import Instant
from samples.lift.truth import frame_angles
from samples.spec import ClipSpec
from samples.work import run_all

FRAMES: Final = 7
"""Frames of each lift, of which the first is standing."""

COLUMNS: Final = {
    "pelvis": "pelvis_tilt_deg",
    "lumbar": "lumbar_flexion_deg",
    "thoracic": "thoracic_flexion_deg",
    "trunk": "trunk_lean_deg",
    "thigh": "thigh_deg",
    "shank": "shank_deg",
}
"""Columns of the truth by target; the junction is pelvis + lumbar."""

SAME, CAMERA, CLOTHES = "same clip", "other camera", "other clothes too"
ALONE, WEIGHED, TRUE = "each frame alone", ", weighed with each frame alone", "true"
COUNT: Final = len(TARGETS)

ROUND_DEG, NEUTRAL_DEG = 35.0, 20.0
"""Lumbar flexion from which a back counts as round, and up to which as neutral, to see how well readings rank them."""


@dataclass(frozen=True)
class Look:
    """One frame: what the spine model gets (S, S), (F,), the pitches in the picture (3,), the true angles (7,)."""

    crop: NDArray[np.uint8]
    described: NDArray[np.float64]
    image_deg: NDArray[np.float64]
    true_deg: NDArray[np.float64]


def draw(seed: int, *, folder: Path) -> int:
    """Draw and observe one lifter; return the number of frames, 0 if a body cannot take its pose."""
    try:
        stages_by_name = {name: set_stage(spec) for name, spec in _specs(seed).items()}
    except ImpossiblePose:
        return 0
    random = np.random.default_rng([seed, 50])
    looks = {
        name: _looks(stage, choose_frames(stage, FRAMES)[: FRAMES if name == SAME else 1], random)
        for name, stage in stages_by_name.items()
    }
    _path(folder, seed).write_bytes(pickle.dumps(looks))
    return sum(len(some) for some in looks.values())


def _specs(seed: int) -> dict[str, ClipSpec]:
    """The lifter's clip, and the two others."""
    first = _from_the_side(training_spec(seed), seed, 0)
    camera = replace(_from_the_side(first, seed, 1), seed=seed + 1)
    other = training_spec(seed + 3_000_000).clothes
    top = "tight" if other.top == "bare" and first.body.sex > 0.5 else other.top
    clothes = replace(camera, clothes=replace(other, top=top, hair=first.clothes.hair))
    return {SAME: first, CAMERA: camera, CLOTHES: clothes}


def _from_the_side(spec: ClipSpec, seed: int, number: int) -> ClipSpec:
    """The clip by another camera, within SIDE_DEG of the side."""
    random = np.random.default_rng([seed, 40 + number])
    drawn = random_spec(seed + number * 7_000_000, *SIZE_PX).camera
    return replace(spec, camera=replace(drawn, yaw_deg=float(random.uniform(-SIDE_DEG, SIDE_DEG))))


def _looks(stage: Stage, frames: Sequence[int], random: np.random.Generator) -> list[Look]:
    """What is seen in some frames; without those in which the pose model finds nobody, or somebody else."""
    seen, sign = [], 1 if stage.spec.camera.facing == "right" else -1
    with Raster(*SIZE_PX, samples=0, shadow_px=512) as raster:
        for frame in frames:
            now = instant_at(stage, stage.time_s(frame))
            places = places_px(stage, frame, now)
            picture = unpacked(compressed(stage.spec, draw_frame(stage, raster, frame)))
            sighting = observe(picture, places, "heavy", random)
            if sighting is None or somebody_else(sighting, places):
                continue
            crop = crop_of(sighting, sighting.mask, CROP_SIZE_PX)
            xy_px = sighting.xy_px[None].astype(float)
            described = features.describe(xy_px, sighting.visibility[None], sighting.world_m[None], sign)[0]
            seen.append(
                Look(
                    np.ascontiguousarray(crop if sign > 0 else crop[:, ::-1]),
                    described,
                    features.segment_pitch_deg(xy_px, sign)[0],
                    _true_deg(stage, now),
                )
            )
    return seen


def _true_deg(stage: Stage, now: Instant) -> NDArray[np.float64]:
    """The true angles (7,) of a moment, in the order of TARGETS."""
    columns = frame_angles(stage.lifter.body, stage.plan, [now])
    angles = {target: float(columns[name][0]) for target, name in COLUMNS.items()}
    angles["junction"] = angles["pelvis"] + angles["lumbar"]
    return np.array([angles[target] for target in TARGETS])


def errors(model: SpineModel, looks: Mapping[str, Sequence[Look]]) -> dict[str, NDArray[np.float64]]:
    """Errors (K, 7) of a lifter's bent frames; nothing without all three standings.

    By name: of the change from each standing (`SAME`, `CAMERA`, `CLOTHES`), of each frame alone (`ALONE`), and of both
    weighed as an analysis does (the name and `WEIGHED`).  `TRUE`: the angles themselves.
    """
    if len(looks[SAME]) < 2 or not looks[CAMERA] or not looks[CLOTHES]:
        return {}
    zeros = {name: some[0] for name, some in looks.items()}
    true_deg = np.array([look.true_deg - zeros[SAME].true_deg for look in looks[SAME]])
    bent = [look for look, true in zip(looks[SAME], true_deg, strict=True) if true[TARGETS.index("trunk")] > BENT_DEG]
    if not bent:
        return {}
    bent_deg = true_deg[true_deg[:, TARGETS.index("trunk")] > BENT_DEG]
    code = _codes(model, bent)
    image_deg = np.array([look.image_deg for look in bent])
    out: dict[str, NDArray[np.float64]] = {TRUE: bent_deg}
    for name, zero in zeros.items():
        turned_deg = image_deg - zero.image_deg
        reading = model.read(code, _codes(model, [zero])[0], turned_deg[:, 0])
        alone = (with_pitch(reading.single_deg[:, :COUNT], image_deg), reading.single_sd_deg[:, :COUNT])
        change_deg = with_pitch(reading.change_deg, turned_deg)
        more_deg = np.zeros(COUNT) if name == SAME else np.array(ELSEWHERE_SD_DEG)
        both = weighed(alone, (change_deg, np.hypot(reading.change_sd_deg, more_deg)))[0]
        out |= {name: change_deg - bent_deg, name + WEIGHED: both - bent_deg, ALONE: alone[0] - bent_deg}
    return out


def _auc(true_deg: NDArray[np.float64], read_deg: NDArray[np.float64]) -> float:
    """Share of pairs of a round and a neutral back of which the round one reads higher; all arrays (K,)."""
    round_deg, neutral_deg = read_deg[true_deg >= ROUND_DEG], read_deg[true_deg <= NEUTRAL_DEG]
    return float((round_deg[:, None] > neutral_deg).mean())


def _codes(model: SpineModel, looks: Sequence[Look]) -> NDArray[np.float64]:
    """The model's codes (K, C) of frames."""
    return model.encode(np.stack([look.crop for look in looks]), np.stack([look.described for look in looks]))


def _path(folder: Path, seed: int) -> Path:
    return folder / f"lifter_{seed}.pkl"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=81)
    parser.add_argument("--lifters", type=int, default=90)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = range(options.seed * 1_000_000, options.seed * 1_000_000 + options.lifters)
    missing = [seed for seed in seeds if not _path(options.out, seed).exists()]
    if missing:
        run_all(partial(draw, folder=options.out), missing, options.processes)
    model = stages.spine_model()
    paths = [path for seed in seeds if (path := _path(options.out, seed)).exists()]
    found: list[dict[str, Any]] = [one for path in paths if (one := errors(model, pickle.loads(path.read_bytes())))]
    all_deg = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    sd_deg = {name: errors_deg.std(axis=0) for name, errors_deg in all_deg.items()}
    print(f"{len(found)} lifters; SD of the errors from standing in the {SAME}; what another standing adds")
    for column, target in enumerate(TARGETS):
        more = [np.sqrt(max(sd_deg[name][column] ** 2 - sd_deg[SAME][column] ** 2, 0.0)) for name in (CAMERA, CLOTHES)]
        print(f"{target:10s}{sd_deg[SAME][column]:6.2f}  {CAMERA} {more[0]:5.2f}  {CLOTHES} {more[1]:5.2f}")
    lumbar = TARGETS.index("lumbar")
    true_deg = all_deg[TRUE][:, lumbar]
    for name in (ALONE, SAME + WEIGHED, CAMERA + WEIGHED, CLOTHES + WEIGHED):
        off_deg = all_deg[name][:, lumbar]
        print(f"lumbar, {name}: {np.abs(off_deg).mean():.2f} off, AUC {_auc(true_deg, true_deg + off_deg):.3f}")


if __name__ == "__main__":
    main()
