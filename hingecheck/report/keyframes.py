"""`keyframes.png`: lift-off, knee pass and lockout of every repetition, with what was measured drawn on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.records import Analysis, Angle, Bytes, Floats, Rep

CELL_WIDTH_PX: Final = 360
CELL_HEIGHT_PX: Final = 480
CAPTION_PX: Final = 84
ROOM: Final = 3.1
"""Height of the part of the picture that is shown, in trunk lengths of the upright lifter."""

# Okabe-Ito colours (RGB), told apart with any colour vision; each line has a dark rim.
SKELETON: Final = (240, 228, 66)
BACK: Final = (86, 180, 233)
HIDDEN: Final = (150, 150, 150)
TANGENT: Final = (230, 159, 0)
INK: Final = (20, 20, 20)
PAPER: Final = (255, 255, 255)

EVENTS: Final = (("lift-off", "liftoff_s"), ("knee pass", "knee_pass_s"), ("lockout", "lockout_s"))
CAPTION: Final = (("hip", "hip_flexion"), ("knee", "knee_flexion"), ("lumbar", "lumbar_flexion"))
TANGENT_HALF: Final = 0.24
"""Half of a drawn tangent, in trunk lengths."""

_Z90: Final = 1.645


@dataclass(frozen=True, slots=True)
class _Cut:
    """The part of a picture that a cell shows: display pixel (x, y) lies at (x - left, y - top) * zoom."""

    left: float
    top: float
    zoom: float

    def place(self, points_px: Floats) -> Floats:
        return np.asarray((points_px - np.array([self.left, self.top])) * self.zoom)


def draw(analysis: Analysis, pictures_at: Callable[[Sequence[float]], list[Bytes]]) -> bytes:
    """The sheet as PNG bytes: a row a repetition, a column an event; an event that did not happen stays empty."""
    wanted = [(rep.rep, label, name) for rep in analysis.reps for label, name in EVENTS]
    times_s = [_shown_s(rep, name) for rep, _, name in wanted]
    happened = [t for t in times_s if not np.isnan(t)]
    pictures = iter(pictures_at(happened))
    cells = [
        _empty(rep, label) if np.isnan(t) else _cell(analysis, next(pictures), (rep, label), t)
        for (rep, label, _), t in zip(wanted, times_s, strict=True)
    ]
    rows = [np.hstack(cells[i : i + len(EVENTS)]) for i in range(0, len(cells), len(EVENTS))]
    _, data = cv2.imencode(".png", cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    return bytes(data)


def _shown_s(rep: Rep, name: str) -> float:
    """Lift-off is shown where its angles are read: in the last quiet moment before the bar moves."""
    return float(rep.onset_s if name == "liftoff_s" else getattr(rep, name))


def _cell(analysis: Analysis, picture: Bytes, title: tuple[Rep, str], time_s: float) -> Bytes:
    frame = int(np.argmin(np.abs(analysis.angles.time_s - time_s)))
    cut = _cut(analysis, frame)
    matrix = np.array([[cut.zoom, 0, -cut.left * cut.zoom], [0, cut.zoom, -cut.top * cut.zoom]])
    size = (CELL_WIDTH_PX, CELL_HEIGHT_PX)
    part = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderValue=INK)
    cell = np.ascontiguousarray(part, np.uint8)
    _skeleton(cell, analysis, frame, cut)
    _back(cell, analysis, frame, cut)
    return np.vstack([_caption(title, time_s, _lines(analysis, frame)), cell])


def _cut(analysis: Analysis, frame: int) -> _Cut:
    """A window around the whole lifter, the same size in every cell so that cells compare."""
    trunk_px = float(np.nanquantile(np.hypot(*analysis.contour.axis_px.T), 0.9))
    zoom = CELL_HEIGHT_PX / (ROOM * trunk_px * 1.15)
    ankle = np.nanmedian(analysis.pose.middle_px(landmarks.ANKLES), axis=0)
    hip = analysis.pose.middle_px(landmarks.HIPS)[frame]
    middle_x = np.nanmean([ankle[0], hip[0]])
    bottom_y = ankle[1] + 0.35 * trunk_px
    return _Cut(middle_x - CELL_WIDTH_PX / 2 / zoom, bottom_y - CELL_HEIGHT_PX / zoom, zoom)


def _skeleton(cell: Bytes, analysis: Analysis, frame: int, cut: _Cut) -> None:
    """Trunk, thigh and shank as the pose model sees them, midpoints of left and right; the angles are corrected."""
    joints = np.stack([analysis.pose.middle_px(pair)[frame] for pair in landmarks.CHAIN])
    _line(cell, cut.place(joints), SKELETON, 2)
    for x, y in _whole(cut.place(joints)):
        cv2.circle(cell, (x, y), 5, INK, -1, cv2.LINE_AA)
        cv2.circle(cell, (x, y), 3, SKELETON, -1, cv2.LINE_AA)


def _back(cell: Bytes, analysis: Analysis, frame: int, cut: _Cut) -> None:
    """The back's edge, grey where it was not found clean, and the measured pelvis and lumbar tangents on it.

    Where the angles are right, each tangent lies along the edge.
    """
    edge = analysis.contour.edge_px(analysis.view.dorsal)[frame]
    clean = analysis.contour.valid[frame, analysis.view.dorsal]
    for (x, y), point, good in zip(_whole(cut.place(edge)), edge, clean, strict=True):
        if not np.isnan(point).any():
            cv2.circle(cell, (x, y), 2, BACK if good else HIDDEN, -1, cv2.LINE_AA)
    if analysis.spine.lumbar_flexion.reason[frame] != "":
        return
    trunk_px = cut.zoom * float(np.hypot(*analysis.contour.axis_px[frame]))
    for tangent in analysis.spine.tangents:
        touch = edge[int(np.argmin(np.abs(analysis.contour.station - tangent.station)))]
        lean = np.radians(tangent.standing_deg + getattr(analysis.angles, tangent.segment).value_deg[frame])
        along = TANGENT_HALF * trunk_px * np.array([analysis.view.facing_sign * np.sin(lean), -np.cos(lean)])
        _line(cell, cut.place(touch) + np.stack([-along, along]), TANGENT, 3)


def _line(cell: Bytes, points: Floats, colour: tuple[int, int, int], width_px: int) -> None:
    whole = [np.array(_whole(points), np.int32)]
    if np.isnan(points).any():
        return
    cv2.polylines(cell, whole, False, INK, width_px + 2, cv2.LINE_AA)
    cv2.polylines(cell, whole, False, colour, width_px, cv2.LINE_AA)


def _whole(points: Floats) -> list[tuple[int, int]]:
    return [(round(float(x)), round(float(y))) for x, y in np.nan_to_num(points)]


def _lines(analysis: Analysis, frame: int) -> list[str]:
    return [f"{label} {_value(getattr(analysis.angles, name), frame)}" for label, name in CAPTION]


def _value(angle: Angle, frame: int) -> str:
    value = angle.value_deg[frame]
    if np.isnan(value):
        return "not measured"
    return f"{value:.0f} deg (+-{_Z90 * angle.sd_deg[frame]:.0f})"


def _caption(title: tuple[Rep, str], time_s: float, lines: Sequence[str]) -> Bytes:
    rep, label = title
    strip = np.full((CAPTION_PX, CELL_WIDTH_PX, 3), PAPER, np.uint8)
    moment = "" if np.isnan(time_s) else f"  {time_s:.2f} s"
    cv2.putText(strip, f"rep {rep.number}  {label}{moment}", (8, 20), *_font(0.55), 2, cv2.LINE_AA)
    for row, line in enumerate(lines):
        cv2.putText(strip, line, (8, 40 + 18 * row), *_font(0.48), 1, cv2.LINE_AA)
    return strip


def _font(size: float) -> tuple[int, float, tuple[int, int, int]]:
    return cv2.FONT_HERSHEY_SIMPLEX, size, INK


def _empty(rep: Rep, label: str) -> Bytes:
    blank = np.full((CELL_HEIGHT_PX, CELL_WIDTH_PX, 3), 225, np.uint8)
    return np.vstack([_caption((rep, label), float("nan"), ["did not happen"]), blank])
