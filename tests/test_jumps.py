"""Some seconds cut out of a movement are found; movement, gaps, frozen pictures, flashes and shakes are no jumps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hingecheck import observation
from hingecheck.records import Bytes, PoseTrack
from hingecheck.video import jumps
from hingecheck.video.reading import Video
from tests import lifter
from tests.conftest import write_video

RATE_HZ = 30.0


def picture(place: float, shift: int = 0) -> Bytes:
    """A room with a plate (32 by 32) that is `place` of its way up."""
    room = np.kron(np.random.default_rng(3).integers(90, 210, (8, 8)), np.ones((20, 20)))
    top = round(120 - 100 * place)
    room[top : top + 32, 60:92] = 20
    return np.asarray(np.roll(room, shift, axis=1), np.uint8)


def found(times_s: Sequence[float], pictures: Sequence[Bytes]) -> list[float]:
    watcher = jumps.Watcher()
    for time_s, each in zip(times_s, pictures, strict=True):
        watcher.watch(time_s, each)
    return watcher.times_s


TIMES = np.arange(60) / RATE_HZ
PULL = [picture(place) for place in np.clip((TIMES - 0.5) / 1.0, 0.0, 1.0)]


@pytest.mark.parametrize(("begin", "end"), [(24, 36), (36, 50)], ids=["pull", "lockout"])
def test_seconds_that_are_cut_out_are_a_jump(begin: int, end: int) -> None:
    left = PULL[:begin] + PULL[end:]
    (jump_s,) = found(TIMES[: len(left)].tolist(), left)
    assert jump_s == pytest.approx(begin / RATE_HZ)


def test_a_pull_missing_pictures_frozen_ones_a_flash_and_a_shake_are_no_jumps() -> None:
    times_s = TIMES.tolist()
    assert found(times_s, PULL) == []
    assert found(times_s[:24] + times_s[33:], PULL[:24] + PULL[33:]) == []
    assert found(times_s, PULL[:24] + [PULL[23]] * 9 + PULL[33:]) == []
    flash = [*PULL[:5], np.full_like(PULL[0], 255), *PULL[6:]]
    assert found(times_s, flash) == []
    shifts = np.random.default_rng(4).integers(-6, 7, len(PULL))
    assert found(times_s, [picture(0.0, int(shift)) for shift in shifts]) == []


def test_a_clip_says_where_it_may_jump(tmp_path: Path) -> None:
    rgb = [np.repeat(each[..., None], 3, axis=2) for each in PULL[:24] + PULL[36:]]
    clip = Video(write_video(tmp_path / "jump.mp4", rgb))
    assert sum(1 for _ in clip.small(160, 0.0)) == len(rgb)
    assert clip.jumps_s == pytest.approx((24 / RATE_HZ,), abs=0.01)
    assert clip.cuts_s == ()


@pytest.mark.parametrize("begin_s", [4.5, 4.9], ids=["pull", "lockout"])
def test_the_lifter_must_jump_too(begin_s: float) -> None:
    """Half a second is cut out of a pull from 4.0 to 5.5 s; without the cut, no place in it is a jump."""
    whole = lifter.track(lifter.Set().posture())
    kept = (whole.time_s < begin_s) | (whole.time_s >= begin_s + 0.5)
    arrays = {name: getattr(whole, name)[kept] for name in ("xy_px", "visibility", "world_m", "filled")}
    cut = PoseTrack(time_s=whole.time_s[: kept.sum()], **arrays)
    jumps_s = [time_s for time_s in cut.time_s[1:-1].tolist() if observation._jumps(cut, time_s)]
    assert jumps_s == pytest.approx([begin_s], abs=0.01)
    assert not any(observation._jumps(whole, time_s) for time_s in whole.time_s.tolist())
