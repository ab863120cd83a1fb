"""The benchmark: its arithmetic, what it measures of a process, its clips and its clock of stages."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from hingecheck.video.reading import Video
from tests.bench import cases, clips, least, stages
from tests.bench.cases import CASES, TRIAL, Scene, clips_of, named
from tests.bench.comparison import PARTS, Pair, Result, document, ratio, scaled, table
from tests.bench.running import ROOT, Cost, run

FLOOR, LEAST = {"wall_s": 1.0, "cpu_s": 2.0}, Cost(3.0, 4.0, 100.0)


def pairs(*walls: tuple[float, float]) -> list[Pair]:
    return [Pair(Cost(one, 2 * one, 300.0), Cost(other, other, 200.0)) for one, other in walls]


def test_the_ratio_is_the_median_of_the_pairs_not_the_ratio_of_the_medians() -> None:
    found = ratio(pairs((1.0, 4.0), (6.0, 3.0), (2.0, 2.0)), PARTS["wall_s"])
    assert (found.low, found.median, found.high) == (0.25, 1.0, 2.0)  # the medians of the sides are 2 and 3


def test_a_loop_that_stopped_early_is_scaled_by_its_time_per_frame_alone() -> None:
    cost = Cost(wall_s=12.0, cpu_s=14.0, peak_mib=240.0)
    loop = {"frames": 100, "wall_s": 0.1, "cpu_s": 0.12}
    assert astuple(scaled(cost, loop, 300)) == pytest.approx((32.0, 38.0, 240.0))
    assert scaled(cost, loop, 100) == cost
    assert scaled(cost, loop, 99) == cost


def test_the_table_shows_each_case_and_says_which_loop_stopped_early() -> None:
    results = [
        Result(CASES["1080p30"], pairs((10.0, 20.0)), 150, 300, FLOOR, FLOOR, LEAST),
        Result(CASES["hard"], pairs((30.0, 20.0)), 150, None, FLOOR, FLOOR, LEAST),
        Result(CASES["10min"], pairs((10.0, 20.0)), 9000, 600, FLOOR, FLOOR, LEAST),
    ]
    lines = table(results).splitlines()
    assert len({line.count("|") for line in lines[:5]}) == 1
    assert "| 300 | 150 | loop | **0.50** (0.50–0.50): 10.0 / 20.0 s | **1.00**" in lines[2]
    assert "analysis of 1080p30 | **1.50**" in lines[3]
    assert lines[2].endswith("| 1.0 s (2.0 s) | 1.0 s (2.0 s) | 3.0 s (4.0 s) |")
    assert [line for line in lines if "stopped" in line] == [lines[-1]]
    assert "600 of 18000" in lines[-1]
    assert document(results[0])["ratios"]["peak_mib"]["median"] == 1.5


def test_the_least_looks_as_often_and_encodes_every_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looks: list[int] = []
    monkeypatch.setattr(least, "Landmarker", lambda _: SimpleNamespace(look=lambda *_: looks.append(0)))
    clip, film = ROOT / "samples/clips/hip_led.mp4", tmp_path / "film.mp4"
    least.least(clip, tmp_path / "unused.task", 7, film)
    assert len(looks) == 7
    copied = sum(1 for _ in Video(clip).small(540, 0.03))
    with av.open(str(film)) as made:
        assert sum(1 for _ in made.decode(video=0)) == copied


def test_a_case_needs_the_clip_that_it_is_compared_with() -> None:
    assert [case.name for case in clips_of(named("hard,720p30"))] == ["hard", "720p30", "1080p30"]
    with pytest.raises(ValueError, match="8k"):
        named("720p30,8k")


def test_time_and_memory_of_started_processes_count() -> None:
    fill = "data = b'x' * (80 << 20)"
    work = (
        f"import time; {fill}; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass\ntime.sleep(0.6)"
    )
    parent = f"import subprocess, sys; {fill}; subprocess.run([sys.executable, '-c', {work!r}]); print('done')"
    small = (  # the memory of the process that starts it counts, too, and that of the tests is large
        "import sys\nfrom tests.bench.running import run\n"
        f"cost, printed = run([sys.executable, '-c', {parent!r}])\n"
        "print(printed.strip(), cost.cpu_s, cost.wall_s, cost.peak_mib)"
    )
    done = subprocess.run([sys.executable, "-c", small], cwd=ROOT, capture_output=True, text=True, check=True)
    printed, cpu_s, wall_s, peak_mib = done.stdout.split()
    assert printed == "done"
    assert float(cpu_s) >= 0.4
    assert float(wall_s) >= 1.0
    assert 160 <= float(peak_mib) < 240


def test_a_command_that_fails_is_reported_with_its_message() -> None:
    with pytest.raises(RuntimeError, match="exit code 3\nno such clip"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('no such clip'); sys.exit(3)"])


def test_the_measuring_process_stays_small_because_its_memory_counts_too() -> None:
    code = "import sys, tests.bench.__main__; print(sorted({'av', 'cv2', 'mediapipe', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_clip_has_the_size_the_rate_and_a_key_frame_a_second(codec: str, tmp_path: Path) -> None:
    case = replace(TRIAL, name="tiny", width_px=160, height_px=96, rate_hz=20, length_s=1.5, codec=codec)
    path = clips.make(case, tmp_path)
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == (160, 96)
        assert stream.average_rate is not None
        assert stream.average_rate == 20
        assert stream.codec_context.codec_tag == clips.TAG[codec]
        shown = [(frame.time, frame.key_frame) for frame in clip.decode(stream)]
    assert np.allclose([time_s for time_s, _ in shown], np.arange(30) / 20)
    assert [index for index, (_, key) in enumerate(shown) if key] == [0, 20]
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.mp4"]


def test_a_clip_that_is_there_is_kept(tmp_path: Path) -> None:
    TRIAL.path(tmp_path).write_bytes(b"made before")
    assert clips.make(TRIAL, tmp_path).read_bytes() == b"made before"


def test_pictures_between_two_pictures_are_blends() -> None:
    grey = [np.full((6, 4), level, np.uint8) for level in (0, 80, 160)]
    slow = [int(picture[0, 0]) for picture in clips.at_rate(grey, 120)]
    assert slow == [0, 20, 40, 60, 80, 100, 120, 140]
    assert [int(picture[0, 0]) for picture in clips.at_rate([*grey, *grey], 10)] == [0, 0]


def test_the_noise_has_its_sd_is_new_in_each_picture_and_the_same_in_each_run() -> None:
    grey = [np.full((96, 128), 100, np.uint8)] * 3
    first, again = list(clips.noisy(grey, Scene(noise=2.0))), list(clips.noisy(grey, Scene(noise=2.0)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])
    assert np.std(first[0].astype(float)) == pytest.approx(2.0, abs=0.15)
    assert np.mean(first[0]) == pytest.approx(100, abs=0.2)


def test_the_hard_lifter_is_smaller_darker_and_off_centre() -> None:
    sample = Video(clips.SAMPLE).frames_at([0.0])[0]
    marked = np.full_like(sample, 128)
    height, width = marked.shape[:2]
    head, feet, middle = round(clips.HEAD * height), round(clips.FEET * height), round(clips.BODY_X * width)
    marked[head:feet, middle - 20 : middle + 20] = 255
    for scene, light in ((Scene(), 1.0), (CASES["hard"].scene, 0.35)):
        case = replace(CASES["720p30"], scene=scene)
        grey = clips.place(marked, case)[: case.height_px].astype(float)
        rows, columns = np.nonzero(grey > 0.8 * grey.max())
        assert (rows.max() - rows.min()) / case.height_px == pytest.approx(scene.height, abs=0.01)
        assert columns.mean() / case.width_px == pytest.approx(scene.x, abs=0.01)
        assert rows.max() / case.height_px == pytest.approx(clips.FEET_AT, abs=0.01)
        assert np.median(grey) == pytest.approx(16 + 110 * light, abs=3)


def test_after_the_sample_the_lifter_stands() -> None:
    pictures = itertools.islice(clips.with_standing(clips.SAMPLE), 500)
    means = [float(picture[300:700:8, ::8].mean()) for picture in pictures]
    assert np.ptp(means[424:]) < 0.1 * np.ptp(means[:424])


def test_a_long_clip_repeats_its_frames_without_a_gap(tmp_path: Path) -> None:
    case = replace(TRIAL, width_px=160, height_px=96, length_s=6.0, repeats=3)
    with av.open(str(clips.make(case, tmp_path))) as clip:
        shown = [(frame.time, frame.to_ndarray()) for frame in clip.decode(video=0)]
    assert np.allclose([time_s for time_s, _ in shown], np.arange(60) / 10)
    assert all(np.array_equal(shown[i][1], shown[i + 20][1]) for i in range(40))
    assert not np.array_equal(shown[0][1], shown[19][1])


def test_the_clock_gives_each_stage_its_own_time_and_counts_steps_of_generators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [0.0]
    monkeypatch.setattr(stages, "time", SimpleNamespace(perf_counter=lambda: now_s[0]))

    def numbers() -> Iterator[int]:
        for number in range(2):
            now_s[0] += 1.0
            yield number

    def consume() -> int:
        now_s[0] += 10.0
        return sum(made.numbers())

    clock, made = stages.Clock(), SimpleNamespace()
    made.numbers, made.consume = clock.timed("numbers", numbers), clock.timed("consume", consume)
    assert made.consume() == 1
    beside = threading.Thread(target=made.consume)
    beside.start()
    beside.join()
    assert clock.spent["consume"] == stages.Spent(calls=2, total_s=24.0, own_s=10.0, beside_s=10.0)
    assert vars(clock.spent["numbers"]) | {"calls": 0} == {"calls": 0, "total_s": 4.0, "own_s": 2.0, "beside_s": 2.0}


def test_a_stage_that_does_not_exist_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stages.Clock()
    monkeypatch.setattr(cases, "clips_of", cases.clips_of)  # puts the function back after the test
    wanted = (
        ("there", "tests.bench.cases", "clips_of"),
        ("gone", "tests.bench.clips", "Maker.make"),
        ("away", "tests.bench.nowhere", "make"),
    )
    assert stages.watch(clock, wanted) == ["tests.bench.clips.Maker.make", "tests.bench.nowhere.make"]
    assert cases.clips_of([TRIAL]) == [TRIAL]
    assert clock.spent["there"].calls == 1
