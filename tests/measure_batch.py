"""Measure the numbers that the documents state about batches.  Run by hand on an idle machine.

python -m tests.measure_batch clips DIR 40      short clips from two samples, each with its own hash
python -m tests.measure_batch broken DIR        twenty broken clips of ten kinds
python -m tests.measure_batch speed DIR         clips per minute on one core and on two
python -m tests.measure_batch overhead DIR      time of a batch and of single analyses, on one core
python -m tests.measure_batch kills DIR         kill a batch ten times, resume it, compare the results
python -m tests.measure_batch index 5000 DIR    index page of 5000 clips and its size
python -m tests.measure_batch season 100000     logbook, tables and index of 100000 clips: seconds and bytes
python -m tests.measure_batch scheduler 2000    overhead of a Dask scheduler per job
"""

from __future__ import annotations

import copy
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hingecheck.records import Bytes
from hingecheck.records.season import Clip, Entry, Failure, Outcome

SAMPLES = Path(__file__).parents[1] / "samples" / "clips"
LENGTH_S = 6.5
RATE_HZ = 8


def clips(folder: str, count: str) -> None:
    """Write clips of ten athletes, one clip per day.  Each has one repetition and is analyzed in about 1.5 s."""
    made = [short(SAMPLES / f"{name}.mp4") for name in ("hip_led", "sumo_hip_led")]
    for i in range(int(count)):
        path = Path(folder) / f"athlete {i % 10}" / f"2026-{i // 280 + 1:02}-{i // 10 % 28 + 1:02}_100kg {i}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[i % 2] + remark(f"clip {i}"))


def broken(folder: str) -> None:
    """Write two broken clips of each kind into the folder `broken`."""
    place = Path(folder) / "broken"
    place.mkdir(parents=True, exist_ok=True)
    whole = short(SAMPLES / "hip_led.mp4")
    for i in range(2):
        for kind, make in _BROKEN.items():
            make(place / f"{kind} {i}.mp4", whole, i)


def speed(folder: str) -> None:
    """Run one worker on one core, then two on two.  The processor seconds show whether the machine was busy."""
    count = len(list(Path(folder).rglob("*.mp4")))
    one_s, one_cpu_s = _batch_s(folder, workers=1, cores={0})
    two_s, two_cpu_s = _batch_s(folder, workers=2, cores={0, 1})
    print(f"{count} clips: {60 * count / one_s:.1f} a minute on one core, ", end="")
    print(f"{60 * count / two_s:.1f} on two: x {one_s / two_s:.2f}")
    print(f"processor seconds: {one_cpu_s:.1f} and {two_cpu_s:.1f}")


def overhead(folder: str) -> None:
    """Time single analyses in one process, then a batch of the same clips.  Both write results, on one core."""
    from hingecheck import analysis
    from hingecheck.report import result_folder

    os.sched_setaffinity(0, {0})
    paths = sorted(Path(folder).rglob("*.mp4"))
    out = Path(tempfile.mkdtemp())
    analysis.analyze(paths[0])
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    for i, path in enumerate(paths):
        result_folder.save(analysis.analyze(path), path, out / str(i), result_folder.Wanted(film=False))
    single_s, single_cpu_s = time.perf_counter() - begin_s, time.process_time() - begin_cpu_s
    shutil.rmtree(out)
    batch_s, batch_cpu_s = _batch_s(folder, workers=1, cores={0})
    print(f"{len(paths)} clips: singly {single_s:.1f} s, as a batch {batch_s:.1f} s: {batch_s / single_s - 1:+.1%}")
    print(f"processor seconds: {single_cpu_s:.1f} and {batch_cpu_s:.1f}: {batch_cpu_s / single_cpu_s - 1:+.1%}")


def kills(folder: str) -> None:
    """Compare an undisturbed run with one that is killed ten times, byte for byte."""
    from tests.test_batch import finished, tree

    place, chance = Path(tempfile.mkdtemp()), random.Random(1)
    _run(folder, place / "calm", 2)
    count = len(list((place / "calm").glob("clips/*/clip.json")))
    for kill in range(10):
        running = subprocess.Popen(_command(folder, place / "rough", 2), stderr=subprocess.DEVNULL)
        while finished(place / "rough") < kill * count / 10 and running.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 1.5))
        running.kill()
        running.wait()
        print(f"killed with {finished(place / 'rough')} of {count} finished")
    _run(folder, place / "rough", 2)
    same = tree(place / "calm") == tree(place / "rough")
    print(f"{len(tree(place / 'calm'))} files and tables {'are the same' if same else 'DIFFER'}")
    shutil.rmtree(place)


def index(count: str, folder: str) -> None:
    """Write an index page of `count` clips and print its size."""
    _season(int(count), Path(folder))
    print(f"{(Path(folder) / 'index.html').stat().st_size / 1e6:.1f} MB: {folder}/index.html")


def season(count: str) -> None:
    """Time the last steps of a batch, without analyses."""
    place = Path(tempfile.mkdtemp())
    begin_s = time.perf_counter()
    _season(int(count), place)
    print(f"{time.perf_counter() - begin_s:.0f} s for {count} clips")
    for path in sorted(path for path in place.iterdir() if path.is_file()):
        print(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")
    shutil.rmtree(place)


def scheduler(count: str) -> None:
    """Time empty jobs on a cluster of two workers, in milliseconds per job."""
    import distributed

    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:  # type: ignore[no-untyped-call]
        executor = distributed.Client(cluster).get_executor(pure=False)  # type: ignore[no-untyped-call]
        begin_s = time.perf_counter()
        for done in [executor.submit(abs, i) for i in range(int(count))]:
            done.result()
        print(f"{(time.perf_counter() - begin_s) / int(count) * 1000:.2f} ms a job")


def _season(count: int, place: Path) -> None:
    """Run logbook, triage and index page on `count` copies of one result with varied shares."""
    import json

    from hingecheck.history import triage
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.page import index as index_page

    chance = random.Random(1)
    sample = _document()
    outcomes = []
    for i in range(count):
        who, day = f"Athlete {i % max(1, count // 20):04}", i // max(1, count // 20)
        clip = Clip(place / f"{i}.mp4", f"{who}/{i}.mp4", who, f"2026-{day % 12 + 1:02}-{day // 12 + 1:02}")
        below = f"clips/{i:05}"
        (place / below).mkdir(parents=True, exist_ok=True)
        failed = chance.random() < 0.05
        failure = (
            Failure(4, "nobody_found", f"{clip.file}: nobody was found", "Film the whole lifter.") if failed else None
        )
        if not failed:
            sample["video"]["sha256"] = f"{i:064}"
            (place / below / "analysis.json").write_text(json.dumps(_moved(sample, chance.gauss(0.0, 0.12))))
            (place / below / "thumbnail.jpg").write_bytes(b"")
        outcomes.append(Outcome(Entry(clip, f"{i:064}", f"{i:020}", below), failure))
    with Logbook(place / "logbook.sqlite") as book:
        index_page.write(triage.sort(outcomes, place, book), place)


def _document() -> dict[str, Any]:
    """The result of a sample clip."""
    from hingecheck import analysis
    from hingecheck.results import document

    return document.document(analysis.analyze(SAMPLES / "hip_led.mp4"))


def _moved(sample: dict[str, Any], by: float) -> dict[str, Any]:
    """A copy of the result with all lumbar shares moved by `by`."""
    sample = copy.deepcopy(sample)
    shares = [sample["verdict"]["lumbar_share_trunk"], *(r["metrics"]["lumbar_share_trunk"] for r in sample["reps"])]
    for share in shares:
        share.update({end: round(share[end] + by, 4) for end in ("value", "low", "high")})
    return sample


def _batch_s(folder: str, workers: int, cores: set[int]) -> tuple[float, float]:
    """Run a batch; return its seconds of wall time and of processor time."""
    out = Path(tempfile.mkdtemp())
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # child processes inherit it
    begin_s, begin_cpu_s = time.perf_counter(), _spent_cpu_s()
    _run(folder, out, workers)
    spent_s, spent_cpu_s = time.perf_counter() - begin_s, _spent_cpu_s() - begin_cpu_s
    os.sched_setaffinity(0, kept)
    shutil.rmtree(out)
    return spent_s, spent_cpu_s


def _spent_cpu_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _run(folder: str, out: Path, workers: int) -> None:
    done = subprocess.run(_command(folder, out, workers), capture_output=True, check=False)
    assert done.returncode in {0, 10}, done.stderr


def _command(folder: str, out: Path, workers: int) -> list[str]:
    return [sys.executable, "-m", "hingecheck.cli", "batch", folder, "--out", str(out), "--workers", str(workers)]


def short(sample: Path) -> bytes:
    """The first seconds of a sample at a low frame rate, as the bytes of an MP4 file."""
    from hingecheck.video.reading import Video
    from tests.conftest import write_video

    video = Video(sample)
    pictures = video.frames_at([i / RATE_HZ for i in range(int(LENGTH_S * RATE_HZ))])
    with tempfile.TemporaryDirectory() as place:
        return write_video(
            Path(place) / "x.mp4", [picture[::2, ::2] for picture in pictures], rate_hz=RATE_HZ
        ).read_bytes()


def remark(text: str) -> bytes:
    """An MP4 box that players skip.  It gives each copy of a clip its own hash."""
    return struct.pack(">I4s", 8 + len(text), b"free") + text.encode()


def _zeroed(path: Path, whole: bytes, i: int) -> None:
    """Write a clip with a valid index whose pictures are all zero bytes."""
    at = whole.index(b"mdat") + 4
    end = whole.index(b"moov") - 4 if whole.index(b"moov") > at else len(whole)
    path.write_bytes(whole[:at] + bytes(end - at) + whole[end:] + remark(f"zeroed {i}"))


def _outside(path: Path, whole: bytes, i: int) -> None:
    kept = Path(tempfile.gettempdir()) / f"hingecheck outside {i}.mp4"
    kept.write_bytes(whole)
    path.unlink(missing_ok=True)
    path.symlink_to(kept)


def _pictures(path: Path, count: int, height: int) -> None:
    from tests.conftest import noise_pictures, write_video

    write_video(path, noise_pictures(count, height=height, width=height))


def _still(path: Path, _: bytes, i: int) -> None:
    from hingecheck.video.reading import Video
    from tests.conftest import write_video

    picture: Bytes = Video(SAMPLES / "hip_led.mp4").frames_at([0.2])[0][::2, ::2]
    write_video(path, [picture] * (30 + i), rate_hz=RATE_HZ)


def _bytes(of: Callable[[bytes], bytes]) -> Callable[[Path, bytes, int], None]:
    """A maker of broken files from the bytes of a whole clip.  The second file has a remark: the two differ."""

    def make(path: Path, whole: bytes, i: int) -> None:
        path.write_bytes(of(whole) + (remark(f"{i}") if i else b""))

    return make


_BROKEN: dict[str, Callable[[Path, bytes, int], None]] = {
    "empty": lambda path, *_: path.touch(),
    "text": _bytes(lambda _: b"no video at all " * 100),
    "cut off": _bytes(lambda whole: whole[:2000]),
    "zeroed": _zeroed,
    "sound": lambda path, _, i: _sound(path, 200.0 + i),
    "nobody": lambda path, _, i: _pictures(path, 40 + i, 240),
    "no lift": _still,
    "outside": _outside,
    "endless": lambda path, _, i: _pictures(path, 4000 + i, 240),
    "huge": lambda path, _, i: _pictures(path, 12 + i, 8000),
}


def _sound(path: Path, pitch_hz: float) -> None:
    """Write a file with a sound track and no pictures."""
    import av
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        tone = np.sin(2 * np.pi * pitch_hz * np.arange(48000) / 48000).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    todo: dict[str, Callable[..., None]] = {
        f.__name__: f for f in (clips, broken, speed, overhead, kills, index, season, scheduler)
    }
    todo[sys.argv[1]](*sys.argv[2:])
