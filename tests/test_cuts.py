"""Cuts in a clip are found and told; flashes, shakes and moving lifters are none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from hingecheck.records import Bytes, Code
from hingecheck.video import cuts
from hingecheck.video.reading import Video
from tests.conftest import write_video
from tests.formats import scene


def room(seed: int, shift: int = 0) -> Bytes:
    """A grey picture of a room."""
    coarse = np.random.default_rng(seed).integers(40, 210, (8, 6))
    return np.asarray(np.roll(np.kron(coarse, np.ones((20, 20))), shift, axis=1), np.uint8)


def found(pictures: Iterable[Bytes]) -> list[float]:
    watcher = cuts.Watcher()
    for index, picture in enumerate(pictures):
        watcher.watch(index / 30, picture)
    return watcher.times_s


def test_a_cut_to_another_room_is_found() -> None:
    assert found([room(1)] * 30 + [room(2)] * 30 + [room(3)] * 30) == pytest.approx([1.0, 2.0])


def test_a_cut_between_black_borders_is_found() -> None:
    first, second = (np.pad(room(seed), ((0, 0), (150, 150)), constant_values=16) for seed in (1, 5))
    assert found([first] * 30 + [second] * 30) == pytest.approx([1.0])


def test_a_cut_shortly_before_the_end_is_found_and_a_flash_there_is_none() -> None:
    assert found([room(1)] * 30 + [room(2)] * 2) == pytest.approx([1.0])
    assert found([room(1)] * 30 + [room(2), room(1)]) == []


def test_a_flash_and_a_shake_are_no_cuts() -> None:
    bright = np.full_like(room(1), 255)
    assert found([room(1)] * 30 + [bright, room(2)] + [room(1)] * 30) == []
    shifts = np.random.default_rng(4).integers(-6, 7, 60)
    assert found([room(1, int(shift)) for shift in shifts]) == []
    assert found([scene.picture(index / 30)[..., 0] for index in range(40)]) == []
    assert found([np.full_like(room(1), level) for level in (0, 3, 0, 200, 0, 100)] * 10) == []


def test_large_plates_that_jump_in_an_even_room_are_no_cut() -> None:
    even = np.full((160, 120), 90, np.uint8)
    low, high = even.copy(), even.copy()
    low[95:140, 40:90] = 20
    high[50:95, 30:80] = 20
    assert found([low] * 30 + [high] * 30) == []


def test_a_cut_is_a_note_on_the_clip(tmp_path: Path) -> None:
    rgb = [np.repeat(room(seed)[..., None], 3, axis=2) for seed in [1] * 20 + [2] * 20]
    clip = Video(write_video(tmp_path / "cut.mp4", rgb))
    assert sum(1 for _ in clip.small(160, 0.0)) == 40
    note = clip.info().notes[0]
    assert note.code is Code.CUTS
    assert note.values == pytest.approx((1.0, 20 / 30), abs=0.01)
