"""Make `keyframes.png`: pull start, knee pass and top of every repetition, with the measurements drawn on them.

Input: an analysis and a function that reads pictures of its clip.  Output: one `KeyFrame` for each posture, and the
sheet of all of them as PNG bytes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.records import Analysis, Bytes, Rep, RepMetrics
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import phases, wording
from hingecheck.report.film import drawing, overlay
from hingecheck.report.film.drawing import Pen
from hingecheck.report.film.scene import Moment, Scene, frame_at

CELL_WIDTH_PX: Final = 360
CELL_HEIGHT_PX: Final = 480
CAPTION_PX: Final = 84
ROOM: Final = 3.1
"""Height of the part of the picture that a cell shows, in trunk lengths of the upright lifter."""


PicturesAt = Callable[[Sequence[float]], Sequence[Bytes | None]]
"""Takes times in seconds; returns the upright pictures (h, w, 3) at these times, None where it must not be shown."""


@dataclass(frozen=True)
class KeyFrame:
    """A posture of a repetition: its picture (480, 360, 3) with the measurements, and its angles as lines of text.

    A posture that did not happen has no picture and no angles.  Its `time_s` is NaN.  `picture` is None as well if it
    must not be shown.
    """

    rep: Rep | StoredRep
    posture: str
    time_s: float
    picture: Bytes | None
    lines: tuple[str, ...]


def take(analysis: Analysis, pictures_at: PicturesAt) -> tuple[KeyFrame, ...]:
    """The key frames of every repetition, in the order of `phases.POSTURES`."""
    moments = [(rep, name, phases.posture_s(rep, name)) for rep in analysis.reps for name in phases.POSTURES]
    happened, count = [s for _, _, s in moments if not np.isnan(s)], len(phases.POSTURES)
    few = [happened[first : first + count] for first in range(0, len(happened), count)]
    pictures = itertools.chain.from_iterable(map(pictures_at, few))  # a long set has many pictures, and they are large
    scene = Scene.of(analysis)
    return tuple(
        KeyFrame(rep.rep, phases.POSTURES[name], s, None, (phases.absent(name, cut_off=rep.rep.cut_off),))
        if np.isnan(s)
        else _key_frame(scene, KeyFrame(rep.rep, phases.POSTURES[name], s, None, _lines(rep, name)), next(pictures))
        for rep, name, s in moments
    )


def _key_frame(scene: Scene, frame: KeyFrame, picture: Bytes | None) -> KeyFrame:
    """The key frame with its picture, or with a line that says that the picture is left out."""
    if picture is None:
        return replace(frame, lines=(*frame.lines[:-1], wording.LEFT_OUT))
    return replace(frame, picture=_cell(scene, picture, frame.time_s))


def zoom(scene: Scene) -> float:
    """Pixels of a cell per display pixel."""
    return CELL_HEIGHT_PX / (ROOM * scene.trunk_px * 1.15)


def sheet(frames: Sequence[KeyFrame], names: Sequence[str] = ()) -> bytes:
    """All key frames as PNG bytes: a row per repetition, a column per posture.  `names` begin the captions of a row."""
    count, height_px = len(phases.POSTURES), CAPTION_PX + CELL_HEIGHT_PX
    bgr = np.empty((len(frames) // count * height_px, count * CELL_WIDTH_PX, 3), np.uint8)  # 2 MB for each repetition
    for number, frame in enumerate(frames):
        row, column = divmod(number, count)
        cell = bgr[row * height_px :, column * CELL_WIDTH_PX :][:height_px, :CELL_WIDTH_PX]
        cell[:CAPTION_PX] = _caption(frame, names[row] if names else "")[..., ::-1]
        cell[CAPTION_PX:] = _shown(frame)[..., ::-1]
    _, data = cv2.imencode(".png", bgr)
    return bytes(data)


def of_sheet(sheet: Path, stored: Stored, rep: StoredRep) -> tuple[KeyFrame, ...]:
    """The key frames of one repetition of a finished result, cut out of its `sheet`.

    They have no pictures if the sheet is missing.
    """
    row = [each.number for each in stored.reps].index(rep.number)
    pixels = cv2.imread(str(sheet))
    frames = []
    for column, (key, name) in enumerate(phases.POSTURES.items()):
        time_s = rep.events.get(phases.EVENTS[key], np.nan) if rep.complete or key != "at_top" else np.nan
        lines = (phases.absent(key, cut_off=rep.cut_off),) if np.isnan(time_s) else _lines(rep, key)
        frames.append(KeyFrame(rep, name, time_s, None if np.isnan(time_s) else _cut(pixels, row, column), lines))
    return tuple(frames)


def _cut(pixels: cv2.typing.MatLike | None, row: int, column: int) -> Bytes | None:
    """The picture in one cell of a sheet; None if the sheet has no such cell."""
    if pixels is None:
        return None
    top, left = row * (CAPTION_PX + CELL_HEIGHT_PX) + CAPTION_PX, column * CELL_WIDTH_PX
    cell = pixels[top : top + CELL_HEIGHT_PX, left : left + CELL_WIDTH_PX, ::-1]
    whole = cell.shape == (CELL_HEIGHT_PX, CELL_WIDTH_PX, 3)
    return np.ascontiguousarray(cell, np.uint8) if whole else None


def webp(picture: Bytes, width_px: int, quality: int) -> bytes:
    """A picture as WebP bytes, scaled to `width_px`.  `quality` is 0 to 100."""
    size = (width_px, round(picture.shape[0] * width_px / picture.shape[1]))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".webp", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, quality])
    return bytes(data)


def _cell(scene: Scene, picture: Bytes, time_s: float) -> Bytes:
    angles = scene.analysis.angles
    moment = scene.at(float(angles.time_s[frame_at(scene.analysis, time_s)]))  # the time of the picture
    pen = _window(scene, moment)
    matrix = np.array([[pen.zoom, 0, -pen.left * pen.zoom], [0, pen.zoom, -pen.top * pen.zoom]])
    size = (CELL_WIDTH_PX, CELL_HEIGHT_PX)
    part = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderValue=drawing.INK)
    cell = np.ascontiguousarray(part, np.uint8)
    overlay.skeleton(cell, moment, pen)
    overlay.back(cell, scene, moment, pen)
    return cell


def _window(scene: Scene, moment: Moment) -> Pen:
    """The window around the whole lifter.  It has the same size in every cell, so that cells can be compared."""
    scale = zoom(scene)
    ankle = np.nanmedian(scene.analysis.pose.middle_px(landmarks.ANKLES), axis=0)
    middle_x = float(np.nanmean([ankle[0], moment.joints_px[1, 0]]))
    bottom_y = float(ankle[1]) + 0.35 * scene.trunk_px
    return Pen(middle_x - CELL_WIDTH_PX / 2 / scale, bottom_y - CELL_HEIGHT_PX / scale, scale)


def _lines(rep: RepMetrics | StoredRep, posture: str) -> tuple[str, ...]:
    """The label of each angle at a posture; none if none is measured."""
    measured = {name: rep.values[phases.metric(name, posture)] for name in phases.ANGLES}
    known = any(measure.known for measure in measured.values())
    return tuple(overlay.label(name, measure) for name, measure in measured.items()) if known else ()


def _caption(frame: KeyFrame, name: str) -> Bytes:
    strip = np.full((CAPTION_PX, CELL_WIDTH_PX, 3), drawing.PAPER, np.uint8)
    moment = "" if np.isnan(frame.time_s) else f"  {frame.time_s:.2f} s"
    title = f"{name} rep {frame.rep.number}  {frame.posture}{moment}".strip()
    drawing.plain_words(strip, (8, 21), title, (drawing.INK, 17))
    for row, line in enumerate(frame.lines):
        drawing.plain_words(strip, (8, 40 + 18 * row), line, (drawing.INK, 14))
    return strip


def _shown(frame: KeyFrame) -> Bytes:
    if frame.picture is None:
        return np.full((CELL_HEIGHT_PX, CELL_WIDTH_PX, 3), 225, np.uint8)
    return frame.picture
