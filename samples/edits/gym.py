"""What happens in a gym, edited into a drawn clip: other people, a moving camera, bad light, things in the picture."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats
from samples.edits import worse
from samples.edits.film import Edit, Shot, read


@dataclass(frozen=True)
class Nuisance:
    """One nuisance.  `roll_deg`: how far it turns the picture, which a level camera would not."""

    name: str
    edit: Edit
    roll_deg: float = 0.0


def warped(matrix_at: Callable[[float, int, int], Floats]) -> Edit:
    """Move the picture by a transform (2, 3) of time in seconds, width and height; the border repeats."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        for shot in shots:
            height, width = shot.rgb.shape[:2]
            matrix = matrix_at(shot.time_s, width, height)
            moved = cv2.warpAffine(
                shot.rgb, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
            )
            yield replace(shot, rgb=np.asarray(moved, np.uint8))

    return edit


def shaken(share: float, seed: int = worse.SEED) -> Edit:
    """A hand-held camera: three slow waves to each side, of this share of the picture's width together."""
    random = np.random.default_rng(seed)
    rate, phase = random.uniform(0.3, 2.5, (3, 2)), random.uniform(0, 6.28, (3, 2))

    def matrix(time_s: float, width: int, _height: int) -> Floats:
        shift = share * width / 3 * np.sin(2 * np.pi * rate * time_s + phase).sum(axis=0)
        return np.asarray(np.column_stack([np.eye(2), shift]), np.float64)

    return warped(matrix)


def panned(share: float, over_s: float = 8.0) -> Edit:
    """A camera that turns slowly by this share of the picture's width."""
    return warped(lambda t, width, _: np.array([[1.0, 0.0, share * width * min(t / over_s, 1.0)], [0.0, 1.0, 0.0]]))


def zoomed(most: float, over_s: float = 8.0) -> Edit:
    """A camera that zooms in to `most` times the size."""

    def matrix(time_s: float, width: int, height: int) -> Floats:
        zoom = 1 + (most - 1) * min(time_s / over_s, 1.0)
        return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), 0.0, zoom), np.float64)

    return warped(matrix)


def rolled(deg: float, over_s: float = 0.0) -> Edit:
    """A camera out of level by so many degrees, from the begin on or more and more."""

    def matrix(time_s: float, width: int, height: int) -> Floats:
        share = min(time_s / over_s, 1.0) if over_s else 1.0
        return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), deg * share, 1.0), np.float64)

    return warped(matrix)


def painted(paint: Callable[[Bytes, float], None]) -> Edit:
    """Something painted over each picture, which `paint` changes in place; it gets the time in seconds, too."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        for shot in shots:
            rgb = shot.rgb.copy()
            paint(rgb, shot.time_s)
            yield replace(shot, rgb=rgb)

    return edit


def caption(top: float, bottom: float, text: str = "120 KG x 5") -> Edit:
    """A box with words from one side to the other; `top` and `bottom` are shares of the height."""

    def paint(rgb: Bytes, _: float) -> None:
        height, width = rgb.shape[:2]
        y0, y1 = round(top * height), round(bottom * height)
        rgb[y0:y1, width // 8 : width * 7 // 8] = 250
        scale = (y1 - y0) / 45
        cv2.putText(rgb, text, (width // 7, y1 - (y1 - y0) // 4), cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), 2)

    return painted(paint)


def sticker(x: float, y: float, radius: float) -> Edit:
    """A round sticker; all numbers are shares of the picture's sides and of its width."""

    def paint(rgb: Bytes, _: float) -> None:
        height, width = rgb.shape[:2]
        cv2.circle(rgb, (round(x * width), round(y * height)), round(radius * width), (250, 200, 30), -1)

    return painted(paint)


def barred(share: float, *, beside: bool) -> Edit:
    """Black bars beside, or above and below, each of this share of the picture's side: the picture gets smaller."""

    def change(rgb: Bytes) -> Bytes:
        height, width = rgb.shape[:2]
        x, y = (round(share * width), 0) if beside else (0, round(share * height))
        return np.asarray(cv2.copyMakeBorder(rgb, y, y, x, x, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)

    return worse.on_each(change)


def dirty(seed: int = worse.SEED) -> Edit:
    """Soft spots of dirt on the lens."""
    random = np.random.default_rng(seed)
    spots = [(random.uniform(0, 1, 2), random.uniform(0.03, 0.10), random.uniform(0.3, 0.7)) for _ in range(12)]

    def change(rgb: Bytes) -> Bytes:
        height, width = rgb.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        veil = np.zeros((height, width), np.float32)
        for (px, py), radius, depth in spots:
            away = np.hypot(x - px * width, y - py * height) / (radius * width)
            veil = np.maximum(veil, depth * np.exp(-(away**2)))
        return np.asarray(rgb * (1 - veil[..., None]) + 110 * veil[..., None], np.uint8)

    return worse.on_each(change)


def inset(other: Path, width_share: float, corner: tuple[float, float], *, mirrored: bool = False) -> Edit:
    """Another clip in a frame, as a picture in the picture or, `mirrored`, as a mirror on the wall."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        second = list(read(other))
        for index, shot in enumerate(shots):
            height, width = shot.rgb.shape[:2]
            whole = second[index % len(second)].rgb
            zoom = width_share * width / whole.shape[1]
            small = np.asarray(cv2.resize(whole, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8)
            small = small[:, ::-1] if mirrored else small
            x, y = round(corner[0] * width), round(corner[1] * height)
            rgb = shot.rgb.copy()
            room = rgb[y : y + small.shape[0], x : x + small.shape[1]]
            room[:] = small[: room.shape[0], : room.shape[1]]
            yield replace(shot, rgb=rgb)

    return edit


def beside(other: Path, begin_s: float, rest_s: float) -> Edit:
    """Another lifter to the right, who stands until `begin_s` and lifts then.

    `rest_s`: for how long the other one stands at the begin of his clip; this is shown again and again.
    """

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        second = list(read(other))
        resting = [shot for shot in second if shot.time_s < rest_s]
        swing = [*resting, *resting[::-1]]
        for index, shot in enumerate(shots):
            ahead = round((shot.time_s - begin_s) * 30)
            rgb = second[min(ahead, len(second) - 1)].rgb if ahead >= 0 else swing[index % len(swing)].rgb
            yield replace(shot, rgb=np.hstack([shot.rgb, rgb[: shot.rgb.shape[0]]]))

    return edit


def then_rests(until_s: float, rest_s: float) -> Edit:
    """The lifter stands on until `until_s` after the clip; the last `rest_s` seconds are shown to and fro."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        last: list[Shot] = []
        for shot in shots:
            last.append(shot)
            last = [each for each in last if each.time_s >= shot.time_s - rest_s]
            yield shot
        swing, end_s = [*last[::-1], *last], last[-1].time_s
        for index in range(1, round((until_s - end_s) * 30)):
            yield Shot(end_s + index / 30, swing[index % len(swing)].rgb)

    return edit


def standing_by(person: Sequence[tuple[Bytes, Bytes]], height_share: float, x: float, picture: int) -> Edit:
    """Somebody who stands in front of the lifter's side all the time, as a spotter does, and sways a little.

    `person`, `height_share`: as in `crossed`.  `x`: place of the middle as a share of the width.  `picture`: which of
    the person's pictures is shown.
    """

    def paint(rgb: Bytes, time_s: float) -> None:
        sway = 0.01 * np.sin(2 * np.pi * 0.4 * time_s)
        _paste(rgb, person[picture], height_share, x + sway)

    return painted(paint)


def _paste(rgb: Bytes, person: tuple[Bytes, Bytes], height_share: float, x: float) -> None:
    """Put a cut-out person into a picture, at the share `x` of its width, feet at its lower border."""
    height, width = rgb.shape[:2]
    picture, mask = person
    zoom = height_share * height / picture.shape[0]
    small = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(mask, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 127
    x0, y0 = round(x * width) - small.shape[1] // 2, height - small.shape[0]
    rows, columns = np.nonzero(inside)
    rows, columns = rows + y0, columns + x0
    fits = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    rgb[rows[fits], columns[fits]] = small[inside][fits]


def crossed(person: Sequence[tuple[Bytes, Bytes]], height_share: float, begin_s: float, over_s: float) -> Edit:
    """Somebody walks through in front of the lifter, from left to right.

    `person`: pictures (h, w, 3) with masks (h, w), cut out.  `height_share`: size of the pictures in those of the clip.
    """

    def paint(rgb: Bytes, time_s: float) -> None:
        share = (time_s - begin_s) / over_s
        if 0.0 <= share <= 1.0:
            _paste(rgb, person[round(share * (len(person) - 1))], height_share, 1.4 * share - 0.2)

    return painted(paint)
