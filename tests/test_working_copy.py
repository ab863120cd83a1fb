"""The working copy: the same pictures again, from any place, for several readers, without a file that stays."""

from __future__ import annotations

import errno
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hingecheck.errors import InputError
from hingecheck.records import Thumbnails
from hingecheck.video import planes, working_copy
from hingecheck.video.planes import Small
from hingecheck.video.working_copy import WorkingCopy

TIMES_S = np.cumsum([0.0, *([0.033, 0.034, 0.05] * 20)])


def frames() -> list[Small]:
    """Pictures at uneven times whose grey level says which one it is."""
    grey = (40 + 2 * i for i in range(len(TIMES_S)))
    return [
        planes.of_rgb(np.full((120, 160, 3), g, np.uint8), float(s), 0.5) for s, g in zip(TIMES_S, grey, strict=True)
    ]


def copied(given: list[Small]) -> WorkingCopy:
    copy = WorkingCopy()
    assert [frame.time_s for frame in copy.kept(iter(given))] == [frame.time_s for frame in given]
    return copy


def test_every_picture_comes_back_with_its_time_and_scale() -> None:
    given = frames()
    with copied(given) as copy:
        back = list(copy.frames())
        assert [frame.time_s for frame in back] == copy.times_s == [frame.time_s for frame in given]
        assert {frame.scale for frame in back} == {0.5}
        for before, after in zip(given, back, strict=True):
            assert np.abs(after.rgb.astype(int) - before.frame().rgb).max() <= 3


def test_a_part_holds_the_same_pictures_as_the_whole() -> None:
    with copied(frames()) as copy:
        whole = list(copy.frames())
        for wanted in ([0, 1, 2], [14, 15, 16], [3, 40, 59], [60]):
            part = list(copy.frames(wanted))
            assert [frame.time_s for frame in part] == [whole[i].time_s for i in wanted]
            for alone, i in zip(part, wanted, strict=True):
                assert np.array_equal(alone.rgb, whole[i].rgb)
        assert list(copy.frames([])) == []


def test_pictures_come_against_the_order_of_time() -> None:
    with copied(frames()) as copy:
        whole = list(copy.frames())
        for wanted in ([2, 1, 0], [*range(50, 4, -1)], [60, 40, 3]):
            part = list(copy.frames(wanted))
            assert [frame.time_s for frame in part] == [whole[i].time_s for i in wanted]
            assert all(np.array_equal(one.rgb, whole[i].rgb) for one, i in zip(part, wanted, strict=True))


def test_the_nearest_pictures_come_in_the_order_of_the_times() -> None:
    with copied(frames()) as copy:
        whole = list(copy.frames())
        wanted_s = [TIMES_S[40] + 0.01, TIMES_S[3] - 0.01, TIMES_S[40], 99.0]
        found = copy.frames_at(wanted_s)
        assert [frame.time_s for frame in found] == [whole[i].time_s for i in (40, 3, 40, -1)]
        assert np.array_equal(found[1].rgb, whole[3].rgb)


def test_several_readers_do_not_disturb_each_other() -> None:
    with copied(frames()) as copy:
        whole = [frame.rgb.mean() for frame in copy.frames()]

        def read(_: int) -> list[float]:
            return [frame.rgb.mean() for frame in copy.frames()]

        with ThreadPoolExecutor(4) as threads:
            assert all(means == whole for means in threads.map(read, range(8)))


def test_a_copy_is_empty_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    copy = WorkingCopy()
    assert copy.empty
    assert list(copy.frames()) == []
    with copy:
        for _ in copy.kept(frames()):
            assert list(tmp_path.iterdir()) == []  # the file has no name, so nothing can stay behind
        assert not copy.empty
    assert copy.empty


def test_a_full_disk_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(working_copy, "_encodable", full)
    with WorkingCopy() as copy, pytest.raises(InputError, match="no room for a working copy"):
        list(copy.kept(frames()))


@pytest.mark.parametrize(
    ("size", "height"), [((1080, 1920), 960), ((1920, 1080), 540), ((608, 1080), 1080), ((3840, 2160), 540)]
)
def test_large_clips_are_copied_small(size: tuple[int, int], height: int) -> None:
    assert working_copy.height_px(*size) == height


def test_thumbnails_that_wait_in_a_file_come_back_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    grey = np.random.default_rng(2).integers(0, 256, (3, 8, 6), np.uint8)
    with WorkingCopy() as copy:
        copy.put_aside(Thumbnails(np.array([0.0, 0.1, 0.2]), grey, 0.5, (3.0, 4.0)))
        assert list(tmp_path.iterdir()) == []
        back = copy.taken_back()
    assert np.array_equal(back.grey, grey)
    assert (back.time_s.tolist(), back.scale, back.origin_px) == ([0.0, 0.1, 0.2], 0.5, (3.0, 4.0))


def test_a_disk_without_room_for_thumbnails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with WorkingCopy() as copy, pytest.raises(InputError, match="no room for a working copy"):
        copy.put_aside(Thumbnails(np.array([0.0]), np.zeros((1, 2, 2), np.uint8), 1.0, (0.0, 0.0)))
