"""Times the stages of one analysis and of its files, in one process.

python -m tests.bench.stages CLIP

Prints JSON.  Each function of STAGES is replaced by one that reads the clock.  A function that does not exist is left
out and named.  Stages in processes of their own are not seen.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

STAGES: Final = (
    ("whole analysis", "hingecheck.analysis", "analyze"),
    ("open clip, find models", "hingecheck.analysis", "ready"),
    ("observe", "hingecheck.observation", "observe"),
    ("look, in threads", "hingecheck.backends.pose_network", "PoseNetwork.read"),
    ("decode and reduce", "hingecheck.video.reading", "Video.small"),
    ("write the working copy", "hingecheck.video.working_copy", "WorkingCopy.kept"),
    ("read the working copy", "hingecheck.video.working_copy", "WorkingCopy.frames"),
    ("measure changes", "hingecheck.pose.activity", "Watcher.watch"),
    ("find people", "hingecheck.backends.mediapipe", "MediaPipePeople.everyone"),
    ("wait for decoded frame", "hingecheck.video.overlap", "ahead"),
    ("pictures at times", "hingecheck.video.reading", "Video.frames_at"),
    ("facts of the file", "hingecheck.video.reading", "Video.info"),
    ("pose of the lifter", "hingecheck.backends.landmarker", "Landmarker.look"),
    ("load pose network", "hingecheck.backends.landmarker", "Landmarker.__init__"),
    ("trace the trunk", "hingecheck.spine.contour", "trace"),
    ("collect traces", "hingecheck.spine.contour", "collect"),
    ("keep thumbnails", "hingecheck.video.thumbnails", "Keeper.watch"),
    ("camera motion", "hingecheck.pose.camera_motion", "transforms"),
    ("camera shift", "hingecheck.pose.camera_motion", "shift_px"),
    ("steady thumbnails", "hingecheck.pose.camera_motion", "steadied"),
    ("clean", "hingecheck.pose.cleaning", "clean"),
    ("orient", "hingecheck.kinematics.view", "orient"),
    ("infer the spine", "hingecheck.spine.inference", "infer"),
    ("measure angles", "hingecheck.kinematics.angles", "measure"),
    ("interpolate angles", "hingecheck.kinematics.interpolation", "at_frames"),
    ("find the bar", "hingecheck.barbell.detection", "find"),
    ("segment", "hingecheck.segmentation.segment", "segment"),
    ("classify the style", "hingecheck.judgement.style", "classify"),
    ("describe a repetition", "hingecheck.metrics.repetition", "describe"),
    ("judge", "hingecheck.judgement.verdict", "judge"),
    ("all files", "hingecheck.report.result_folder", "save"),
    ("film", "hingecheck.report.result_folder", "film"),
    ("draw the film", "hingecheck.report.film.annotated", "draw"),
    ("encode the film", "hingecheck.video.writing", "write"),
    ("key frames", "hingecheck.report.film.keyframes", "take"),
    ("sheet of key frames", "hingecheck.report.film.keyframes", "sheet"),
    ("page", "hingecheck.report.page.analysis", "html"),
    ("table of angles", "hingecheck.results.angle_table", "text"),
)
"""What is timed: a label, a module, and a function or a method in it.  A generator counts while it makes a value."""

SHORT: Final = 0.005
"""Smallest share of the wall time of a stage that has its own line."""


@dataclass
class Spent:
    """Time of a stage, in seconds.

    `total_s`: with the stages that it called, in all threads.  `own_s`: without them, in the main thread.  `beside_s`:
    the same in other threads, which may run at the same time.
    """

    calls: int = 0
    total_s: float = 0.0
    own_s: float = 0.0
    beside_s: float = 0.0


@dataclass
class Clock:
    """Adds up the time of stages.  Each thread has a stack of the stages that it is in."""

    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    _local: threading.local = field(default_factory=threading.local)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def running(self, label: str) -> Iterator[None]:
        """Time a block as a part of a stage."""
        stack: list[float] = self._local.__dict__.setdefault("stack", [])
        stack.append(0.0)
        begin_s = time.perf_counter()
        try:
            yield
        finally:
            total_s = time.perf_counter() - begin_s
            own_s = total_s - stack.pop()
            if stack:
                stack[-1] += total_s
            self._add(label, total_s, own_s)

    def _add(self, label: str, total_s: float, own_s: float) -> None:
        with self._lock:
            spent = self.spent[label]
            spent.calls += 1
            spent.total_s += total_s
            if threading.current_thread() is threading.main_thread():
                spent.own_s += own_s
            else:
                spent.beside_s += own_s

    def timed(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed.  If it returns an iterator, its steps are timed."""

        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:
            with self.running(label):
                result = function(*arguments, **named)
            return self._steps(label, result) if isinstance(result, Iterator) else result

        return run

    def _steps(self, label: str, steps: Iterator[Any]) -> Iterator[Any]:
        try:
            while True:
                with self.running(label):
                    try:
                        item = next(steps)
                    except StopIteration:
                        return
                yield item
        finally:
            if hasattr(steps, "close"):
                steps.close()


def watch(clock: Clock, stages: tuple[tuple[str, str, str], ...] = STAGES) -> list[str]:
    """Replace the functions of all stages by timed ones.  Returns the names that do not exist."""
    missing = []
    for label, module, name in stages:
        *owners, last = name.split(".")
        try:
            owner = functools.reduce(getattr, owners, importlib.import_module(module))
            setattr(owner, last, clock.timed(label, getattr(owner, last)))
        except (ImportError, AttributeError):
            missing.append(f"{module}.{name}")
    return missing


def profile(clip: Path) -> dict[str, Any]:
    """Analyze the clip and write all its files.  Returns the stages in order of their own time."""
    clock = Clock()
    missing = watch(clock)
    from hingecheck import analysis
    from hingecheck.report import result_folder

    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        result_folder.save(analysis.analyze(clip), clip, Path(folder) / "result")
    wall_s, cpu_s = time.perf_counter() - begin_s, time.process_time() - begin_cpu_s
    order = sorted(clock.spent.items(), key=lambda item: -item[1].own_s - item[1].beside_s)
    stages = [{"stage": label} | vars(spent) for label, spent in order]
    return {"wall_s": wall_s, "cpu_s": cpu_s, "stages": stages, "missing": missing}


def table(found: dict[str, Any]) -> str:
    """The stages as a table in Markdown.  Short ones are put together in the last line."""
    lines = ["| stage | calls | own time | share of wall time | in other threads |", "|---" * 5 + "|"]
    shown = [stage for stage in found["stages"] if stage["own_s"] + stage["beside_s"] >= SHORT * found["wall_s"]]
    for stage in shown:
        calls = f"{stage['stage']} | {stage['calls']}"
        lines.append(f"| {calls} | {_own(stage['own_s'], found['wall_s'])} | {stage['beside_s']:.2f} s |")
    rest_s = found["wall_s"] - sum(stage["own_s"] for stage in shown)
    lines += [f"| everything else | | {_own(rest_s, found['wall_s'])} | |", ""]
    lines.append(
        f"{found['wall_s']:.1f} s in all, {found['cpu_s']:.1f} s of processor time, without start and imports."
    )
    if found["missing"]:
        lines.append(f"These functions do not exist and are not timed: {', '.join(found['missing'])}.")
    return "\n".join(lines)


def _own(own_s: float, wall_s: float) -> str:
    return f"{own_s:.2f} s | {own_s / wall_s:.1%}"


if __name__ == "__main__":
    print(json.dumps(profile(Path(sys.argv[1]))))
