"""Pictures found by seeking are those that decoding in order gives, in every container, and in damaged clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hingecheck.errors import InputError
from hingecheck.records import Bytes
from hingecheck.video import container, seeking
from hingecheck.video.reading import Video

COUNT, RATE_HZ, KEY_EVERY = 96, 30, 12
X264: dict[str, str] = {"preset": "veryfast", "x264-params": "bframes=3:b-pyramid=normal:scenecut=0"}
VPX: dict[str, str] = {"deadline": "realtime", "cpu-used": "8"}
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "plain.mp4": ("libx264", {"preset": "ultrafast"}),
    "b-frames.mp4": ("libx264", X264),
    "open.mp4": ("libx264", {"preset": "veryfast", "x264-params": "bframes=3:open-gop=1:scenecut=0"}),
    "b-frames.mov": ("libx264", X264),
    "b-frames.mkv": ("libx264", X264),
    "b-frames.ts": ("libx264", X264),
    "part2.mp4": ("mpeg4", {"bf": "2"}),
    "mpeg2.ts": ("mpeg2video", {"bf": "2"}),
    "vp8.webm": ("libvpx", VPX),
    "vp9.webm": ("libvpx-vp9", VPX),
}


def moving(index: int) -> Bytes:
    """A picture that tells its index: a texture that moves, and a square of another shade each time."""
    coarse = np.random.default_rng(1).integers(60, 190, (6, 8, 3))
    picture = np.roll(np.asarray(np.kron(coarse, np.ones((16, 16, 1))), np.uint8), 3 * index, axis=1)
    picture[:32, :32] = (11 * index % 256, 47 * index % 256, 150)
    return picture


def write(path: Path, codec: str, options: Mapping[str, str], first_pts: int = 0) -> Path:
    """Write a clip with a key frame every KEY_EVERY frames."""
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream(codec, rate=RATE_HZ)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = 96, 128, "yuv420p"
        stream.codec_context.gop_size, stream.options = KEY_EVERY, dict(options)
        for index in range(COUNT):
            frame = av.VideoFrame.from_ndarray(moving(index), format="rgb24")
            frame.pts, frame.time_base = first_pts + index, Fraction(1, RATE_HZ)
            clip.mux(stream.encode(frame))
        clip.mux(stream.encode())
    return path


def copied(source: Path, target: Path, moved: int = 0, without: frozenset[int] = frozenset()) -> Path:
    """Copy a clip's packets, `moved` frames later, without some of them."""
    with av.open(str(source)) as clip, av.open(str(target), "w") as out:
        stream = clip.streams.video[0]
        track = out.add_stream_from_template(stream)
        assert stream.time_base is not None
        shift = round(moved / RATE_HZ / stream.time_base)
        for index, packet in enumerate(clip.demux(stream)):
            if packet.pts is not None and packet.dts is not None and index not in without:
                packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, track
                out.mux(packet)
    return target


def assert_same_as_in_order(path: Path) -> int:
    """Check pictures at many times against decoding in order.  Returns how many frames came in order."""
    in_order = [(frame.time_s, frame.rgb.tobytes()) for frame in Video(path).frames()]
    random = np.random.default_rng(2)
    last_s = in_order[-1][0]
    wanted_s = [*random.choice([s for s, _ in in_order], 4), *random.uniform(0.0, last_s, 4), last_s, last_s + 1.0]
    for times_s in ([last_s], [0.8 * last_s, 0.8 * last_s], wanted_s):
        assert found(path, times_s) == picked(in_order, times_s)
    return decoded_in_order(path, [0.8 * last_s])


def found(path: Path, times_s: Sequence[float]) -> list[bytes]:
    """The pictures at the given times."""
    return [rgb.tobytes() for rgb in Video(path).frames_at([float(s) for s in times_s])]


def picked(in_order: Sequence[tuple[float, bytes]], times_s: Sequence[float]) -> list[bytes]:
    """The pictures at the given times, out of all pictures."""
    last_s = in_order[-1][0]
    return [next(rgb for s, rgb in in_order if s >= wanted - 1e-6) for wanted in times_s if wanted <= last_s]


def decoded_in_order(path: Path, times_s: list[float]) -> int:
    """How many frames are decoded in order to find those at the given times."""
    count = 0

    def decode(clip: InputContainer) -> Iterator[VideoFrame]:
        nonlocal count
        for frame in clip.decode(video=0):
            count += 1
            yield frame

    assert len(list(seeking.frames_at(lambda: container.open_clip(path), decode, times_s, 0))) == len(times_s)
    return count


@pytest.mark.parametrize("name", KINDS)
def test_pictures_are_found_by_seeking(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, *KINDS[name], first_pts=0 if "plain" in name else 77)
    assert assert_same_as_in_order(path) == 1  # the first frame, from which times count


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_an_avi_is_decoded_in_order(codec: str, tmp_path: Path) -> None:
    path = write(tmp_path / "clip.avi", codec, {"bf": "2"} if codec == "mpeg4" else X264)
    assert assert_same_as_in_order(path) > COUNT // 2


def test_a_clip_that_refreshes_its_picture_bit_by_bit_is_decoded_in_order(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "x264-params": f"intra-refresh=1:keyint={KEY_EVERY}"}
    assert assert_same_as_in_order(write(tmp_path / "clip.mp4", "libx264", options)) > COUNT // 2


@pytest.mark.parametrize(("name", "moved"), [("cut.mp4", -20), ("cut.mov", -7), ("late.mp4", 50), ("late.mkv", 50)])
def test_pictures_of_clips_with_an_edit_list_or_an_offset_are_found(name: str, moved: int, tmp_path: Path) -> None:
    """Packets with a time before 0 make an edit list: players decode their frames and do not show them."""
    whole = write(tmp_path / "whole.mp4", *KINDS["b-frames.mp4"])
    assert assert_same_as_in_order(copied(whole, tmp_path / name, moved)) == 1


@pytest.mark.parametrize("name", ["holes.mp4", "holes.mkv"])
def test_pictures_of_clips_with_missing_packets_are_those_in_order(name: str, tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mp4", *KINDS["b-frames.mp4"])
    assert_same_as_in_order(copied(whole, tmp_path / name, without=frozenset({14, 15, 24, 50, 51, 52, 60})))


@pytest.mark.parametrize("name", ["b-frames.mkv", "b-frames.ts", "mpeg2.ts"])
def test_pictures_of_a_damaged_clip_are_right_before_and_after_the_damage(name: str, tmp_path: Path) -> None:
    """The damaged frames are left out: what a decoder makes of them depends on what is in its memory."""
    data, random = write(tmp_path / f"whole-{name}", *KINDS[name]).read_bytes(), np.random.default_rng(5)
    for turn in range(6):
        changed = bytearray(data)
        for place in random.integers(int(0.45 * len(data)), int(0.55 * len(data)), 1 + 3 * turn):
            changed[place] ^= 0xFF
        (tmp_path / name).write_bytes(bytes(changed))
        in_order = [(frame.time_s, frame.rgb.tobytes()) for frame in Video(tmp_path / name).frames()]
        times_s = [s for s, _ in in_order if s < 0.8 or s > 2.4][::5]
        assert found(tmp_path / name, times_s) == picked(in_order, times_s)


@pytest.mark.parametrize("name", ["plain.mp4", "b-frames.mkv", "mpeg2.ts"])
def test_a_cut_clip_gives_the_pictures_that_are_left(name: str, tmp_path: Path) -> None:
    data = write(tmp_path / f"whole-{name}", *KINDS[name]).read_bytes()
    (tmp_path / name).write_bytes(data[: int(0.6 * len(data))])
    if name.endswith("mp4"):  # its index lies at the end
        with pytest.raises(InputError):
            Video(tmp_path / name)
    else:
        assert_same_as_in_order(tmp_path / name)


def test_a_damaged_picture_is_found_in_order(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "clip.mkv", *KINDS["b-frames.mkv"]).read_bytes())
    assert decoded_in_order(tmp_path / "clip.mkv", [2.6]) == 1
    for place in range(int(0.7 * len(data)), len(data) - 2000, 150):
        data[place] ^= 0x55
    (tmp_path / "clip.mkv").write_bytes(bytes(data))
    assert decoded_in_order(tmp_path / "clip.mkv", [2.6]) > COUNT // 2
