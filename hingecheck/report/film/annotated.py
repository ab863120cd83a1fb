"""Draw the frames of `annotated.mp4`: the upright clip with the measurements on it.

A strip above the picture names posture and angles; a strip below it has the bar of hips and low back, and leaves room
for the controls of a player.  So no text and no bar covers the lifter or the plates.

Input: an analysis and the frames of its clip.  Output: the same frames, one by one, with the drawing.  The film needs a
second pass over the clip: the zero of the angles, the smoothing and the shares are known only after the last frame.
Only a few frames are in memory at once, because each is decoded, drawn and encoded before the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from hingecheck import texts
from hingecheck.records import Analysis, Bytes, Code, Floats, Frame, Measure, RepMetrics
from hingecheck.report import phases, wording
from hingecheck.report.film import drawing, overlay
from hingecheck.report.film.drawing import Pen
from hingecheck.report.film.scene import Moment, Scene
from hingecheck.video.working_copy import APART_S, height_px

Retouch = Callable[[Bytes, float], Bytes | None]
"""Takes an upright picture (h, w, 3) in full size and its time in seconds; hides something in it, e.g. heads.

None: the picture must not be shown.
"""

SHARE: Final = "lumbar_share_trunk"
WHOLE: Final = "junction_change_deg"
NO_LIFTER: Final = texts.REASONS[Code.LIFTER_UNSEEN]
HIPS: Final = drawing.BLUE
LOW_BACK: Final = drawing.ORANGE
_EMPTY: Final = (70, 70, 70)
TOP, BOTTOM, BAR = 62, 76, 12
"""Heights of the strip above the picture, of the strip below it, and of the bar, in drawing units."""

REASON_BELOW: Final = 37
"""Distance from the line above the bar to the line below it, in drawing units."""

LINES: Final = 2
"""The height of the film is a multiple of this, in pixels, because H.264 stores colours for two by two of them."""

HEADLINE: Final = 15.0
"""Text size of the headline, in drawing units."""


def rate_hz(filmed_hz: float) -> float:
    """Frame rate of the film of a clip with this frame rate, if frames keep the distance of APART_S; NaN if unknown."""
    return filmed_hz / max(1, math.ceil(APART_S * filmed_hz - 1e-6)) if math.isfinite(filmed_hz) else math.nan


def draw(
    analysis: Analysis, frames: Iterable[Frame], retouch: Retouch | None = None, *, full: bool = False
) -> Iterator[Frame]:
    """Each of `frames` with the measurements drawn on it and the strips, in the size of the film or in full size.

    The pictures of `frames` are overwritten, because drawing happens in place.
    """
    scene = Scene.of(analysis)
    limit_px = analysis.video.height if full else height_px(analysis.video.width, analysis.video.height)
    for frame in frames:
        moment = scene.at(frame.time_s)
        picture = frame.rgb if retouch is None else retouch(frame.rgb, frame.time_s)
        remark = "" if moment.seen else NO_LIFTER
        if picture is None:
            picture, remark = np.full_like(frame.rgb, overlay.HIDDEN), wording.LEFT_OUT
        scale = min(1.0, limit_px / picture.shape[0])
        if scale < 1.0:
            size = (round(picture.shape[1] * scale), limit_px)
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        pen = Pen(0.0, 0.0, frame.scale * scale, _unit_px(picture))
        now = scene.timeline.at(float(analysis.angles.time_s[moment.frame]))
        if remark != wording.LEFT_OUT:
            overlay.draw(picture, scene, moment, pen)
        labels = overlay.labels(scene, moment) if moment.seen else []
        top = _top(picture.shape[1], pen, _words(now, len(analysis.reps)), remark, labels)
        bottom = _strip(picture.shape[1], pen, BOTTOM, above_px=top.shape[0] + picture.shape[0])
        _bar(bottom, scene, moment, pen, now[0])
        yield Frame(frame.time_s, np.vstack([top, picture, bottom]), frame.scale * scale)


def _unit_px(picture: Bytes) -> float:
    """The drawing unit in pixels: text stays readable in a film 360 pixels wide and leaves room in a low one."""
    height, width = picture.shape[:2]
    return float(min(width / 360, height / 260))


def _words(now: tuple[RepMetrics | None, str], count: int) -> str:
    """The line at the top: the repetition of `count` and its phase."""
    rep, phase = now
    if rep is None:
        return f"{phase}  ({count} rep{'s' * (count != 1)})"
    remark = "".join(f" ({word})" for word in rep.rep.remarks if word not in ("missed", "cut off"))
    return f"rep {rep.rep.number} of {count}{remark}  {phase}"


def _strip(width_px: int, pen: Pen, units: float, above_px: int = 0) -> Bytes:
    """An empty dark strip of the film.  It ends at a multiple of LINES below `above_px`."""
    bottom_px = LINES * round((above_px + units * pen.unit_px) / LINES)
    return _dark(bottom_px - above_px, width_px).copy()


@lru_cache(maxsize=2)
def _dark(height_px: int, width_px: int) -> Bytes:
    """A dark picture (h, w, 3).  To copy it is several times quicker than to fill one."""
    return np.full((height_px, width_px, 3), drawing.INK, np.uint8)


def _top(width_px: int, pen: Pen, text: str, remark: str, labels: Sequence[tuple[str, drawing.Colour]]) -> Bytes:
    """The strip above the picture: the headline, and below it a remark, if any, or else the labels of the angles."""
    strip, unit_px = _strip(width_px, pen, TOP), pen.unit_px
    x, size = round(8 * unit_px), round(overlay.SIZE * unit_px)
    drawing.plain_words(strip, (x, round(17 * unit_px)), text, (drawing.PAPER, round(HEADLINE * unit_px)))
    lines = [(remark, overlay.UNKNOWN)] if remark else labels
    left, base = x, round(36 * unit_px)
    for words, colour in lines:
        width = drawing.extent(words, size)[0]
        if left > x and left + width > width_px:
            left, base = x, base + round(18 * unit_px)
        drawing.plain_words(strip, (left, base), words, (colour, size))
        left += width + round(6 * unit_px)
    return strip


def _bar(picture: Bytes, scene: Scene, moment: Moment, pen: Pen, rep: RepMetrics | None) -> None:
    """The bar below the picture: how much of standing up came so far from the hips (pelvis) and from the low back.

    From the top on, the text shows the share of the low back and a bracket shows its interval.  The bar stays empty
    where the angles are not measured.
    """
    time_s = float(scene.analysis.angles.time_s[moment.frame])
    left, top, thick = (round(units * pen.unit_px) for units in (8, 24, BAR))
    box = (left, top, picture.shape[1] - left, top + thick)
    cv2.rectangle(picture, box[:2], box[2:], _EMPTY, -1)
    done = None if rep is None else _done(scene.analysis, rep, time_s, moment.frame)
    if rep is not None and done is not None:
        _fill(picture, box, done)
        if _at_top(rep, time_s):
            _bracket(picture, pen, box, rep.values[SHARE])
    _legend(picture, pen, (left, top - round(7 * pen.unit_px)), _labels(rep, time_s, done))


def _legend(picture: Bytes, pen: Pen, at: tuple[int, int], labels: tuple[str, str, str]) -> None:
    """Two coloured squares with the labels of hips and low back; a remark, if any, replaces both and is grey."""
    hips, low_back, remark = labels
    (x, y), size = at, round(overlay.SIZE * pen.unit_px)
    if remark:
        _remark(picture, pen, at, remark)
        return
    for colour, text in ((HIPS, hips), (LOW_BACK, low_back)):
        side = round(0.62 * size)
        cv2.rectangle(picture, (x, y - side), (x + side, y), colour, -1)
        drawing.plain_words(picture, (x + side + size // 3, y), text, (drawing.PAPER, size))
        x += side + drawing.extent(text, size)[0] + size // 2


def _remark(picture: Bytes, pen: Pen, at: tuple[int, int], remark: str) -> None:
    """A remark above the bar; if it is too long for one line, its reason goes below the bar."""
    (x, y), size = at, round(overlay.SIZE * pen.unit_px)
    room = picture.shape[1] - 2 * x
    lines = [remark] if drawing.extent(remark, size)[0] <= room else remark.split(": ", 1)
    for line, base in zip(lines, (y, y + round(REASON_BELOW * pen.unit_px)), strict=False):
        fits = min(1.0, room / drawing.extent(line, size)[0])
        drawing.plain_words(picture, (x, base), line, (overlay.UNKNOWN, int(size * fits)))


def _done(analysis: Analysis, rep: RepMetrics, time_s: float, index: int) -> tuple[float, float] | None:
    """How far pelvis and lumbar spine have turned since the pull began, as parts of the whole movement, 0 to 1.

    None if this is not measured.
    """
    whole = rep.values[WHOLE]
    if time_s < rep.pulled_from_s:
        return 0.0, 0.0
    begin = int(np.argmin(np.abs(analysis.angles.time_s - rep.pulled_from_s)))
    turned = [
        angle.value_deg[begin] - angle.value_deg[index]
        for angle in (analysis.angles.pelvis_tilt, analysis.angles.lumbar_flexion)
    ]
    if not whole.known or whole.value <= 0 or np.isnan(turned).any() or not rep.values[SHARE].known:
        return None
    hips, low_back = (max(0.0, float(part)) / whole.value for part in turned)
    return min(hips, 1.0), min(low_back, 1.0)


def _labels(rep: RepMetrics | None, time_s: float, done: tuple[float, float] | None) -> tuple[str, str, str]:
    """The label of the hips, the label of the low back, and a remark that replaces both, or ""."""
    if rep is None:
        return "hips", "low back", ""
    share = rep.values[SHARE]
    if not share.known:
        return "hips", "low back", f"{wording.short(SHARE)} not measured: {texts.reason(share.reason)}"
    if _at_top(rep, time_s):
        return "hips", f"low back {wording.measure(SHARE, share)}", ""
    return "hips", "low back", "" if done is not None else "progress not measured in this frame"


def _at_top(rep: RepMetrics, time_s: float) -> bool:
    """True from the top on, when the whole movement is done."""
    return bool(time_s >= phases.posture_s(rep, "at_top") - phases.EARLY_S)


def _fill(picture: Bytes, box: tuple[int, int, int, int], done: tuple[float, float]) -> None:
    left, top, right, bottom = box
    middle, end = (left + round(min(share, 1.0) * (right - left)) for share in (done[0], sum(done)))
    cv2.rectangle(picture, (left, top), (middle, bottom), HIPS, -1)
    cv2.rectangle(picture, (middle, top), (end, bottom), LOW_BACK, -1)


def _bracket(picture: Bytes, pen: Pen, box: tuple[int, int, int, int], share: Measure) -> None:
    """The bracket: the 90 % interval of the border between hips and low back at the top."""
    left, top, right, bottom = box
    middle = (top + bottom) / 2
    ends = left + (right - left) * (1 - np.array([share.high, share.low]))
    drawing.line(picture, pen, _points(ends, [middle, middle]), drawing.PAPER, 1.4)
    for x in ends:
        drawing.line(picture, pen, _points([x, x], [top + 1, bottom - 1]), drawing.PAPER, 1.4)


def _points(x: object, y: object) -> Floats:
    return np.stack([np.asarray(x, float), np.asarray(y, float)], axis=1)
