"""Draw the measurements of one frame on its picture: skeleton, outline of the back, tangents, and angles as arcs.

Each arc spans an angle whose label the film writes above the picture (`labels`).  The lumbar arc starts at the
direction that the upper tangent would have if the low back kept its shape of standing.  If an angle is not measured, it
has no arc, and its label says so in grey.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.records import Bytes, Floats, Measure
from hingecheck.report import wording
from hingecheck.report.film import drawing
from hingecheck.report.film.drawing import Pen
from hingecheck.report.film.scene import Moment, Scene

SKELETON: Final = drawing.YELLOW
BACK: Final = drawing.SKY
HIDDEN: Final = drawing.GREY
TANGENT: Final = drawing.ORANGE
BAR: Final = drawing.GREEN
UNKNOWN: Final = (205, 205, 205)

SIZE: Final = 13.0
ARC: Final = 30.0
"""Text size and radius of an arc (ARC), in drawing units."""

ARC_TRUNKS: Final = 0.33
"""Largest radius of an arc, in trunk lengths of the upright lifter, so that arcs do not cover a lifter who is small."""


def draw(picture: Bytes, scene: Scene, moment: Moment, pen: Pen) -> None:
    """Draw all measurements of a moment on its picture (h, w, 3), in place.  Draw nothing if the lifter is not seen."""
    if not moment.seen:
        return
    bar_path(picture, scene, moment, pen)
    arm(picture, moment, pen)
    skeleton(picture, moment, pen)
    back(picture, scene, moment, pen)
    arcs(picture, scene, moment, pen)


def bar_path(picture: Bytes, scene: Scene, moment: Moment, pen: Pen) -> None:
    """Draw the way of the bar since the repetition began, and the bar's place as a dot."""
    path = pen.place(scene.bar_path_px(float(scene.analysis.angles.time_s[moment.frame])))
    drawing.trail(picture, pen, path, (BAR, 2.2), np.ones(len(path), bool))
    drawing.dots(picture, pen, path[-1:], BAR, 3.2)


def arm(picture: Bytes, moment: Moment, pen: Pen) -> None:
    """Draw the near arm as a thin line where it is visible.  It shows which person is followed; no angle uses it."""
    drawing.line(picture, pen, pen.place(moment.arm_px), SKELETON, 1.0)


def skeleton(picture: Bytes, moment: Moment, pen: Pen) -> None:
    """Draw trunk, thigh and shank between midpoints of left and right landmarks.  The angles are corrected further."""
    joints = pen.place(moment.joints_px)
    drawing.line(picture, pen, joints, SKELETON, 2.2)
    drawing.dots(picture, pen, joints, SKELETON, 3.2)


def back(picture: Bytes, scene: Scene, moment: Moment, pen: Pen) -> None:
    """Draw the outline of the back, grey where it is hidden, and the measured tangents of pelvis and low back.

    If the angles are right, each tangent follows the outline.
    """
    placed = pen.place(moment.edge_px)
    drawing.trail(picture, pen, placed, (HIDDEN, 2.4), ~moment.clean)
    drawing.trail(picture, pen, placed, (BACK, 2.8), moment.clean)
    if scene.analysis.angles.lumbar_flexion.reason[moment.frame] != "":
        return
    for tangent in scene.part(moment).tangents:
        ends = scene.touch(moment, tangent) + np.stack([-1, 1])[:, None] * scene.along(moment, tangent)
        drawing.line(picture, pen, pen.place(ends), TANGENT, 2.6)


def arcs(picture: Bytes, scene: Scene, moment: Moment, pen: Pen) -> None:
    """Draw hip, knee and lumbar angle as wedges."""
    _, hip, knee, ankle = moment.joints_px
    sign, radius = scene.part(moment).view.facing_sign, _radius(scene, pen)
    for name, at, upward, sense in (
        ("hip_flexion", hip, hip - knee, sign),
        ("knee_flexion", knee, knee - ankle, -sign),
    ):
        _joint(picture, pen, (at, upward, radius), (scene.reading(name, moment.frame), sense))
    _lumbar(picture, scene, moment, pen)


def labels(scene: Scene, moment: Moment) -> list[tuple[str, drawing.Colour]]:
    """The label of each angle with the colour of its arc, grey if it is not measured."""
    colours = {"hip_flexion": SKELETON, "knee_flexion": SKELETON, "lumbar_flexion": TANGENT}
    readings = {name: scene.reading(name, moment.frame) for name in colours}
    return [(label(name, angle), colours[name] if angle.known else UNKNOWN) for name, angle in readings.items()]


def label(name: str, angle: Measure) -> str:
    """An angle as text: its name and its value with the 90 % interval, or "not measured"."""
    return f"{wording.short(name)} {wording.measure(name, angle)}"


def _radius(scene: Scene, pen: Pen) -> float:
    """Radius of an arc in drawing units."""
    return min(ARC, ARC_TRUNKS * scene.trunk_px * pen.zoom / pen.unit_px)


def _joint(picture: Bytes, pen: Pen, corner: tuple[Floats, Floats, float], what: tuple[Measure, int]) -> None:
    """Draw the wedge of a joint.

    `corner`: the joint, the direction of the lower segment towards it, and the radius.  `what`: the angle and the sense
    of flexion.  The wedge opens from the lower segment, lengthened beyond the joint.
    Flexion turns the upper segment forward at the hip and backward at the knee, so the sense differs.
    """
    (at, upward, radius), (angle, sense) = corner, what
    place, value = pen.place(at), float(np.radians(angle.value))
    if not np.isnan(value + upward.sum()):
        start = float(np.arctan2(upward[1], upward[0]))
        drawing.wedge(picture, pen, place, (start, start + sense * value), (SKELETON, radius))


def _lumbar(picture: Bytes, scene: Scene, moment: Moment, pen: Pen) -> None:
    """Draw the wedge between the upper tangent and its direction if the low back kept its shape of standing."""
    angle, sign = scene.reading("lumbar_flexion", moment.frame), scene.part(moment).view.facing_sign
    upper = next((tangent for tangent in scene.part(moment).tangents if tangent.segment == "junction"), None)
    if upper is None or not angle.known:
        return
    at, value = scene.touch(moment, upper), float(np.radians(angle.value))
    if not np.isnan(at).any():
        along = scene.along(moment, upper)
        end = float(np.arctan2(along[1], along[0]))
        drawing.wedge(picture, pen, pen.place(at), (end - sign * value, end), (TANGENT, _radius(scene, pen)))
