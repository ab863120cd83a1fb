"""What mutated files are given to: the reader of clips, and the commands that read results, tables and logbooks.

A target writes one mutated file and runs what reads it.  It returns "read" or "refused"; everything else is a crash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from typer.testing import CliRunner

from hingecheck import cli
from hingecheck.batch import intake
from hingecheck.errors import HingecheckError
from hingecheck.records import Limits
from hingecheck.results import reading
from hingecheck.video import recording_day, writing
from hingecheck.video.reading import Video
from tests import stored
from tests.formats.writing import Spec, several, write
from tests.fuzz import mutations

Random = np.random.Generator

TIMES: Final = tuple(index / 30 for index in range(12))
"""Times of the pictures of the small clips, in seconds."""

LIMITS: Final = Limits(pixels=2_000_000, frames=200, duration_s=20.0)
"""Limits of a clip: a bomb is refused before it costs much."""

MOST_FILMED_PX: Final = 400_000
"""Pixels of a picture up to which a film is written, too."""


class Crash(AssertionError):
    """A command ended in a traceback, or without a message."""


@dataclass(frozen=True)
class Family:
    """A kind of file.  `prepare` makes the sound files in a folder; `attempt` mutates one and reads it."""

    prepare: Callable[[Path], None]
    attempt: Callable[[Path, Random], str]


def run(*arguments: object) -> str:
    """Run a command.  Raises Crash if it ends in a traceback or without a message."""
    done = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise Crash(f"{arguments[:2]}: {type(done.exception).__name__}: {done.exception}") from done.exception
    if done.exit_code not in (0, 2, 3) or (done.exit_code and not done.stderr.strip()):
        raise Crash(f"{arguments[:2]}: exit code {done.exit_code}, message {done.stderr!r}")
    return "refused" if done.exit_code else "read"


CLIPS: Final[Mapping[str, Spec]] = {
    "h264.mp4": Spec(times_s=TIMES),
    "fast.mp4": Spec(times_s=TIMES, container={"movflags": "faststart"}, turn=(90, True)),
    "parts.mp4": Spec(times_s=TIMES, container={"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mov": Spec("libx265", times_s=TIMES),
    "b.mkv": Spec(times_s=TIMES, options={"preset": "veryfast", "bf": "2"}),
    "part2.avi": Spec("mpeg4", times_s=TIMES, ticks=False),
    "vp8.webm": Spec("libvpx", times_s=TIMES),
    "h264.ts": Spec(times_s=TIMES),
    "mpeg2.ts": Spec("mpeg2video", times_s=TIMES),
    "jpeg.avi": Spec("mjpeg", "yuvj420p", times_s=TIMES, ticks=False),
    "sorenson.flv": Spec("flv", times_s=TIMES),
    "av1.mkv": Spec("libsvtav1", times_s=TIMES),
}
"""Small sound clips."""


def _prepare_clips(folder: Path) -> None:
    for name, spec in CLIPS.items():
        write(folder / f"whole-{name}", spec)
    several(folder / "whole-two.mp4", [Spec(size=(64, 64), times_s=TIMES), Spec(times_s=TIMES)], sound=True)


def _attempt_clip(folder: Path, random: Random) -> str:
    whole = mutations.pick(random, sorted(folder.glob("whole-*")))
    change = mutations.pick(random, (mutations.bytes_of, mutations.numbers_of))
    path = folder / f"clip{whole.suffix}"
    path.write_bytes(change(whole.read_bytes(), random))
    try:
        recording_day.day(path)
        clip = Video(path, limits=LIMITS)
        count = sum(1 for _ in clip.small(200, 0.0))
        info = clip.info()
        if info.frames_read != count or not info.duration_s >= 0:
            raise Crash(f"{info.frames_read} frames for {count}, {info.duration_s} s")
        if random.random() < 0.2 and info.width * info.height < MOST_FILMED_PX:
            clip.frames_at([0.0, info.duration_s / 2])
            writing.write(folder / "film.out", clip, clip.frames(200), 30.0)
    except HingecheckError as error:
        if not (error.message.startswith(str(path)) and error.remedy):
            raise Crash(f"message without file or remedy: {error.message}") from error
        return "refused"
    return "read"


def _attempt_result(folder: Path, random: Random) -> str:
    place = folder / "Ana" / "lift"
    place.mkdir(parents=True, exist_ok=True)
    path = place / "analysis.json"
    path.write_bytes(mutations.json_of(stored.document(int(random.integers(1, 4))), random))
    book = folder / "logbook.sqlite"
    book.unlink(missing_ok=True)
    run("log", "import", folder, "--logbook", book)
    if random.random() < 0.2:
        run("report", path)
    try:
        reading.read(path)
    except HingecheckError:
        return "refused"
    run("log", "list", "Ana", "--logbook", book)
    run("trend", "Ana", "--logbook", book)
    return "read"


def _prepare_season(folder: Path) -> None:
    for day in ("2026-01-02", "2026-01-09", "2026-01-16"):
        stored.write(folder / "season" / "Ana" / day, stored.document(video_sha256=day.replace("-", "") * 8))
    run("log", "import", folder / "season", "--logbook", folder / "whole.sqlite")
    with sqlite3.connect(folder / "whole.sqlite") as rows:
        rows.execute("PRAGMA journal_mode = DELETE")
        rows.execute("PRAGMA page_size = 512")
    rows.execute("VACUUM")
    rows.close()


def _attempt_logbook(folder: Path, random: Random) -> str:
    path = folder / "book.sqlite"
    for extra in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + extra).unlink(missing_ok=True)
    change = mutations.pick(random, (mutations.bytes_of, mutations.numbers_of))
    path.write_bytes(change((folder / "whole.sqlite").read_bytes(), random))
    commands = (
        ("log", "list"),
        ("log", "list", "Ana"),
        ("trend", "Ana"),
        ("log", "export", folder / "tables"),
        ("log", "import", folder / "season"),
        ("log", "delete", "Ana", "--yes"),
    )
    outcomes = [run(*mutations.pick(random, commands), "--logbook", path) for _ in range(2)]
    return "refused" if "refused" in outcomes else "read"


TABLE: Final = "\n".join(
    ["file,athlete,date,load_kg,rpe,sitting_hours,soreness,note"]
    + [f"Ana/clip{number}.mp4,Ana,2026-01-0{number},{100 + number},8,6,low-back=3,ok" for number in range(1, 4)]
)
"""A list of clips, as a user writes it."""

SEASON: Final = "folder,athlete,date\nseason/Ana/2026-01-02,Ana,2026-01-02\nseason/Ana/2026-01-09,'=Ana,\n"
"""The list of a batch, as far as `log import` reads it."""


def _attempt_table(folder: Path, random: Random) -> str:
    if random.random() < 0.5:
        (folder / "results.csv").write_bytes(mutations.table_of(SEASON, random))
        return run("log", "import", folder, "--logbook", folder / "new.sqlite")
    clips, manifest = folder / "clips" / "Ana", folder / "list.csv"
    clips.mkdir(parents=True, exist_ok=True)
    (clips / "clip1.mp4").write_bytes(b"x")
    manifest.write_bytes(mutations.table_of(TABLE, random))
    try:
        intake.find(folder / "clips", manifest=manifest)
    except HingecheckError as error:
        if not error.remedy:
            raise Crash(f"no remedy: {error.message}") from error
        return "refused"
    return "read"


FAMILIES: Final[Mapping[str, Family]] = {
    "clips": Family(_prepare_clips, _attempt_clip),
    "results": Family(lambda _: None, _attempt_result),
    "logbooks": Family(_prepare_season, _attempt_logbook),
    "tables": Family(_prepare_season, _attempt_table),
}
"""All kinds of files."""
