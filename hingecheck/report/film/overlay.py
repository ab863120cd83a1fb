"""Draw the measurements of one frame on its picture: skeleton, outline of the back, tangents, and angles as arcs.

Each arc spans the angle that is written beside it.  The lumbar arc starts at the direction that the upper tangent would
have if the low back kept its shape of standing.  If an angle is not measured, its label says so in grey.
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
"""Text size, radius of an arc (ARC) and distance of a label from its joint (GAP), in drawing units."""

ARC_TRUNKS: Final = 0.33
"""Largest radius of an arc, in trunk lengths of the upright lifter, so that arcs do not cover a lifter who is small."""

DROP: Final = 0.35
"""Slope at which a label lies below its joint: downward per sideways distance."""

SEEN: Final = 0.7
"""Least visibility (0 to 1) of shoulder, elbow and wrist to draw the arm."""

_ARM: Final = (landmarks.SHOULDERS, landmarks.ELBOWS, landmarks.WRISTS)


@dataclass(frozen=True)
class Scene:
    """An analysis and the data to draw from it, computed once for all N frames.  Places are in display pixels.

    `edge_px`: outline of the back (N, K, 2).  `joints_px`: shoulder, hip, knee, ankle (N, 4, 2).  `trunk_px`: length of
    the upright trunk.  `seen`: the frames (N,) that show the lifter.
    """

    analysis: Analysis
    edge_px: Floats
    joints_px: Floats
    trunk_px: float
    seen: Bools

    @staticmethod
    def of(analysis: Analysis) -> Scene:
        """Compute the scene of an analysis."""
        joints = np.stack([analysis.pose.middle_px(pair) for pair in landmarks.CHAIN], axis=1)
        trunk_px = float(np.nanquantile(np.hypot(*analysis.contour.axis_px.T), 0.9))
        edge_px = analysis.contour.edge_px(analysis.view.dorsal)
        return Scene(analysis, edge_px, joints, trunk_px, analysis.pose.seen)

    def arc(self, pen: Pen) -> float:
        """Radius of an arc in drawing units."""
        return min(ARC, ARC_TRUNKS * self.trunk_px * pen.zoom / pen.unit_px)

    def touch(self, frame: int, tangent: Tangent) -> Floats:
        """The point (2,) where a tangent touches the outline of the back, in display pixels."""
        nearest = int(np.argmin(np.abs(self.analysis.contour.station - tangent.station)))
        return np.asarray(self.edge_px[frame, nearest])

    def along(self, frame: int, tangent: Tangent) -> Floats:
        """The upper half of a tangent as a vector (2,), in display pixels."""
        angle = getattr(self.analysis.angles, tangent.segment)
        lean = np.radians(tangent.standing_deg + angle.value_deg[frame])
        half_px = TANGENT_HALF * float(np.hypot(*self.analysis.contour.axis_px[frame]))
        return np.asarray(half_px * np.array([self.analysis.view.facing_sign * np.sin(lean), -np.cos(lean)]))


def draw(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Draw all measurements of a frame on its picture (h, w, 3), in place.  Draw nothing if the lifter is not seen."""
    if not scene.seen[frame]:
        return
    arm(picture, scene, frame, pen)
    skeleton(picture, scene, frame, pen)
    back(picture, scene, frame, pen)
    arcs(picture, scene, frame, pen)


def arm(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Draw the near arm as a thin line where it is visible.  It shows which person is followed; no angle uses it."""
    near = [pair[0 if scene.analysis.view.side == "left" else 1] for pair in _ARM]
    if scene.analysis.pose.visibility[frame, near].min() >= SEEN:
        drawing.line(picture, pen, pen.place(scene.analysis.pose.xy_px[frame, near]), SKELETON, 1.0)


def skeleton(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Draw trunk, thigh and shank between midpoints of left and right landmarks.  The angles are corrected further."""
    joints = pen.place(scene.joints_px[frame])
    drawing.line(picture, pen, joints, SKELETON, 2.2)
    drawing.dots(picture, pen, joints, SKELETON, 3.2)


def back(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Draw the outline of the back, grey where it is hidden, and the measured tangents of pelvis and low back.

    If the angles are right, each tangent follows the outline.
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
    """Draw hip, knee and lumbar angle: for each a wedge, and its value ± half of the 90 % interval."""
    _, hip, knee, ankle = scene.joints_px[frame]
    sign, angles = scene.analysis.view.facing_sign, scene.analysis.angles
    _joint(picture, pen, (hip, hip - knee, scene.arc(pen)), ("hip_flexion", angles.hip_flexion, frame, sign))
    _joint(picture, pen, (knee, knee - ankle, scene.arc(pen)), ("knee_flexion", angles.knee_flexion, frame, -sign))
    _lumbar(picture, scene, frame, pen)


def label(name: str, angle: Angle, frame: int) -> str:
    """An angle in a frame as text: its name and value ± half of the 90 % interval, or "not measured"."""
    value = angle.value_deg[frame]
    if np.isnan(value):
        return f"{wording.short(name)} {wording.NOT_MEASURED}"
    return f"{wording.short(name)} {wording.half(name, value, angle.half_deg[frame])}"


def _joint(picture: Bytes, pen: Pen, corner: tuple[Floats, Floats, float], what: tuple[str, Angle, int, int]) -> None:
    """Draw the wedge of a joint and its label.

    `corner`: the joint, the direction of the lower segment towards it, and the radius.  `what`: the angle's name, the
    angle, the frame, and the sense of flexion.  The wedge opens from the lower segment, lengthened beyond the joint.
    Flexion turns the upper segment forward at the hip and backward at the knee, so the sense differs.
    """
    (at, upward, radius), (name, angle, frame, sense) = corner, what
    if np.isnan(at).any():
        return
    place, value = pen.place(at), float(np.radians(angle.value_deg[frame]))
    if not np.isnan(value + upward.sum()):
        start = float(np.arctan2(upward[1], upward[0]))
        drawing.wedge(picture, pen, place, (start, start + sense * value), (SKELETON, radius))
    toward = np.array([-sense, DROP], float)
    _label(picture, pen, place, toward, (label(name, angle, frame), not np.isnan(value), SKELETON))


def _lumbar(picture: Bytes, scene: Scene, frame: int, pen: Pen) -> None:
    """Draw the wedge between the upper tangent and its direction if the low back kept its shape of standing."""
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
    text = (label("lumbar_flexion", angle, frame), not np.isnan(value), TANGENT)
    shoulder, hip = scene.joints_px[frame, :2]
    dorsal = sign * np.array([(shoulder - hip)[1], (hip - shoulder)[0]])
    _label(picture, pen, pen.place(at), dorsal, text)


def _label(picture: Bytes, pen: Pen, at: Floats, toward: Floats, what: tuple[str, bool, drawing.Colour]) -> None:
    """Draw a label beside a point, in the direction `toward` (2,) and clear of the arc.  `what`: text, known, colour.

    A label without a known value is grey.
    """
    if np.isnan(at + toward).any():
        return  # the lifter is not seen: the headline says so
    text, known, colour = what
    size = np.array(drawing.extent(text, round(SIZE * pen.unit_px)))
    away = toward / np.hypot(*toward)
    corner = at + away * (GAP * pen.unit_px + size / 2) - size / 2
    drawing.words(picture, pen, (corner[0], corner[1]), text, (colour if known else UNKNOWN, SIZE))
