"""hingecheck opens clips by handle. A name is never an address, and a clip never opens other files."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.error import FFmpegError
from av.video.stream import VideoStream

from hingecheck.errors import InputError, VideoNotFound
from hingecheck.video import recording_day, writing
from hingecheck.video.container import check, open_clip
from hingecheck.video.reading import Video
from tests.conftest import noise_pictures, write_video


class Listener:
    """Accepts connections on this machine and counts them."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.at = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()

    def connections(self) -> int:
        """Return how many connections came since the last call."""
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def listener() -> Iterator[Listener]:
    with contextlib.closing(Listener()) as listener:
        yield listener


@pytest.fixture
def current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, so that a name alone is a path."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small_clip(path: Path, width: int = 60, frames: int = 5) -> Path:
    return write_video(path, noise_pictures(frames, height=40, width=width))


def clip_in_current_folder(name: str) -> Path:
    """Write a small clip to the current folder. FFmpeg would not read every `name` as a file name."""
    return small_clip(Path("written.mp4")).rename(name)


@pytest.mark.parametrize(
    "name", ["set:1.mp4", "2026-03-01T12:30:45.mp4", "file:other.mp4", "concatf:list.mp4", "%03d.png", "a.m3u8"]
)
def test_a_clip_name_is_read_as_a_file_name_only(name: str, current_folder: Path) -> None:
    small_clip(current_folder / "other.mp4", width=120)
    (current_folder / "list.mp4").write_text("file other.mp4\n")
    clip = Video(clip_in_current_folder(name))
    assert (clip.width, sum(1 for _ in clip.frames()), clip.info().file) == (60, 5, name)
    assert recording_day.day(Path(name)) is None


@pytest.mark.usefixtures("current_folder")
@pytest.mark.parametrize("protocol", ["http", "tcp", "rtmp", "ftp", "tls", "cache:http"])
def test_a_clip_name_like_an_address_opens_no_connection(protocol: str, listener: Listener) -> None:
    name = f"{protocol}:{listener.at}.mp4"
    with pytest.raises(FFmpegError):
        av.open(name, timeout=0.3)
    assert listener.connections() == 1  # FFmpeg reads such a name as an address
    clip = Video(clip_in_current_folder(name))
    assert sum(1 for _ in clip.frames()) == 5
    assert recording_day.day(clip.path) is None
    assert listener.connections() == 0


def test_a_film_name_like_an_address_is_written_as_a_file(current_folder: Path, listener: Listener) -> None:
    clip = Video(small_clip(current_folder / "clip.mp4"))
    writing.write(Path(f"tcp:{listener.at}.mp4"), clip, clip.frames(), 30.0)
    assert sum(1 for _ in Video(Path(f"tcp:{listener.at}.mp4")).frames()) == 5
    assert listener.connections() == 0


PLAYLISTS = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{target}'\n",
    "mpd": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">'
    '<Representation id="1" bandwidth="9"><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{target}\n"
    "m=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "asx": '<asx version="3.0"><entry><ref href="{target}"/></entry></asx>',
}


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.mpd"])
@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_is_refused(kind: str, name: str, current_folder: Path, listener: Listener) -> None:
    small_clip(current_folder / "other.mp4")
    for target in ("other.mp4", f"http://{listener.at}/other.mp4", f"rtsp://{listener.at}/"):
        Path(name).write_text(PLAYLISTS[kind].format(target=target))
        with pytest.raises(InputError, match=f"{name}: is a list of other files, not a video") as caught:
            Video(Path(name))
        assert caught.value.exit_code == 3
    assert listener.connections() == 0


def test_pictures_in_another_file_are_not_read(tmp_path: Path) -> None:
    whole = small_clip(tmp_path / "whole.mp4")
    hollow = tmp_path / "hollow.mp4"
    hollow.write_bytes(with_external_pictures(whole.read_bytes(), str(whole)))
    with av.open(str(hollow), options={"enable_drefs": "1", "use_absolute_path": "1"}) as container:
        assert len(list(container.decode(video=0))) == 5  # FFmpeg reads them if its options allow it
    with pytest.raises(InputError):
        Video(hollow)


def with_external_pictures(data: bytes, target: str) -> bytes:
    """Return an MP4 without pictures. A QuickTime alias (`alis`) refers to the pictures in the file `target`."""
    pictures, index = data.index(b"mdat") + 4, data.index(b"moov") - 4
    out = bytearray(data[:pictures] + bytes(index - pictures) + data[index:])
    name = target.encode()
    alias = struct.pack(">I4sI10x", 0, b"alis", 0) + bytes(28) + bytes(12) + bytes(64) + bytes(16)
    alias += struct.pack(">hh16x", 1, 1) + struct.pack(">hh", 2, len(name)) + name + bytes(len(name) % 2)
    alias += struct.pack(">hh", -1, 0)
    alias = struct.pack(">I", len(alias)) + alias[4:]
    start = out.index(b"dref", index) + 12
    old = struct.unpack_from(">I", out, start)[0]
    out[start : start + old] = alias
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = out.index(box, index) - 4
        struct.pack_into(">I", out, at, struct.unpack_from(">I", out, at)[0] + len(alias) - old)
    return bytes(out)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_a_tag_that_is_not_utf_8_does_not_matter(suffix: str, tmp_path: Path) -> None:
    clip = Video(with_latin_tags(tmp_path / f"clip.{suffix}"))
    writing.write(tmp_path / "film.mp4", clip, clip.frames(), 30.0)
    assert clip.info().frames_read == 5
    assert recording_day.day(clip.path) == recording_day.RecordingDay(2009, 5, 17, utc=False)


def with_latin_tags(path: Path) -> Path:
    """Write a clip with sound. The titles of clip and sound hold a Latin-1 byte, as old cameras wrote them."""
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": "caf#", "date": "2009-05-17"})
        picture = container.add_stream("mpeg4", rate=25)
        sound = container.add_stream("aac", rate=44_100, layout="mono")
        assert isinstance(picture, VideoStream)
        picture.height, picture.width, picture.pix_fmt = 40, 60, "yuv420p"
        sound.metadata.update({"title": "caf#", "handler_name": "caf#"})
        for rgb in noise_pictures(5, height=40, width=60):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(picture.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8820), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 44_100
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    data = path.read_bytes()
    assert data.count(b"caf#") >= 2
    path.write_bytes(data.replace(b"caf#", b"caf\xe9"))
    return path


def test_a_path_that_cannot_be_opened_is_reported_with_its_cause(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "photo.mp4").write_bytes(cv2.imencode(".png", np.zeros((40, 60, 3), np.uint8))[1].tobytes())
    with pytest.raises(InputError, match="cannot be read as a video \\(not in a format of videos\\)"):
        Video(tmp_path / "photo.mp4")
    for path, kind, words in (
        (tmp_path / "pipe.mp4", InputError, "is a pipe or a device"),
        (tmp_path / "empty.mp4", InputError, "is empty"),
        (tmp_path, InputError, "is a folder"),
        (tmp_path / "nothing.mp4", VideoNotFound, "no such file"),
        (tmp_path / "empty.mp4" / "clip.mp4", VideoNotFound, "no such file"),
        (tmp_path / ("x" * 300 + ".mp4"), InputError, "cannot be opened"),
        (tmp_path / "nul\0.mp4", InputError, "cannot be opened"),
    ):
        for opener in (check, Video, recording_day.day):
            with pytest.raises(kind, match=words) as caught:
                opener(path)
            assert caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_without_read_permission_is_refused(tmp_path: Path) -> None:
    small_clip(tmp_path / "clip.mp4").chmod(0)
    with pytest.raises(InputError, match="cannot be opened \\(Permission denied\\)"):
        Video(tmp_path / "clip.mp4")


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc, which only Linux has")
def test_a_clip_is_closed_after_use(tmp_path: Path) -> None:
    path = small_clip(tmp_path / "clip.mp4")
    before = open_files()
    with open_clip(path) as clip:
        assert open_files() == before + 1
        assert str(path) not in clip.name
    next(Video(path).frames())
    assert open_files() == before


def open_files() -> int:
    """Return how many files this process has open."""
    return len(os.listdir("/proc/self/fd"))
