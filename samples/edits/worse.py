"""Poor pictures: few, late, frozen, small, soft, dark, grainy, smeared or strongly compressed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from hingecheck.records import Bytes
from samples.edits.film import Edit, Shot

SEED = 7  # of all random changes


def on_each(change: Callable[[Bytes], Bytes]) -> Edit:
    """The same change of every picture."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        return (replace(shot, rgb=change(shot.rgb)) for shot in shots)

    return edit


def in_turn(*edits: Edit) -> Edit:
    """Several changes, one after the other."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        for each in edits:
            shots = each(shots)
        return iter(shots)

    return edit


def thinned(rate_hz: float) -> Edit:
    """At most `rate_hz` pictures a second."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        next_s = 0.0
        for shot in shots:
            if shot.time_s >= next_s - 1e-3:
                yield shot
                next_s = max(next_s + 1 / rate_hz, shot.time_s)

    return edit


def interrupted(share: float, hold_s: float, *, frozen: bool, seed: int = SEED) -> Edit:
    """Runs of `hold_s` seconds without a new picture, over a `share` of the clip.

    `frozen`: the last picture is shown again and again; else there is no picture.
    """

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        random, held, until_s = np.random.default_rng(seed), None, -1.0
        next_s = 0.0
        for shot in shots:
            if shot.time_s >= next_s:
                until_s = shot.time_s + hold_s
                next_s = until_s + float(random.exponential(hold_s * (1 - share) / share))
                held = shot
            if shot.time_s >= until_s or held is None or shot is held:
                yield shot
            elif frozen:
                yield replace(shot, rgb=held.rgb)

    return edit


def left_out(begin_s: float, end_s: float) -> Edit:
    """Some seconds are cut out, and the rest follows at once, as after trimming in a phone."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        last_s = step_s = out_s = 0.0
        for shot in shots:
            if shot.time_s < begin_s:
                last_s, step_s = shot.time_s, shot.time_s - last_s
                yield shot
            elif shot.time_s >= end_s:
                out_s = out_s or shot.time_s - last_s - step_s
                yield replace(shot, time_s=shot.time_s - out_s)

    return edit


def shrunk(lines: int) -> Edit:
    """The shorter side of each picture has this many pixels."""

    def change(rgb: Bytes) -> Bytes:
        shrink = lines / min(rgb.shape[:2])
        width, height = (round(side * shrink / 2) * 2 for side in rgb.shape[1::-1])
        return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    return on_each(change)


def enlarged_again(lines: int) -> Edit:
    """Shrunk, then as large as before: an export from a messenger, or digital zoom."""

    def change(rgb: Bytes) -> Bytes:
        shrink = lines / min(rgb.shape[:2])
        small = cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)

    return on_each(change)


def softened(sigma_share: float) -> Edit:
    """A Gaussian blur; its SD is given as a share of the picture's height."""
    return on_each(lambda rgb: np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma_share * rgb.shape[0]), np.uint8))


def smeared(pictures: int) -> Edit:
    """A shutter that is open for several pictures: each is the mean of the last few."""

    def edit(shots: Iterable[Shot]) -> Iterator[Shot]:
        recent: deque[Bytes] = deque(maxlen=pictures)
        for shot in shots:
            recent.append(shot.rgb)
            yield replace(shot, rgb=np.mean(recent, axis=0).astype(np.uint8))

    return edit


def dimmed(stops: float, grain: float, seed: int = SEED) -> Edit:
    """Less light by so many stops, and grain with this SD in grey levels of 255."""
    random = np.random.default_rng(seed)
    noise = random.normal(0.0, max(grain, 1e-9), (64, 960, 3)).astype(np.float32)

    def change(rgb: Bytes) -> Bytes:
        linear = (rgb.astype(np.float32) / 255) ** 2.2 * 2.0**-stops
        picture = 255 * linear ** (1 / 2.2)
        if grain:
            height, width = rgb.shape[:2]
            rolled = np.roll(noise, tuple(int(n) for n in random.integers(0, 960, 2)), axis=(0, 1))
            picture += np.tile(rolled, (height // 64 + 1, width // 960 + 1, 1))[:height, :width]
        return np.asarray(np.clip(picture, 0, 255), np.uint8)

    return on_each(change)


def backlit(stops: float = 2.0, glare: float = 90.0) -> Edit:
    """A bright window behind: the lower part dark, a veil of light over everything."""

    def change(rgb: Bytes) -> Bytes:
        picture = 255 * ((rgb.astype(np.float32) / 255) ** 2.2 * 2.0**-stops) ** (1 / 2.2)
        height, width = rgb.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        window = np.exp(-(((x / width - 0.5) / 0.35) ** 2) - ((y / height - 0.25) / 0.3) ** 2)
        return np.asarray(np.clip(picture + glare * window[..., None], 0, 255), np.uint8)

    return on_each(change)
