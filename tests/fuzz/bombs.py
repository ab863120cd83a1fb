"""`python -m tests.fuzz.bombs FOLDER`: small files that unpack to something huge, and how hingecheck ends on each.

Prints a row for each file: exit code, most memory and last message.  Linux only.  The files take about 1.5 GB of disk.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import av

from tests.fuzz.targets import FAMILIES

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "clips" / "hip_led.mp4"


def black(path: Path, size: tuple[int, int], frames: int, *, streams: int = 1, codec: str = "libx264") -> Path:
    """A clip of black pictures, which packs to almost nothing."""
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w") as clip:
        made = [clip.add_stream(codec, rate=1000 if frames > 1000 else 30) for _ in range(streams)]
        for stream in made:
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = size
            stream.pix_fmt = pixels
            stream.options = {"preset": "ultrafast", "threads": "1"} if codec == "libx264" else {}
        picture = av.VideoFrame(*size, pixels)
        for plane in picture.planes:
            plane.update(bytes(plane.buffer_size))
        for stream in made:
            assert isinstance(stream, av.VideoStream)
            for index in range(frames):
                picture.pts, picture.time_base = index, Fraction(1, 1000 if frames > 1000 else 30)
                clip.mux(stream.encode(picture))
            clip.mux(stream.encode())
    return path


def claiming(path: Path, box: bytes, at: int) -> Path:
    """The sample with a table that claims 2 to 4 thousand million entries."""
    data = bytearray(SAMPLE.read_bytes())
    where = data.index(box) + at
    data[where : where + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(data)
    return path


def nested(path: Path, deep: int) -> Path:
    """An MP4 of boxes, each inside the one before."""
    boxes = [struct.pack(">I4s", 8 * (deep - number), b"trak" if number else b"moov") for number in range(deep)]
    path.write_bytes(struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"isom") + b"".join(boxes))
    return path


def repeated(path: Path, head: bytes, part: bytes, count: int, tail: bytes) -> Path:
    """A file of one part many times, written in pieces."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(head)
        for begin in range(0, count, 100_000):
            file.write(part * min(100_000, count - begin))
        file.write(tail)
    return path


def bombs(place: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """What each bomb is, and the arguments of the command that gets it."""
    clips = {
        "60 pictures of 8192 × 4800": black(place / "large.mkv", (8192, 4800), 60),
        "pictures of 8192 × 6000, over the limit": black(place / "larger.mkv", (8192, 6000), 2),
        "a picture of 16384 × 8192": black(place / "largest.avi", (16384, 8192), 1, codec="mjpeg"),
        "300,001 pictures of 32 × 32": black(place / "long.mp4", (32, 32), 300_001),
        "100 streams of 1920 × 1080": black(place / "streams.mkv", (1920, 1080), 1, streams=100),
        "a table of sizes with 2e9 entries": claiming(place / "sizes.mp4", b"stsz", 12),
        "a table of times with 2e9 entries": claiming(place / "times.mp4", b"stts", 8),
        "200,000 boxes inside each other": nested(place / "deep.mp4", 200_000),
    }
    for what, clip in clips.items():
        yield what, ("analyze", str(clip), "--no-video", "-q", "--out", str(place / "out"))
    schema = b'{"schema": "hingecheck/analysis/1", "reps": ['
    texts = {
        "5,000,000 brackets": repeated(place / "deep" / "analysis.json", b"", b"[", 5_000_000, b""),
        "60,000,000 items": repeated(place / "wide" / "analysis.json", schema, b"0,", 60_000_000, b"0]}"),
        "a text of 150 MB": repeated(place / "text" / "analysis.json", b'{"schema": "', b"a", 150_000_000, b'"}'),
    }
    for what, path in texts.items():
        yield f"{what}: report", ("report", str(path), "--pdf", str(place / "out.pdf"))
        yield f"{what}: log import", ("log", "import", str(path.parent), "--athlete", "Ana", *book(place / "new"))
    table = repeated(place / "list.csv", b"file,athlete\n", b"a", 200_000_000, b",Ana\n")
    yield "list, a cell of 200 MB", ("batch", str(place / "text"), "--manifest", str(table), "--out", str(place / "b"))
    FAMILIES["logbooks"].prepare(place)
    with contextlib.closing(sqlite3.connect(place / "whole.sqlite")) as rows, rows:
        rows.execute("UPDATE session SET cue = cast(zeroblob(900000000) AS TEXT) WHERE id = 1")
    yield "logbook, a text of 900 MB: trend", ("trend", "Ana", *book(place / "whole"))
    yield "logbook, a text of 900 MB: log export", ("log", "export", str(place / "tables"), *book(place / "whole"))


def book(path: Path) -> tuple[str, str]:
    """The option for a logbook."""
    return "--logbook", str(path.with_suffix(".sqlite"))


def made(place: Path) -> list[tuple[str, Sequence[str]]]:
    """All bombs of `bombs`."""
    return list(bombs(place))


def main(place: Path) -> None:
    """Run every command and print how it ended."""
    place.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(1) as elsewhere:  # a process counts the most memory of the one that started it
        tried = elsewhere.submit(made, place).result()
    for what, arguments in tried:
        began_s = time.monotonic()
        with (place / "said").open("w+") as said:
            command = [sys.executable, "-m", "hingecheck.cli", *arguments]
            running = subprocess.Popen(command, stdout=said, stderr=said, cwd=ROOT)
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            lines = [line for line in said.read().splitlines() if line.startswith(("Error", "Skipped", "Traceback"))]
        took_s = time.monotonic() - began_s
        last = lines[-1][:90] if lines else ""
        sys.stdout.write(
            f"{what:42} | {running.returncode:3} | {used.ru_maxrss / 1e3:5.0f} MB | {took_s:3.0f} s | {last}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
