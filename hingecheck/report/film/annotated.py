"""`annotated.mp4`: the clip, upright, at its own speed and with its sound, and what was measured drawn on it.

The pictures come from a second pass over the file, because what is drawn in a frame (the zero of the angles, the
smoothing, the repetition's shares) is known only after the last one.  A picture is decoded, drawn and handed on
before the next: decoding runs ahead in a thread, encoding in the encoder's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Analysis, Bytes, Floats, Frame, Measure, RepMetrics
from hingecheck.report import phases, wording
from hingecheck.report.film import drawing, keyframes, overlay
from hingecheck.report.film.drawing import Pen

Retouch = Callable[[Bytes, float], Bytes]
"""Upright picture (h, w, 3) in full size and its time in seconds -> the same with something hidden, heads say."""

LARGEST_PX, SCALED_PX = 1280, 960
"""A longer side over the first is scaled to the second: scaling by less costs more time than it saves."""

SHARE: Final = "lumbar_share_trunk"
WHOLE: Final = "junction_change_deg"
NO_LIFTER: Final = "the lifter is not seen"
HIPS: Final = drawing.BLUE
LOW_BACK: Final = drawing.ORANGE
_EMPTY: Final = (70, 70, 70)


def height_px(width: int, height: int) -> int:
    """Height of the film of a clip of this size."""
    longest = max(width, height)
    return height if longest <= LARGEST_PX else round(SCALED_PX * height / longest)


def draw(analysis: Analysis, frames: Iterable[Frame], retouch: Retouch | None = None) -> Iterator[Frame]:
    """Each frame with what was measured on it, at the film's size; `frames` are those that were analyzed.

    Draws in place: the pictures of `frames` are used up.
    """
    scene = overlay.Scene.of(analysis)
    limit_px = height_px(analysis.video.width, analysis.video.height)
    for frame in frames:
        index = keyframes.frame_at(analysis, frame.time_s)
        picture = frame.rgb if retouch is None else retouch(frame.rgb, frame.time_s)
        scale = min(1.0, limit_px / picture.shape[0])
        if scale < 1.0:
            size = (round(picture.shape[1] * scale), limit_px)
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        pen = Pen(0.0, 0.0, frame.scale * scale, _unit_px(picture))
        overlay.draw(picture, scene, index, pen)
        _head(picture, scene, index, pen)
        _bar(picture, scene, index, pen)
        yield Frame(frame.time_s, picture, frame.scale * scale)


def _unit_px(picture: Bytes) -> float:
    """A unit of the drawing: words stay legible when the film is 360 pixels wide, and leave room when it is low."""
    height, width = picture.shape[:2]
    return float(min(width / 360, height / 260))


def _head(picture: Bytes, scene: overlay.Scene, index: int, pen: Pen) -> None:
    """Which repetition it is and what happens in it; whether the lifter is seen at all."""
    analysis = scene.analysis
    rep, phase = phases.at(analysis.reps, float(analysis.angles.time_s[index]))
    count = len(analysis.reps)
    text = f"{phase}  ({count} reps)" if rep is None else f"rep {rep.rep.number} of {count}  {phase}"
    margin = 6 * pen.unit_px
    drawing.words(picture, pen, (margin, margin), text, (drawing.PAPER, 15))
    if not scene.seen[index]:
        below = margin + 28 * pen.unit_px
        drawing.words(picture, pen, (margin, below), NO_LIFTER, (overlay.UNKNOWN, overlay.SIZE))


def _bar(picture: Bytes, scene: overlay.Scene, index: int, pen: Pen) -> None:
    """How much of the trunk's uprighting is done, by hips (pelvis) and low back; grey where that is not measured.

    From lockout on the repetition's share stands beside it, with its interval as a bracket.
    """
    time_s = float(scene.analysis.angles.time_s[index])
    rep, _ = phases.at(scene.analysis.reps, time_s)
    height, width = picture.shape[:2]
    left, top, bottom = (round(units * pen.unit_px) for units in (8, 17, 7))
    box = (left, height - top, width - left, height - bottom)
    drawing.shade(picture[height - top - round(25 * pen.unit_px) :])
    cv2.rectangle(picture, box[:2], box[2:], _EMPTY, -1)
    done = None if rep is None else _done(scene.analysis, rep, time_s, index)
    if rep is not None and done is not None:
        _fill(picture, box, done)
        if time_s >= rep.rep.lockout_s:
            _bracket(picture, pen, box, rep.values[SHARE])
    _legend(picture, pen, (left, height - top - round(7 * pen.unit_px)), _told(rep, time_s, done))


def _legend(picture: Bytes, pen: Pen, at: tuple[int, int], told: tuple[str, str, str]) -> None:
    """Two coloured squares with their words; or, where there is one, a grey remark in their place."""
    (x, y), size = at, round(overlay.SIZE * pen.unit_px)
    if told[2]:
        room = picture.shape[1] - 2 * x
        fits = min(1.0, room / drawing.extent(told[2], size)[0])
        drawing.plain_words(picture, (x, y), told[2], (overlay.UNKNOWN, int(size * fits)))
        return
    for colour, text in ((HIPS, told[0]), (LOW_BACK, told[1])):
        side = round(0.62 * size)
        cv2.rectangle(picture, (x, y - side), (x + side, y), colour, -1)
        drawing.plain_words(picture, (x + side + size // 3, y), text, (drawing.PAPER, size))
        x += side + drawing.extent(text, size)[0] + size // 2


def _done(analysis: Analysis, rep: RepMetrics, time_s: float, index: int) -> tuple[float, float] | None:
    """Parts of the whole uprighting done since the pull began by pelvis and lumbar spine; None if not measured."""
    whole = rep.values[WHOLE]
    if time_s < rep.rep.onset_s:
        return 0.0, 0.0
    begin = int(np.argmin(np.abs(analysis.angles.time_s - rep.rep.onset_s)))
    turned = [
        angle.value_deg[begin] - angle.value_deg[index]
        for angle in (analysis.angles.pelvis_tilt, analysis.angles.lumbar_flexion)
    ]
    if not whole.known or whole.value <= 0 or np.isnan(turned).any() or not rep.values[SHARE].known:
        return None
    hips, low_back = (max(0.0, float(part)) / whole.value for part in turned)
    return min(hips, 1.0), min(low_back, 1.0)


def _told(rep: RepMetrics | None, time_s: float, done: tuple[float, float] | None) -> tuple[str, str, str]:
    """What stands beside the hips' square, beside the low back's, and after both."""
    if rep is None:
        return "hips", "low back", ""
    share = rep.values[SHARE]
    if not share.known:
        return "hips", "low back", f"hips and low back not measured: {share.reason}"
    if done is None:
        return "hips", "low back", "hips and low back not measured here"
    return "hips", f"low back {wording.measure(SHARE, share)}" if time_s >= rep.rep.lockout_s else "low back", ""


def _fill(picture: Bytes, box: tuple[int, int, int, int], done: tuple[float, float]) -> None:
    left, top, right, bottom = box
    ends = left + np.round(np.clip(np.cumsum(done), 0, 1) * (right - left)).astype(int)
    cv2.rectangle(picture, (left, top), (int(ends[0]), bottom), HIPS, -1)
    cv2.rectangle(picture, (int(ends[0]), top), (int(ends[1]), bottom), LOW_BACK, -1)


def _bracket(picture: Bytes, pen: Pen, box: tuple[int, int, int, int], share: Measure) -> None:
    """Where the border between hips and low back lies with 90 % probability once the lift is done."""
    left, top, right, bottom = box
    middle = (top + bottom) / 2
    ends = left + (right - left) * (1 - np.array([share.high, share.low]))
    drawing.line(picture, pen, _points(ends, [middle, middle]), drawing.PAPER, 1.4)
    for x in ends:
        drawing.line(picture, pen, _points([x, x], [top + 1, bottom - 1]), drawing.PAPER, 1.4)


def _points(x: object, y: object) -> Floats:
    return np.stack([np.asarray(x, float), np.asarray(y, float)], axis=1)
