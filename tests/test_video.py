"""Reading video: frame times, rotation, damage and row padding."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from hingecheck.errors import InputError, VideoNotFound
from hingecheck.records import Bytes, Frame
from hingecheck.video import overlap, reading
from tests.conftest import noise_pictures, write_video


def quarters(height: int, width: int) -> Bytes:
    """A picture that shows its orientation: red top left, green top right, blue below."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2, 0] = 230
    picture[: height // 2, width // 2 :, 1] = 230
    picture[height // 2 :, :, 2] = 230
    return picture


def corners(rgb: Bytes) -> str:
    """The strongest colour in each corner: top left, top right, bottom left, bottom right."""
    h, w = rgb.shape[:2]
    spots = [rgb[h // 8, w // 8], rgb[h // 8, -w // 8], rgb[-h // 8, w // 8], rgb[-h // 8, -w // 8]]
    return "".join("rgb"[int(np.argmax(spot))] for spot in spots)


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    pts = [0, 33, 50, 133, 150, 400]
    clip = reading.Video(write_video(tmp_path / "vfr.mp4", noise_pictures(6), pts=pts))
    assert [frame.time_s for frame in clip.frames()] == pytest.approx([p / 1000 for p in pts], abs=0.002)
    info = clip.info()
    assert (info.frames_read, info.frames_failed, info.width, info.height) == (6, 0, 180, 240)


@pytest.mark.parametrize("width", [180, 90, 202])
def test_a_frame_with_padded_rows_is_read_correctly(tmp_path: Path, width: int) -> None:
    path = write_video(tmp_path / "odd.mp4", [quarters(160, width)] * 3)
    frame = next(iter(reading.Video(path).frames()))
    assert frame.rgb.flags["C_CONTIGUOUS"]
    assert corners(frame.rgb) == "rgbb"


def test_a_large_frame_is_scaled_and_gives_its_scale(tmp_path: Path) -> None:
    clip = reading.Video(write_video(tmp_path / "big.mp4", [quarters(720, 960)] * 2))
    frame = next(iter(clip.frames()))
    assert frame.rgb.shape == (reading.HEIGHT_PX, round(960 * frame.scale), 3)
    assert frame.scale == pytest.approx(reading.HEIGHT_PX / 720)
    assert clip.frames_at([0.0])[0].shape == (720, 960, 3)


@pytest.mark.parametrize(("rotation_deg", "seen"), [(0, "rgbb"), (90, "gbrb"), (180, "bbgr"), (270, "brbg")])
def test_the_display_rotation_is_applied(tmp_path: Path, rotation_deg: int, seen: str) -> None:
    plain = write_video(tmp_path / "plain.mp4", [quarters(160, 240)] * 3)
    turned = rotate_in_file(plain, tmp_path / "turned.mp4", rotation_deg)
    clip = reading.Video(turned)
    assert corners(next(iter(clip.frames())).rgb) == seen
    assert clip.info().rotation_deg == rotation_deg
    assert (clip.width, clip.height) == ((160, 240) if rotation_deg % 180 else (240, 160))


def rotate_in_file(source: Path, target: Path, rotation_deg: int) -> Path:
    """Copy an MP4, setting its track header's matrix to a counter-clockwise rotation (ISO 14496-12, 8.3.2)."""
    data = bytearray(source.read_bytes())
    at = data.index(b"tkhd") + 4
    matrix = at + 4 + (32 if data[at] == 1 else 20) + 16
    cos, sin = {0: (1, 0), 90: (0, -1), 180: (-1, 0), 270: (0, 1)}[rotation_deg]
    for place, value in ((0, cos), (4, sin), (12, -sin), (16, cos)):
        data[matrix + place : matrix + place + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    target.write_bytes(bytes(data))
    return target


def test_pictures_come_in_the_order_of_the_requested_times(tmp_path: Path) -> None:
    shades = [np.full((64, 64, 3), 20 + 20 * i, np.uint8) for i in range(10)]
    clip = reading.Video(write_video(tmp_path / "shades.mp4", shades, rate_hz=10))
    brightness = [int(p.mean()) for p in clip.frames_at([0.5, 0.0, 0.9])]
    assert brightness == pytest.approx([120, 20, 200], abs=4)


def test_frames_apart_leave_out_the_ones_between_but_not_the_last(tmp_path: Path) -> None:
    times_ms = [round(1000 * i / 60) for i in range(12)]
    clip = reading.Video(write_video(tmp_path / "clip.mp4", noise_pictures(12), rate_hz=60, pts=times_ms))
    thinned = [frame.time_s for frame in clip.frames(apart_s=0.03)]
    assert thinned == pytest.approx([*np.arange(0, 11, 2) / 60, 11 / 60], abs=1e-3)
    assert clip.times_s == pytest.approx(np.arange(12) / 60, abs=1e-3)
    assert clip.info().frames_read == 12


def test_a_truncated_clip_gives_its_frames_and_counts_the_lost_ones(tmp_path: Path, sample_clip: Path) -> None:
    data = sample_clip.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    clip = reading.Video(tmp_path / "cut.mp4")
    read = sum(1 for _ in clip.frames())
    assert 20 < read < 400
    assert clip.info().frames_read == read
    assert clip.info().frames_failed == 424 - read


def test_damaged_frames_are_counted_and_left_out(tmp_path: Path, sample_clip: Path) -> None:
    data = bytearray(sample_clip.read_bytes())
    for place in np.random.default_rng(1).integers(60_000, len(data), 60):
        data[place] ^= 0xFF
    (tmp_path / "damaged.mp4").write_bytes(bytes(data))
    clip = reading.Video(tmp_path / "damaged.mp4")
    read = sum(1 for _ in clip.frames())
    assert clip.info().frames_failed > 10
    assert clip.info().frames_failed + read >= 424


def test_files_that_are_no_video_are_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is not a video\n" * 50)
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    sound = silence(tmp_path / "sound.mp4")
    for path in (tmp_path / "text.mp4", tmp_path / "empty.mp4", tmp_path / "folder", sound):
        with pytest.raises(InputError) as caught:
            reading.Video(path)
        assert str(path) in caught.value.message
        assert caught.value.remedy
    with pytest.raises(FileNotFoundError):
        reading.Video(tmp_path / "nothing.mp4")
    assert issubclass(VideoNotFound, InputError)


def silence(path: Path) -> Path:
    """An MP4 with sound only."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_decoding_ahead_keeps_the_order_and_passes_errors_on() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)

    def breaks() -> Iterator[Frame]:
        yield from (Frame(float(i), picture, 1.0) for i in range(20))
        raise InputError("broke off", "again")

    seen: list[float] = []
    with pytest.raises(InputError, match="broke off"):
        seen.extend(frame.time_s for frame in overlap.ahead(breaks()))
    assert seen == list(range(20))
    assert [f.time_s for f in overlap.ahead(Frame(float(i), picture, 1.0) for i in range(20))] == list(range(20))


def test_decoding_ahead_stops_when_the_reader_stops() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    before = threading.active_count()
    frames = overlap.ahead(Frame(float(i), picture, 1.0) for i in range(10_000))
    next(frames)
    frames.close()
    assert threading.active_count() == before


def test_a_clip_that_vanishes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    clip = reading.Video(write_video(tmp_path / "clip.mp4", noise_pictures(10)))
    pictures = clip.small(120, 0.0)
    next(pictures)
    clip.path.unlink()
    assert len(list(pictures)) == 9
    with pytest.raises(InputError, match="cannot be read any more"):
        clip.info()
