"""One whole clip from a spec.

1. Build body, plan and room (`set_stage`).
2. Draw and photograph every frame (`draw_all`).
3. Encode the video, then write the truth file beside it (`render_clip`).
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from samples.film.encode import check_codec, write_video
from samples.film.photo import Lens, record
from samples.film.raster import Image, Look, Mask, Raster, View
from samples.lift.motion import plan_set
from samples.lift.performance import Instant, Tremor, instant, tremor
from samples.lift.timeline import SetPlan
from samples.lift.truth import clip_truth
from samples.lifter.body import Array
from samples.lifter.people import Bystander, bystanders
from samples.lifter.wardrobe import Person, dress, look, surfaces_of
from samples.scene.camera import project, shake, view_at
from samples.scene.props import bar_at_origin, carried, support
from samples.scene.room import furnish, lights, reflected
from samples.scene.surfaces import Surface
from samples.spec import FROM_THE_TOP, ClipSpec, Load
from samples.whole import write_whole

MOST_BLUR_STEPS = 4  # most exposures per frame
BLUR_STEP_PX = 1.6  # one exposure per this much travel
ROLL_DEG: dict[Load, float] = {"trap_bar": 0.0, "box": 0.0}  # roll about the load's own axis; 12 for other loads


@dataclass(frozen=True)
class Stage:
    """Everything that a clip needs before its first frame."""

    spec: ClipSpec
    lifter: Person
    plan: SetPlan
    shaking: Tremor
    fixed: tuple[Surface, ...]
    load: tuple[Surface, ...]
    crowd: tuple[Bystander, ...]
    looks: tuple[Look, ...]
    lens: Lens
    wander_deg: Array

    @property
    def frame_count(self) -> int:
        """Number of frames of the clip."""
        return int(self.plan.duration_s * self.spec.video.rate_hz)

    def time_s(self, frame: int) -> float:
        """Return the time stamp of a frame."""
        return frame / self.spec.video.rate_hz


def set_stage(spec: ClipSpec) -> Stage:
    """Build body, plan and room. Raises ImpossiblePose before anything is drawn."""
    lifter = dress(spec.body, spec.clothes)
    plan = plan_set(spec, lifter.body)
    crowd = tuple(bystanders(spec))
    fixed = furnish(spec) + [surface for bystander in crowd for surface in bystander.surfaces]
    fixed += support(spec.bar, plan.bar_rest_m) if spec.lift.style not in (*FROM_THE_TOP, "squat") else []
    if spec.scene.mirror:
        fixed += reflected(fixed, spec)
    looks = (look(lifter), *(look(bystander.person) for bystander in crowd))
    wander = shake(spec, int(plan.duration_s * spec.video.rate_hz))
    load = bar_at_origin(spec.bar)
    return Stage(
        spec,
        lifter,
        plan,
        tremor(spec, plan.whole_s),
        tuple(fixed),
        tuple(load),
        crowd,
        looks,
        Lens(spec),
        wander,
    )


def instant_at(stage: Stage, time_s: float) -> Instant:
    """Return the lifter and the bar at a time."""
    return instant(stage.lifter.body, stage.plan, stage.shaking, min(time_s, stage.plan.duration_s - 1e-6))


def moving_parts(stage: Stage, now: Instant) -> list[Surface]:
    """Return the surfaces of lifter and load, and their mirror images."""
    parts = surfaces_of(stage.lifter, now.posed, lifter=True) if stage.spec.scene.lifter else []
    parts += carried(list(stage.load), now.bar_m, ROLL_DEG.get(stage.spec.bar.load, 12.0))
    return parts + (reflected(parts, stage.spec) if stage.spec.scene.mirror else [])


def draw_frame(stage: Stage, raster: Raster, frame: int) -> Image:
    """Return one recorded frame with motion blur, lens and noise."""
    spec, start = stage.spec, stage.time_s(frame)
    shutter = spec.video.shutter / spec.video.rate_hz
    steps = blur_steps(stage, start, shutter)
    shot = (view_at(spec, stage.wander_deg[frame]), lights(spec))
    total = np.zeros((spec.video.height_px, spec.video.width_px, 3), dtype=np.float32)
    for step in range(steps):
        now = instant_at(stage, start + shutter * (step - (steps - 1) / 2) / steps)
        total += raster.draw(stage.fixed, moving_parts(stage, now), stage.looks, shot)
    picture = stage.lens.bend((total / steps).astype(np.uint8))
    return record(spec, picture, frame)


def blur_steps(stage: Stage, time_s: float, shutter_s: float) -> int:
    """Return the number of exposures of a frame: one per 1.6 px that a joint travels while the shutter is open."""
    if shutter_s <= 0.0 or not stage.spec.scene.lifter:
        return 1
    view = view_at(stage.spec, np.zeros(3))
    ends = [instant_at(stage, max(time_s + part * shutter_s, 0.0)) for part in (-0.5, 0.5)]
    places = [project(stage.spec, view, end.posed.joints) for end in ends]
    travel = float(np.linalg.norm(places[1] - places[0], axis=1).max())
    return int(np.clip(np.ceil(travel / BLUR_STEP_PX), 1, MOST_BLUR_STEPS))


def draw_mask(stage: Stage, raster: Raster, frame: int) -> Mask:
    """Return the mask of the visible lifter in the recorded frame."""
    view: View = view_at(stage.spec, stage.wander_deg[frame])
    parts = moving_parts(stage, instant_at(stage, stage.time_s(frame)))
    drawn = raster.person([*stage.fixed, *parts], view)
    mask: Mask = stage.lens.bend(drawn.astype(np.uint8) * 255) > 127
    return mask


def draw_all(stage: Stage) -> Iterator[Image]:
    """Yield every frame in order."""
    with Raster(stage.spec.video.width_px, stage.spec.video.height_px) as raster:
        for frame in range(stage.frame_count):
            yield draw_frame(stage, raster, frame)


def truth_of(stage: Stage) -> dict[str, object]:
    """Return the content of the truth file, without the video's file name.

    It covers the whole set, also the part that is not recorded.
    """
    rate, plan = stage.spec.video.rate_hz, stage.plan
    first = int(np.ceil(plan.begin_s * rate))
    frames = range(first, max(stage.frame_count, int((plan.begin_s + plan.whole_s) * rate)))
    body = stage.lifter.body
    instants = [instant(body, plan, stage.shaking, stage.time_s(frame)) for frame in frames]
    return clip_truth(stage.spec, stage.lifter.body, stage.plan, instants) | {"spec": asdict(stage.spec)}


def render_clip(spec: ClipSpec, folder: Path) -> Path:
    """Write NAME.mp4 and NAME.truth.json.

    The truth file is written last. So if it exists, the clip is finished.
    """
    check_codec(spec.video)
    folder.mkdir(parents=True, exist_ok=True)
    stage = set_stage(spec)
    path = folder / f"{spec.name}.mp4"
    write_video(path, draw_all(stage), spec.video)
    truth = {"file": path.name} | truth_of(stage)
    write_whole(folder / f"{spec.name}.truth.json", json.dumps(truth, separators=(",", ":")) + "\n")
    return path
