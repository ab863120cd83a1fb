"""The drawn figures of the documentation: one for each angle, and the pipeline.

The lifter is a chain of a few sagittal angles, so each arc spans exactly the angle that is written beside it.
Coordinates are SVG units, x right, y down; directions are degrees from upright, forward (right) positive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]

SHANK_DEG, THIGH_DEG, PELVIS_DEG, LUMBAR_DEG, THORACIC_DEG = 8.0, 52.0, 38.0, 24.0, 12.0
SHANK, THIGH, PELVIS, LUMBAR, THORACIC = 62.0, 62.0, 20.0, 30.0, 48.0
WIDTH, HEIGHT = 280, 250
ANKLE: Final[Point] = (132.0, 222.0)

GREY, PALE, INK, PAPER = "#9aa4ae", "#dfe4e8", "#1b2733", "#fcfbf8"
START, END, BOLD = ' text-anchor="start"', ' text-anchor="end"', ' font-weight="600"'
TRUNK, KNEE, HIP, LOW_BACK, UPPER_BACK = "#35760b", "#7b2fa0", "#0b5fa5", "#b85400", "#8a6400"


def ahead(start: Point, direction_deg: float, by: float) -> Point:
    """The point `by` away in that direction."""
    turned = math.radians(direction_deg)
    return start[0] + by * math.sin(turned), start[1] - by * math.cos(turned)


def curve(start: Point, begin_deg: float, end_deg: float, by: float) -> list[Point]:
    """A bow whose direction turns evenly from one angle to the other."""
    steps, points = 12, [start]
    for k in range(steps):
        points.append(ahead(points[-1], begin_deg + (end_deg - begin_deg) * (k + 0.5) / steps, by / steps))
    return points


KNEE_AT: Final = ahead(ANKLE, SHANK_DEG, SHANK)
HIP_AT: Final = ahead(KNEE_AT, -THIGH_DEG, THIGH)
S1_AT: Final = ahead(HIP_AT, PELVIS_DEG, PELVIS)
JUNCTION_DEG: Final = PELVIS_DEG + LUMBAR_DEG
CHEST_DEG: Final = JUNCTION_DEG + THORACIC_DEG
LOW_CURVE: Final = curve(S1_AT, PELVIS_DEG, JUNCTION_DEG, LUMBAR)
HIGH_CURVE: Final = curve(LOW_CURVE[-1], JUNCTION_DEG, CHEST_DEG, THORACIC)
T12_AT: Final = LOW_CURVE[-1]
SHOULDER_AT: Final = HIGH_CURVE[-1]
LEAN_DEG: Final = math.degrees(math.atan2(SHOULDER_AT[0] - HIP_AT[0], HIP_AT[1] - SHOULDER_AT[1]))
BAR_AT: Final[Point] = (SHOULDER_AT[0] - 2, 176.0)


@dataclass(frozen=True)
class Marked:
    """An angle to draw: where it sits, the two directions it lies between, what is highlighted."""

    name: str
    at: Point
    begin_deg: float
    end_deg: float
    colour: str
    radius: float
    highlighted: Sequence[Sequence[Point]]

    @property
    def value_deg(self) -> float:
        """How far the second direction is ahead of the first."""
        return self.end_deg - self.begin_deg


ANGLES: Final = (
    Marked("trunk_lean", HIP_AT, 0, LEAN_DEG, TRUNK, 62, [[HIP_AT, SHOULDER_AT]]),
    Marked("trunk_thigh", HIP_AT, -THIGH_DEG, LEAN_DEG, TRUNK, 44, [[KNEE_AT, HIP_AT], [HIP_AT, SHOULDER_AT]]),
    Marked("knee_flexion", KNEE_AT, -THIGH_DEG, SHANK_DEG, KNEE, 38, [[ANKLE, KNEE_AT], [KNEE_AT, HIP_AT]]),
    Marked("hip_flexion", HIP_AT, -THIGH_DEG, PELVIS_DEG, HIP, 44, [[KNEE_AT, HIP_AT], [HIP_AT, S1_AT]]),
    Marked("pelvis_tilt", HIP_AT, 0, PELVIS_DEG, HIP, 58, [[HIP_AT, S1_AT]]),
    Marked("lumbar_flexion", S1_AT, PELVIS_DEG, JUNCTION_DEG, LOW_BACK, 62, [LOW_CURVE]),
    Marked("thoracic_flexion", T12_AT, JUNCTION_DEG, CHEST_DEG, UPPER_BACK, 62, [HIGH_CURVE]),
)


def all_figures() -> dict[str, str]:
    """Every figure by name, as SVG text."""
    drawn = {one.name: angle_figure(one) for one in ANGLES}
    return drawn | {"points": points_figure(), "pipeline": pipeline_figure()}


def angle_figure(one: Marked) -> str:
    """The lifter in grey, one angle in colour."""
    from_to = [
        _line([one.at, ahead(one.at, deg, one.radius + 12)], one.colour, 1.6, dashes="5 4")
        for deg in (one.begin_deg, one.end_deg)
    ]
    narrow = one.value_deg < 30  # too narrow for its number: that stands below the second direction
    beside_deg = one.end_deg + 17 if narrow else (one.begin_deg + one.end_deg) / 2
    middle = ahead(one.at, beside_deg, one.radius + (8 if narrow else 20))
    parts = [
        *_lifter(),
        *(_line(points, one.colour, 5.5) for points in one.highlighted),
        _sector(one),
        *from_to,
        _dot(one.at, one.colour),
        _text((min(middle[0], WIDTH - 26), max(middle[1], 44)), f"{one.value_deg:.0f}°", one.colour, 17, BOLD),
        _text((14, 25), one.name, INK, 16, START + BOLD),
    ]
    return _svg(WIDTH, HEIGHT, parts, f"{one.name}: {one.value_deg:.0f} degrees")


def points_figure() -> str:
    """The lifter with the points and segments that the definitions name."""
    joints = (
        ("shoulder", SHOULDER_AT, 10, -12),
        ("hip", HIP_AT, -14, 20),
        ("knee", KNEE_AT, 12, -4),
        ("ankle", ANKLE, 12, 2),
    )
    parts = [
        *_lifter(),
        _line(LOW_CURVE, LOW_BACK, 5.5),
        _line(HIGH_CURVE, UPPER_BACK, 5.5),
        _line([HIP_AT, S1_AT], HIP, 5.5),
    ]
    for name, at, right, down in joints:
        side = START if right > 0 else END
        parts += [_dot(at, INK), _text((at[0] + right, at[1] + down), name, INK, 14, side)]
    parts += [
        _text((HIP_AT[0] - 12, HIP_AT[1] - 14), "pelvis", HIP, 14, END + BOLD),
        _text((T12_AT[0] - 40, T12_AT[1] - 16), "lumbar", LOW_BACK, 14, BOLD),
        _text((T12_AT[0] + 14, T12_AT[1] - 28), "thoracic", UPPER_BACK, 14, BOLD),
        _dot(S1_AT, LOW_BACK, 3.5),
        _dot(T12_AT, LOW_BACK, 3.5),
        _text((14, 25), "points and segments", INK, 16, START + BOLD),
    ]
    return _svg(WIDTH, HEIGHT, parts, "A lifter with shoulder, hip, knee, ankle, pelvis, lumbar and thoracic spine")


STAGES: Final = (
    ("read", "the file gives frames, each with its own time", HIP),
    ("observe", "a frame gives 33 body points and a person mask", HIP),
    ("trace", "the mask gives the outline of the back", HIP),
    ("clean", "bad points go, gaps are filled, noise is smoothed", HIP),
    ("orient", "which way the lifter faces; how far off the side view", HIP),
    ("infer", "outline and points give pelvis, lumbar and thoracic", LOW_BACK),
    ("measure", "points and spine give seven angles a frame", LOW_BACK),
    ("segment", "angles and plates give the repetitions", TRUNK),
    ("describe", "a repetition gives changes, shares and tempo", TRUNK),
    ("judge", "numbers and limits give findings and a verdict", TRUNK),
)


def pipeline_figure() -> str:
    """The ten stages, from the file down to the verdict."""
    row, top, parts = 56, 12, []
    for k, (name, does, colour) in enumerate(STAGES):
        y = top + k * row
        if k:
            parts.append(f'<path d="M34 {y - 10} v8 m-4 -4 l4 5 l4 -5" fill="none" stroke="{GREY}" stroke-width="2"/>')
        parts += [
            f'<rect x="10" y="{y}" width="400" height="44" rx="7" fill="#fff" stroke="{colour}" stroke-width="1.5"/>',
            f'<circle cx="34" cy="{y + 22}" r="13" fill="{colour}"/>',
            _text((34, y + 27), str(k + 1), "#fff", 14, BOLD),
            _text((58, y + 18), name, colour, 15, START + BOLD),
            _text((58, y + 36), does, INK, 13, START),
        ]
    return _svg(420, top + len(STAGES) * row, parts, "The pipeline: " + ", ".join(name for name, _, _ in STAGES))


def _lifter() -> list[str]:
    """Floor, plate, limbs, trunk and head, all in grey."""
    head = ahead(SHOULDER_AT, CHEST_DEG - 30, 22)
    limbs = [[ANKLE, KNEE_AT], [KNEE_AT, HIP_AT], [SHOULDER_AT, BAR_AT], [ANKLE, (ANKLE[0] + 20, ANKLE[1] + 6)]]
    return [
        _line([(8, 232), (WIDTH - 8, 232)], GREY, 1.5),
        f'<circle cx="{BAR_AT[0]:.1f}" cy="{BAR_AT[1]:.1f}" r="36" fill="none" stroke="{PALE}" stroke-width="7"/>',
        _dot(BAR_AT, GREY, 4),
        *(_line(points, PALE, 9) for points in limbs),
        _line([HIP_AT, S1_AT, *LOW_CURVE, *HIGH_CURVE], PALE, 13),
        f'<circle cx="{head[0]:.1f}" cy="{head[1]:.1f}" r="13" fill="{PALE}"/>',
    ]


def _sector(one: Marked) -> str:
    """The area between the two directions."""
    (x0, y0), (x1, y1) = (ahead(one.at, deg, one.radius) for deg in (one.begin_deg, one.end_deg))
    path = f"M{one.at[0]:.1f} {one.at[1]:.1f} L{x0:.1f} {y0:.1f} A{one.radius} {one.radius} 0 0 1 {x1:.1f} {y1:.1f} Z"
    return f'<path d="{path}" fill="{one.colour}" fill-opacity="0.18" stroke="none"/>'


def _line(points: Sequence[Point], colour: str, width: float, *, dashes: str = "") -> str:
    placed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round"{broken}/>'
    )


def _dot(at: Point, colour: str, radius: float = 5) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius}" fill="{colour}"/>'


def _text(at: Point, text: str, colour: str, size: int, look: str = "") -> str:
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" fill="{colour}" font-size="{size}"{look}>{text}</text>'


def _svg(width: int, height: int, parts: Sequence[str], title: str) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif" text-anchor="middle" role="img">\n<title>{title}</title>\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n{inside}\n</svg>\n'
    )
