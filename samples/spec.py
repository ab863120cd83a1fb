"""Everything that can be rendered, as frozen dataclasses.

A `ClipSpec` describes one clip: body, lift, clothes, bar, room, camera and recording. Every field has a unit in its
name, a range or a list of choices. `samples.specfile` reads it from a TOML file and checks it.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Style = Literal[
    "conventional",
    "sumo",
    "rdl",
    "stiff_leg",
    "block",
    "kettlebell",
    "trap_bar",
    "hinge",
    "pick_up",
    "squat",
    "tie_shoes",
    "walk_through",
    "empty_setup",
]
Pattern = Literal["hip_led", "mixed", "low_back_led"]
Rhythm = Literal["dead_stop", "touch_and_go", "paused"]
Order = Literal["knee_hip_lumbar", "lumbar_early"]
Top = Literal["bare", "tight", "loose", "hoodie"]
Bottom = Literal["shorts", "leggings"]
Hair = Literal["bald", "short", "bun", "long"]
Load = Literal["bar", "kettlebell", "none", "trap_bar", "box"]
Support = Literal["blocks", "pins"]
Arms = Literal["front", "crossed"]
Backdrop = Literal["plain", "bricks", "panels", "windows"]
Floor = Literal["rubber", "wood", "concrete"]
Facing = Literal["left", "right"]
Codec = Literal["libx264", "libx265", "libvpx-vp9", "mpeg4"]

FROM_THE_TOP: tuple[Style, ...] = ("rdl", "hinge")
"""Styles whose repetition begins and ends standing."""

NO_LIFT: tuple[Style, ...] = ("squat", "tie_shoes", "walk_through", "empty_setup")
"""Movements without a repetition; `lift.reps` is how often the movement is done."""

LOADS_OF: dict[Style, tuple[Load, ...]] = {
    "stiff_leg": ("bar",),
    "block": ("bar",),
    "kettlebell": ("kettlebell",),
    "trap_bar": ("trap_bar",),
    "hinge": ("none",),
    "pick_up": ("box",),
    "squat": ("none", "bar"),
    "tie_shoes": ("none", "bar"),
    "walk_through": ("none",),
    "empty_setup": ("bar", "kettlebell", "trap_bar"),
}
"""The loads that each style allows; a style that is not listed allows `USUAL_LOADS`."""

USUAL_LOADS: tuple[Load, ...] = ("bar", "kettlebell", "none")


def ranged(default: float, low: float, high: float) -> Any:
    """Make a number field that must lie in [low, high]."""
    return field(default=default, metadata={"low": low, "high": high})


def colour(default: str) -> Any:
    """Make a colour field, `#rrggbb`."""
    return field(default=default, metadata={"colour": True})


@dataclass(frozen=True)
class BodySpec:
    """Shape of the lifter.

    `sex` runs from 0 (male) to 1 (female). `muscle`, `weight` and `proportions` run from 0 (least) to 1 (most); 0.5 is
    average.
    """

    sex: float = ranged(0.0, 0.0, 1.0)
    age_years: float = ranged(30.0, 18.0, 75.0)
    muscle: float = ranged(0.65, 0.0, 1.0)
    weight: float = ranged(0.5, 0.0, 1.0)
    proportions: float = ranged(0.5, 0.0, 1.0)
    stature_m: float = ranged(1.76, 1.48, 2.02)
    lordosis_deg: float = ranged(0.0, -12.0, 14.0)  # standing lumbar arch, beyond the average body's
    kyphosis_deg: float = ranged(0.0, -8.0, 16.0)  # standing thoracic curve, beyond the average body's
    low_lumbar_share: float = ranged(0.40, 0.1, 0.85)  # share of the lumbar flexion at L5/S1
    mid_lumbar_share: float = ranged(0.35, 0.1, 0.7)  # share at L3/L4; L1/L2 has the rest
    thigh_skin_m: float = ranged(0.0, -0.06, 0.14)  # how much higher behind the skin follows the thigh than on average
    rib_skin_m: float = ranged(0.0, -0.05, 0.05)  # the same for the skin over the lumbar spine
    soft_skin_m: float = ranged(0.0, 0.0, 0.06)  # SD of the height over which skin spreads what it follows
    skin: str = colour("#c68a6a")


@dataclass(frozen=True)
class LiftSpec:
    """The movement: style, pattern, number of repetitions, and disturbances.

    In the angle fields, -1 means "use the default that the comment names".
    """

    style: Style = "conventional"
    pattern: Pattern = "hip_led"
    rhythm: Rhythm = "dead_stop"
    order: Order = "knee_hip_lumbar"
    reps: int = field(default=3, metadata={"low": 0, "high": 40})
    lumbar_change_deg: float = ranged(-1.0, -1.0, 55.0)  # -1: the pattern's default
    thoracic_change_deg: float = ranged(-1.0, -1.0, 45.0)  # -1: 0.36 of the lumbar change
    gaze: float = ranged(0.42, 0.0, 0.9)  # share of the trunk's pitch that the neck undoes; 0: head along the trunk
    squat: float = ranged(0.0, -1.0, 1.0)  # -1: stiff legs and high hips; 1: bent knees and low hips
    hips_shoot: bool = False
    drift_deg: float = ranged(0.0, 0.0, 6.0)  # extra lumbar flexion per repetition
    lean_back_deg: float = ranged(0.0, 0.0, 12.0)  # lumbar extension beyond standing at lockout
    missed: tuple[int, ...] = ()  # numbers (from 1) of the repetitions that stall and go down again
    half: tuple[int, ...] = ()  # numbers (from 1) of the repetitions that turn back above the knee
    setup_bends: int = field(default=0, metadata={"low": 0, "high": 3})
    walk_in: bool = False
    walk_out: bool = False
    turn_round: bool = False
    lowest_m: float = ranged(-1.0, -1.0, 0.8)  # lowest height of the hands in rdl and hinge; -1: the style's default
    put_down: bool = True  # False: the last repetition ends standing with the load
    regrips: tuple[int, ...] = ()  # numbers of the repetitions after which the hands briefly leave the load
    resets: tuple[int, ...] = ()  # numbers of those after which the lifter stands up empty and takes the load again
    fidgets: int = field(default=0, metadata={"low": 0, "high": 6})  # hand to hair or belt, or a bend, before the set
    arms: Arms = "front"  # arm position in a squat without a bar
    cut_in: float = ranged(0.0, 0.0, 0.95)  # recording starts at this share of the first repetition; 0: before the set
    cut_out: float = ranged(0.0, 0.0, 0.95)  # recording ends at this share of the last repetition; 0: after the set
    tempo: float = ranged(1.0, 0.2, 2.5)  # 2 = twice as fast
    tremor_deg: float = ranged(0.15, 0.0, 1.0)
    stand_s: float = ranged(1.0, 0.3, 5.0)


@dataclass(frozen=True)
class ClothesSpec:
    """What the lifter wears."""

    top: Top = "tight"
    bottom: Bottom = "shorts"
    hair: Hair = "short"
    belt: bool = False
    looseness_m: float = ranged(0.04, 0.0, 0.12)
    stiffness: float = ranged(0.0, 0.0, 1.0)  # of loose cloth: 0 lies on a bent back, 1 keeps its standing shape
    sleeve: float = ranged(0.45, 0.0, 1.0)  # fraction of the arm from shoulder to wrist
    top_colour: str = colour("#2f4a6d")
    bottom_colour: str = colour("#22242a")
    shoe_colour: str = colour("#d8d8d4")
    hair_colour: str = colour("#2a1d15")
    belt_colour: str = colour("#3a2417")


@dataclass(frozen=True)
class BarSpec:
    """The load in the hands. Plates that do not reach the floor get a support."""

    load: Load = "bar"
    plate_mm: float = ranged(450.0, 0.0, 450.0)
    plates_a_side: int = field(default=2, metadata={"low": 1, "high": 4})
    plate_colour: str = colour("#34373c")
    floor_height_m: float = ranged(0.225, 0.15, 0.7)  # height of the bar's centre before lift-off
    support: Support = "blocks"  # what holds a bar whose plates do not reach the floor


@dataclass(frozen=True)
class SceneSpec:
    """The room and its light."""

    backdrop: Backdrop = "plain"
    floor: Floor = "rubber"
    wall_colour: str = colour("#b9b6ae")
    floor_colour: str = colour("#3a3b3d")
    wall_distance_m: float = ranged(2.2, 1.4, 5.0)
    rack: bool = True
    shelf: bool = True
    mirror: bool = False
    people: int = field(default=0, metadata={"low": 0, "high": 4})
    platform: bool = True
    lifter: bool = True
    light_azimuth_deg: float = ranged(-40.0, -180.0, 180.0)
    light_height_deg: float = ranged(58.0, 20.0, 88.0)
    light: float = ranged(1.0, 0.15, 2.0)
    warmth: float = ranged(0.0, -1.0, 1.0)
    shadow: float = ranged(0.6, 0.0, 1.0)


@dataclass(frozen=True)
class CameraSpec:
    """The phone camera.

    Positive yaw: the camera stands further behind the lifter and sees more of the back.
    """

    facing: Facing = "right"  # image direction the lifter faces
    yaw_deg: float = ranged(0.0, -90.0, 90.0)
    distance_m: float = ranged(2.9, 1.5, 6.0)
    height_m: float = ranged(1.0, 0.3, 1.7)
    aim_height_m: float = ranged(0.88, 0.2, 1.6)
    aim_forward_m: float = ranged(0.1, -2.0, 2.0)
    field_of_view_deg: float = ranged(35.0, 20.0, 75.0)  # along the picture's shorter side
    roll_deg: float = ranged(0.0, -15.0, 15.0)
    shake_deg: float = ranged(0.0, 0.0, 1.0)
    distortion: float = ranged(0.0, -0.2, 0.2)  # first radial coefficient; the radius is 1 at half the diagonal


@dataclass(frozen=True)
class VideoSpec:
    """The recording: size, frame rate, compression, noise and blur."""

    width_px: int = field(default=540, metadata={"low": 96, "high": 3840, "even": True})
    height_px: int = field(default=960, metadata={"low": 96, "high": 3840, "even": True})
    rate_hz: float = ranged(30.0, 5.0, 120.0)
    codec: Codec = "libx264"
    crf: int = field(default=27, metadata={"low": 10, "high": 45})
    noise: float = ranged(2.0, 0.0, 25.0)  # standard deviation, grey levels of 255
    shutter: float = ranged(0.3, 0.0, 1.0)  # motion blur: share of the frame interval with an open shutter
    exposure_stops: float = ranged(0.0, -2.5, 1.5)
    soft_px: float = ranged(0.0, 0.0, 4.0)  # lens softness, Gaussian sigma
    slow_motion: float = ranged(1.0, 1.0, 8.0)  # playback is this many times slower than the movement


@dataclass(frozen=True)
class ClipSpec:
    """One clip. On one machine, the same spec gives the same pixels."""

    name: str
    seed: int = field(default=0, metadata={"low": 0, "high": 2**31 - 1})
    body: BodySpec = BodySpec()
    lift: LiftSpec = LiftSpec()
    clothes: ClothesSpec = ClothesSpec()
    bar: BarSpec = BarSpec()
    scene: SceneSpec = SceneSpec()
    camera: CameraSpec = CameraSpec()
    video: VideoSpec = VideoSpec()
