"""The designed set of clips.

One factor at a time changes around a base case; more clips mix everything at random. The base case is square to the
side: tight shirt, 450-mm plates, even light, 30 Hz. Three lifters of different sex, size and pattern (hip-led, mixed,
low-back-led) go through every level, so that each condition covers the range of lumbar flexion. Everything except the
level stays the same, even the seed. So rows differ only by their level.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from samples.film.draw import random_spec
from samples.spec import ClipSpec
from samples.specfile import parse_spec

Change = Mapping[str, Mapping[str, Any]]

MIXTURES = 36  # number of random mixtures
MIXTURE_SEED = 70_000  # seed of the first mixture
BASE = "base"
MIXED = "mixture"

BASE_CASE: Change = {
    "lift": {"reps": 1, "tempo": 1.7, "stand_s": 0.7},
    "video": {"width_px": 360, "height_px": 640, "shutter": 0.0, "crf": 25},
}
"""Keys of the base case that differ from a spec's defaults."""

LIFTERS: Mapping[str, Change] = {
    "hip": {
        "body": {"sex": 0.0, "stature_m": 1.78, "muscle": 0.7, "skin": "#c98f70"},
        "lift": {"pattern": "hip_led"},
        "clothes": {"top_colour": "#31506e"},
    },
    "mixed": {
        "body": {"sex": 0.95, "stature_m": 1.66, "muscle": 0.55, "skin": "#8d5a3c"},
        "lift": {"pattern": "mixed", "squat": 0.3},
        "clothes": {"top_colour": "#8a3550", "hair": "bun"},
    },
    "back": {
        "body": {"sex": 0.05, "stature_m": 1.85, "muscle": 0.6, "weight": 0.6, "skin": "#e0b090"},
        "lift": {"pattern": "low_back_led"},
        "clothes": {"top_colour": "#5a5f66"},
    },
}
"""Keys of each lifter."""

LEVELS: Mapping[str, Mapping[str, Change]] = {
    BASE: {BASE: {}},
    "side": {"left": {"camera": {"facing": "left"}}},
    "yaw": {
        f"{yaw_deg:+d}": {"camera": {"yaw_deg": float(yaw_deg)}} for yaw_deg in (10, 20, 30, 40, 50, 60, -10, -20, -40)
    },
    "clothes": {
        "loose": {"clothes": {"top": "loose", "looseness_m": 0.06}},
        "hoodie": {"clothes": {"top": "hoodie"}},
        "belt": {"clothes": {"belt": True}},
        "long_hair": {"clothes": {"hair": "long"}},
    },
    "plates": {"no_plates": {"bar": {"plate_mm": 0.0}}, "small_plates": {"bar": {"plate_mm": 280.0}}},
    "build": {
        "slim": {"body": {"weight": 0.2, "muscle": 0.45}},
        "heavy": {"body": {"weight": 0.9, "muscle": 0.5}},
    },
    "picture": {
        "dark": {"scene": {"light": 0.45}, "video": {"exposure_stops": -1.2, "noise": 5.0}},
        "noisy": {"video": {"noise": 14.0, "crf": 34}},
        "shaken": {"camera": {"shake_deg": 0.6}},
    },
    "rate": {"24_hz": {"video": {"rate_hz": 24.0}}, "60_hz": {"video": {"rate_hz": 60.0}}},
    "style": {"sumo": {"lift": {"style": "sumo"}}, "rdl": {"lift": {"style": "rdl", "reps": 2}}},
    "size": {
        "480p": {"video": {"width_px": 480, "height_px": 854}},
        "1080p": {"video": {"width_px": 1080, "height_px": 1920}},
        "4k": {"video": {"width_px": 720, "height_px": 1280}},
    },
}
"""Factor, level, and the keys that the level changes."""

COSTLY: Mapping[tuple[str, str], tuple[str, ...]] = {("size", "1080p"): ("hip", "back"), ("size", "4k"): ("mixed",)}
"""Levels for only some of the lifters, because they take long to render."""

ENLARGED: Mapping[tuple[str, str], int] = {("size", "4k"): 3}
"""Levels whose frames are enlarged by this factor after drawing. To draw 2160 x 3840 takes a minute per second of
clip."""


@dataclass(frozen=True)
class Item:
    """One clip of the set: the spec, the condition that it stands for, and the enlargement of its frames."""

    spec: ClipSpec
    factor: str
    level: str
    enlarge: int = 1

    @property
    def name(self) -> str:
        """Unique name; also the name of the clip's files."""
        return self.spec.name


def designed_set() -> list[Item]:
    """Return every clip of the card in running order. The result is always the same."""
    return [*_one_at_a_time(), *_mixtures()]


def _one_at_a_time() -> list[Item]:
    """The clips with one changed factor."""
    return [
        Item(_spec(level, lifter, change), factor, level, ENLARGED.get((factor, level), 1))
        for factor, levels in LEVELS.items()
        for level, change in levels.items()
        for lifter in COSTLY.get((factor, level), tuple(LIFTERS))
    ]


def _spec(level: str, lifter: str, change: Change) -> ClipSpec:
    """One clip: base case, lifter, then the level's change."""
    table: dict[str, Any] = {"name": f"{_word(level)}_{lifter}", "seed": 40 + list(LIFTERS).index(lifter)}
    for part in (BASE_CASE, LIFTERS[lifter], change):
        for key, values in part.items():
            table[key] = {**table.get(key, {}), **values}
    return parse_spec(table)


def _word(level: str) -> str:
    """The level as part of a file name."""
    if level[0] in "+-":
        return f"yaw_{'p' if level[0] == '+' else 'm'}{level[1:]}"
    return level


def _mixtures() -> list[Item]:
    """The clips that mix everything."""
    return [Item(_mixture(number), MIXED, MIXED) for number in range(MIXTURES)]


def _mixture(number: int) -> ClipSpec:
    """A random spec, shortened."""
    size = BASE_CASE["video"]
    drawn = random_spec(MIXTURE_SEED + number, size["width_px"], size["height_px"])
    return shortened(replace(drawn, name=f"mixture_{number:02d}"))


def shortened(drawn: ClipSpec) -> ClipSpec:
    """A spec cut down to one or two fast repetitions with a load, without motion blur."""
    lift = replace(
        drawn.lift, reps=2 if drawn.lift.style == "rdl" else 1, setup_bends=0, stand_s=0.7, tempo=1.3 * drawn.lift.tempo
    )
    load = replace(drawn.bar, load="bar" if drawn.bar.load == "none" else drawn.bar.load)
    video = replace(drawn.video, shutter=0.0)
    return parse_spec(asdict(replace(drawn, lift=lift, bar=load, video=video)))
