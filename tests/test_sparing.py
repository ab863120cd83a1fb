"""Pictures that nobody looks at are left out by the decoder; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.container import InputContainer
from av.video.frame import VideoFrame

from hingecheck.records import Repairs
from hingecheck.video import decoding, sparing
from hingecheck.video.reading import Video
from tests.test_damage import moving_pictures, with_changed_bytes

RATE_HZ, APART_S = 120, 0.03


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The times of the pictures that the decoder gives, in the clip's units."""
    given: list[int] = []
    real = decoding.pictures

    def watched(clip: InputContainer, index: int, losses: decoding.Losses, *spared: Any) -> Iterator[VideoFrame]:
        for picture in real(clip, index, losses, *spared):
            given.append(picture.pts or 0)
            yield picture

    monkeypatch.setattr(decoding, "pictures", watched)
    return given


def write_fast_clip(path: Path, codec: str = "libx264", options: dict[str, str] | None = None) -> Path:
    """Write 90 moving pictures at RATE_HZ, three of four of which describe changes of pictures before and after."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE_HZ, options=options or {"bf": "3"})
        stream.height, stream.width, stream.pix_fmt = 240, 180, "yuv420p"
        for index, picture in enumerate(moving_pictures(90, 240, 180)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def read(clip: Video, apart_s: float) -> dict[float, bytes]:
    """The small pictures of a clip by their time in seconds."""
    return {picture.time_s: picture.yuv.tobytes() for picture in clip.small(120, apart_s)}


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("slow_motion", [1.0, 2.0])
def test_fewer_pictures_are_decoded_and_the_rest_is_the_same(
    codec: str, slow_motion: float, decoded: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    options = None if codec == "libx264" else {"x265-params": "log-level=none:bframes=3"}
    path = write_fast_clip(tmp_path / "fast.mp4", codec, options)
    clip, plain = (Video(path, Repairs(slow_motion=slow_motion)) for _ in range(2))
    pictures, count = read(clip, APART_S), len(decoded)
    monkeypatch.setattr(sparing, "CODECS", ())
    assert pictures == read(plain, APART_S)
    looked_at = [*range(0, 90, round(4 * slow_motion)), 89]
    assert len(looked_at) == len(pictures) <= count < 0.8 * (len(decoded) - count)
    assert clip.times_s.tolist() == plain.times_s.tolist()
    assert clip.info() == plain.info()


def test_pictures_that_others_need_are_decoded(decoded: list[int], tmp_path: Path) -> None:
    path = write_fast_clip(tmp_path / "fast.mp4", options={"bf": "0"})
    assert len(read(Video(path), APART_S)) == 24
    assert len({*decoded}) == 90


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_clip_is_read_to_its_end_in_order(seed: int, tmp_path: Path) -> None:
    whole = write_fast_clip(tmp_path / "whole.mp4")
    damaged = tmp_path / "damaged.mp4"
    before, tables, after = whole.read_bytes().rpartition(b"moov")  # the times stay whole
    damaged.write_bytes(with_changed_bytes(before, seed, 8) + tables + after)
    sound, clip = read(Video(whole), 0.0), Video(damaged)
    pictures = read(clip, APART_S)
    assert set(pictures) <= set(clip.times_s.tolist()) <= set(sound)
    assert np.diff(clip.times_s).min() > 0
    assert np.diff(list(pictures))[:-1].min() >= APART_S - 1e-6
    assert max(pictures) > 0.5


def test_the_pictures_looked_at_follow_one_rule() -> None:
    ticks = np.array([5, 6, 6, 9, 20, 21, 22, 40])
    assert sparing.wanted(ticks, 0.01, 0.04).tolist() == [5, 9, 20, 40]
    assert sparing.wanted(ticks, 0.01, 0.3).tolist() == [5, 40]
    assert sparing.wanted(ticks[:1], 0.01, 0.04).tolist() == [5]
