"""The film writer: common codecs, the times and sound of the clip, reproducible bytes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hingecheck.records import Bytes, Frame
from hingecheck.video import writing
from hingecheck.video.reading import Video
from tests.conftest import noise_pictures, write_video


def frames(clip: Path) -> tuple[Video, Iterator[Frame]]:
    video = Video(clip)
    return video, video.frames(height_px=video.height)


def copy(clip: Path, target: Path) -> Path:
    video, pictures = frames(clip)
    writing.write(target, video, pictures, 30.0)
    return target


def with_sound(path: Path, codec: str, *, rate_hz: int = 44_100, seconds: float = 2.0) -> Path:
    """Write a clip of noise pictures at 25 Hz with a tone of 440 Hz."""
    format_ = {"pcm_s16le": "mov", "aac": "mp4", "mp3": "mp4"}[codec]
    with av.open(str(path), "w", format=format_) as container:
        picture = container.add_stream("libx264", rate=25)
        sound = container.add_stream(codec, rate=rate_hz, layout="stereo")
        assert isinstance(sound, av.AudioStream)
        assert isinstance(picture, av.video.stream.VideoStream)
        picture.height, picture.width, picture.pix_fmt = 120, 90, "yuv420p"
        for rgb in noise_pictures(round(25 * seconds), height=120, width=90):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(picture.encode())
        step = sound.codec_context.frame_size or 1024
        for start in range(0, round(seconds * rate_hz), step):
            wave = np.sin(2 * np.pi * 440 * (start + np.arange(step)) / rate_hz)
            planes = np.repeat((wave * 8000).astype(np.int16)[None], 2, axis=0)
            frame = av.AudioFrame.from_ndarray(planes, format="s16p", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
            for part in av.AudioResampler(format=sound.codec_context.format, layout="stereo").resample(frame):
                container.mux(sound.encode(part))
        container.mux(sound.encode(None))
    return path


def test_the_film_has_a_codec_that_phones_and_browsers_play(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(10))
    film = copy(clip, tmp_path / "film.mp4")
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert not container.streams.audio
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(
        b"mdat"
    )  # the index comes first: a browser plays before the whole file is loaded


def test_uneven_frame_times_are_kept(tmp_path: Path) -> None:
    pts = [0, 33, 66, 150, 151, 400, 433, 900]
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(len(pts)), pts=pts)
    film = copy(clip, tmp_path / "film.mp4")
    times_s = [frame.time_s for frame in Video(film).frames()]
    assert times_s == pytest.approx([p / 1000 for p in pts], abs=1e-4)


def test_an_odd_size_is_cut_to_an_even_one(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(3))
    video, _ = frames(clip)
    odd = (Frame(index / 30, np.full((101, 77, 3), 90, np.uint8), 1.0) for index in range(3))
    writing.write(tmp_path / "film.mp4", video, odd, 30.0)
    film = Video(tmp_path / "film.mp4")
    assert (film.width, film.height) == (76, 100)


def test_colours_are_kept(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(3))
    video, _ = frames(clip)
    orange: Bytes = np.full((64, 64, 3), (230, 159, 0), np.uint8)
    writing.write(tmp_path / "film.mp4", video, (Frame(i / 30, orange, 1.0) for i in range(3)), 30.0)
    decoded = Video(tmp_path / "film.mp4").frames_at([0.0])[0]
    assert np.abs(decoded.astype(int) - orange).max() < 12


@pytest.mark.parametrize("height", [40, 42, 46])
def test_colours_stay_in_their_places_at_every_even_height(height: int, tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(3))
    video, _ = frames(clip)
    quarters: Bytes = np.full((height, 64, 3), (20, 40, 200), np.uint8)
    quarters[:20, :32] = (230, 159, 0)
    writing.write(tmp_path / "film.mp4", video, (Frame(i / 30, quarters, 1.0) for i in range(3)), 30.0)
    film = Video(tmp_path / "film.mp4")
    decoded = film.frames_at([0.0])[0]
    assert film.height == height
    for rows, columns in (
        (slice(2, 16), slice(2, 28)),
        (slice(24, height), slice(2, 28)),
        (slice(2, 16), slice(36, 62)),
    ):
        assert np.abs(decoded[rows, columns].astype(int) - quarters[rows, columns]).max() < 20


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    video, read = frames(with_sound(tmp_path / "clip.mp4", "aac"))
    writing.write(tmp_path / "film.mp4", video, read, 30.0, silent=True)
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert not container.streams.audio


@pytest.mark.parametrize("codec", ["aac", "mp3", "pcm_s16le"])
def test_the_sound_is_kept_and_starts_with_the_picture(codec: str, tmp_path: Path) -> None:
    clip = with_sound(tmp_path / f"clip.{codec}", codec)
    film = copy(clip, tmp_path / "film.mp4")
    with av.open(str(film)) as container:
        track = container.streams.audio[0]
        assert track.codec.canonical_name == ("mp3" if codec == "mp3" else "aac")
        heard = list(container.decode(track))
    assert float(heard[0].time or 0.0) == pytest.approx(0.0, abs=0.06)
    last = heard[-1]
    assert float(last.time or 0.0) + last.samples / last.sample_rate == pytest.approx(2.0, abs=0.1)
    loud = np.abs(np.asarray(heard[len(heard) // 2].to_ndarray(), float)).max()
    assert loud > 0.1


def test_a_track_that_is_named_but_holds_no_sound_is_left_out(tmp_path: Path) -> None:
    """A damaged transport stream can name a track and hold nothing of it."""
    with av.open(str(with_sound(tmp_path / "a.mp4", "mp3"))) as whole, av.open(str(tmp_path / "b.ts"), "w") as clip:
        picture = clip.add_stream_from_template(whole.streams.video[0])
        clip.add_stream_from_template(whole.streams.audio[0])
        for packet in whole.demux(whole.streams.video[0]):
            if packet.dts is not None:
                packet.stream = picture
                clip.mux(packet)
    with av.open(str(tmp_path / "b.ts")) as read:
        assert [track.codec_context.channels for track in read.streams.audio] == [0]
    with av.open(str(copy(tmp_path / "b.ts", tmp_path / "film.mp4"))) as film:
        assert not film.streams.audio


def test_the_same_clip_gives_the_same_bytes(tmp_path: Path) -> None:
    clip = with_sound(tmp_path / "clip.mp4", "aac")
    assert copy(clip, tmp_path / "a.mp4").read_bytes() == copy(clip, tmp_path / "b.mp4").read_bytes()


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from hingecheck.records import Frame
from hingecheck.results import folder
from hingecheck.video import writing
from hingecheck.video.reading import Video

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
random = np.random.default_rng(1)
frames = (Frame(i / 30, random.integers(0, 255, (240, 180, 3), dtype=np.uint8), 1.0) for i in range(60))
film = lambda target: writing.write(target, Video(Path(sys.argv[1])), frames, 30.0)
folder.write(Path(sys.argv[2]), {"annotated.mp4": film, "analysis.json": b"{}"})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on a file's size stands for a full disk")
@pytest.mark.parametrize("size", [1, 40_000, 400_000])
def test_a_full_disk_while_the_film_is_written_is_an_error_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    clip, out = write_video(tmp_path / "clip.mp4", noise_pictures(5)), tmp_path / "out"
    code = [sys.executable, "-c", FULL, str(clip), str(out), str(size)]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert "UsageError" in done.stderr.splitlines()[-1]
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def copy_forever(clip: Path, target: Path) -> None:
    while True:
        copy(clip, target)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # an interrupt can come just after opening one
def test_an_interrupt_while_pyav_writes_is_not_lost(tmp_path: Path) -> None:
    """A timer interrupts the main thread all the time; the interrupts must come out of the writer.

    Python itself drops one that comes while it finalizes an object, so one may be lost.  The timer then repeats.
    """
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(40))
    interrupts = []

    def interrupt(number: int, _: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    before, delays_s = signal.signal(signal.SIGALRM, interrupt), np.linspace(0.002, 0.06, 30)
    try:
        for delay_s in delays_s:
            signal.setitimer(signal.ITIMER_REAL, float(delay_s), 5.0)
            with pytest.raises(KeyboardInterrupt):
                copy_forever(clip, tmp_path / "film.mp4")
        assert len(interrupts) <= len(delays_s) + 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


INTERRUPTED = """
import signal, sys
from pathlib import Path
from hingecheck.video import writing
from hingecheck.video.reading import Video

class Interrupting(type(Path())):
    def open(self, mode="r", *rest, **options):
        if mode == "rb":
            signal.raise_signal(signal.SIGINT)
        return super().open(mode, *rest, **options)

clip = Video(Path(sys.argv[1]))
try:
    writing.write(Interrupting(sys.argv[2]), clip, clip.frames(height_px=clip.height), 30.0)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_the_index_is_moved_is_no_crash(tmp_path: Path) -> None:
    """FFmpeg opens the film again at its end.  An interrupt in that call of Python left it without a file."""
    clip = write_video(tmp_path / "clip.mp4", noise_pictures(5))
    code = [sys.executable, "-c", INTERRUPTED, str(clip), str(tmp_path / "film.mp4")]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
