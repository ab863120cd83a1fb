"""What was measured in one frame, drawn on its picture: skeleton, back line, tangents, angle arcs with values.

Every arc spans exactly the angle that is written beside it.  The lumbar one opens from where the upper tangent would
point had the low back kept the shape of the own standing.  Where an angle is not measured, a grey word says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.records import Analysis, Angle, Bools, Bytes, Floats, Tangent
from hingecheck.report import wording
from hingecheck.report.film import drawing
from hingecheck.report.film.drawing import Pen

SKELETON: Final = drawing.YELLOW
BACK: Final = drawing.SKY
HIDDEN: Final = drawing.GREY
TANGENT: Final = drawing.ORANGE
UNKNOWN: Final = (205, 205, 205)

TANGENT_HALF: Final = 0.24
"""Half of a drawn tangent, in trunk lengths."""

SIZE: Final = 13.0
ARC: Final = 30.0
GAP: Final = 36.0
"""Radius of an arc and how far off its joint a label stands, in units."""

ARC_TRUNKS: Final = 0.33
"""Most of an arc's radius, in trunk lengths of the upright lifter: one who is small in the picture stays visible."""

DROP: Final = 0.35
"""A joint's label stands this much lower than level, per length aside."""

SEEN: Final = 0.7
"""Least visibility of a point of the arm that is drawn."""

_ARM: Final = (landmarks.SHOULDERS, landmarks.ELBOWS, landmarks.WRISTS)


@dataclass(frozen=True)
class Scene:
    """An analysis and what is drawn of it, worked out once for all frames.

    Back line (N, K, 2), joints (N, 4, 2) from the shoulder down, length of the upright trunk, and the frames (N,) in
    which the lifter is seen.
    """

    analysis: Analysis
    edge_px: Floats
    joints_px: Floats
    trunk_px: float
    seen: Bools

    @staticmethod
    def of(analysis: Analysis) -> Scene:
        """The scene of an analysis."""
        joints = np.stack([analysis.pose.middle_px(pair) for pair in landmarks.CHAIN], axis=1)
        trunk_px = float(np.nanquantile(np.hypot(*analysis.contour.axis_px.T), 0.9))
        edge_px = analysis.contour.edge_px(analysis.view.dorsal)
        return Scene(analysis, edge_px, joints, trunk_px, analysis.pose.seen)

    def arc(self, pen: Pen) -> float:
        """Radius of an arc in units."""
        return min(ARC, ARC_TRUNKS * self.trunk_px * pen.zoom / pen.unit_px)

    def touch(self, frame: int, tangent: Tangent) -> Floats:
        """Where a tangent touches the back's edge (2,)."""
        nearest = int(np.argmin(np.abs(self.analysis.contour.station - tangent.station)))
        return np.asarray(self.edge_px[frame, nearest])

    def along(self, frame: int, tangent: Tangent) -> Floats:
        """Half of a tangent as it is drawn, upward (2,), display pixels."""
        angle = getattr(self.analysis.angles, tangent.segment)
        lean = np.radians(tangent.standing_deg + angle.value_deg[frame])
        half_px = TANGENT_HALF * float(np.hypot(*self.analysis.contour.axis_px[frame]))
        return np.asarray(half_px * np.array([self.analysis.view.facing_sign * np.sin(lean), -np.cos(lean)]))


def draw(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Everything above, on a picture (h, w, 3) in place; nothing where the lifter is not seen."""
    if not scene.seen[frame]:
        return
    arm(picture, scene, frame, pen)
    skeleton(picture, scene, frame, pen)
    back(picture, scene, frame, pen)
    arcs(picture, scene, frame, pen)


def arm(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """The near side's arm, thin, where it is well seen: it shows which body is followed and is no part of an angle."""
    near = [pair[0 if scene.analysis.view.side == "left" else 1] for pair in _ARM]
    if scene.analysis.pose.visibility[frame, near].min() >= SEEN:
        drawing.line(picture, pen, pen.place(scene.analysis.pose.xy_px[frame, near]), SKELETON, 1.0)


def skeleton(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Trunk, thigh and shank as the pose model sees them, midpoints of left and right; the angles are corrected."""
    joints = pen.place(scene.joints_px[frame])
    drawing.line(picture, pen, joints, SKELETON, 2.2)
    drawing.dots(picture, pen, joints, SKELETON, 3.2)


def back(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """The back's edge, grey where it was not found clean, and the measured pelvis and lumbar tangents on it.

    Where the angles are right, each tangent lies along the edge.
    """
    analysis, edge = scene.analysis, scene.edge_px[frame]
    clean = analysis.contour.valid[frame, analysis.view.dorsal]
    placed = pen.place(edge)
    drawing.trail(picture, pen, placed, (HIDDEN, 2.4), ~clean)
    drawing.trail(picture, pen, placed, (BACK, 2.8), clean)
    if scene.analysis.spine.lumbar_flexion.reason[frame] != "":
        return
    for tangent in scene.analysis.spine.tangents:
        ends = scene.touch(frame, tangent) + np.stack([-1, 1])[:, None] * scene.along(frame, tangent)
        drawing.line(picture, pen, pen.place(ends), TANGENT, 2.6)


def arcs(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Hip, knee and lumbar angle: a wedge each, and its value with half of the 90 % interval."""
    _, hip, knee, ankle = scene.joints_px[frame]
    sign, angles = scene.analysis.view.facing_sign, scene.analysis.angles
    _joint(picture, pen, (hip, hip - knee, scene.arc(pen)), ("hip_flexion", angles.hip_flexion, frame, sign))
    _joint(picture, pen, (knee, knee - ankle, scene.arc(pen)), ("knee_flexion", angles.knee_flexion, frame, -sign))
    _lumbar(picture, scene, frame, pen)


def said(name: str, angle: Angle, frame: int) -> str:
    """An angle's value in a frame and half of its 90 % interval, or that it is not measured."""
    value = angle.value_deg[frame]
    if np.isnan(value):
        return f"{wording.short(name)} {wording.NOT_MEASURED}"
    return f"{wording.short(name)} {wording.half(name, value, angle.half_deg[frame])}"


def _joint(picture: Bytes, pen: Pen, corner: tuple[Floats, Floats, float], what: tuple[str, Angle, int, int]) -> None:
    """A wedge from the lower segment, lengthened beyond the joint, through the angle; `what` ends with its sense.

    Flexion at the hip turns the upper segment forward, at the knee backward.
    """
    (at, upward, radius), (name, angle, frame, sense) = corner, what
    if np.isnan(at).any():
        return
    place, value = pen.place(at), float(np.radians(angle.value_deg[frame]))
    if not np.isnan(value + upward.sum()):
        start = float(np.arctan2(upward[1], upward[0]))
        drawing.wedge(picture, pen, place, (start, start + sense * value), (SKELETON, radius))
    toward = np.array([-sense, DROP], float)
    _label(picture, pen, place, toward, (said(name, angle, frame), not np.isnan(value), SKELETON))


def _lumbar(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """The wedge between the upper tangent and where it would point in the shape of the own standing."""
    angle, sign = scene.analysis.angles.lumbar_flexion, scene.analysis.view.facing_sign
    upper = next((tangent for tangent in scene.analysis.spine.tangents if tangent.segment == "junction"), None)
    middle = scene.joints_px[frame, :2].mean(axis=0)
    at = middle if upper is None or np.isnan(scene.touch(frame, upper)).any() else scene.touch(frame, upper)
    if np.isnan(at).any():
        return
    value = float(np.radians(angle.value_deg[frame]))
    if upper is not None and not np.isnan(value):
        along = scene.along(frame, upper)
        end = float(np.arctan2(along[1], along[0]))
        drawing.wedge(picture, pen, pen.place(at), (end - sign * value, end), (TANGENT, scene.arc(pen)))
    said_so = (said("lumbar_flexion", angle, frame), not np.isnan(value), TANGENT)
    shoulder, hip = scene.joints_px[frame, :2]
    dorsal = sign * np.array([(shoulder - hip)[1], (hip - shoulder)[0]])
    _label(picture, pen, pen.place(at), dorsal, said_so)


def _label(picture: Bytes, pen: Pen, at: Floats, toward: Floats, what: tuple[str, bool, drawing.Colour]) -> None:
    """Words pushed off a point in a direction (2,), clear of arc and body; grey if they tell of no value."""
    if np.isnan(at + toward).any():
        return  # nobody is seen here: the head line says so
    text, known, colour = what
    size = np.array(drawing.extent(text, round(SIZE * pen.unit_px)))
    away = toward / np.hypot(*toward)
    corner = at + away * (GAP * pen.unit_px + size / 2) - size / 2
    drawing.words(picture, pen, (corner[0], corner[1]), text, (colour if known else UNKNOWN, SIZE))
