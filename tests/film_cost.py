"""Measures how much time the annotated film adds to an analysis. Both run once on the same clip.

python -m tests.film_cost samples/clips/hip_led.mp4
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from hingecheck import analysis
from hingecheck.report import result_folder
from hingecheck.video.reading import Video


def cost(clip: Path) -> tuple[list[float], list[float]]:
    """Return the seconds of the analysis and of the film: wall-clock time, then processor time."""
    before = time.perf_counter(), time.process_time()
    result = analysis.analyze(clip)
    between = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        result_folder.film(Path(folder) / result_folder.FILM, result, Video(clip))
    after = time.perf_counter(), time.process_time()
    return [b - a for a, b in zip(before, between, strict=True)], [b - a for a, b in zip(between, after, strict=True)]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        analysed, filmed = cost(Path(name))
        parts = [f"{b / a:.0%}" for a, b in zip(analysed, filmed, strict=True)]
        print(f"{name}: analysis {analysed[0]:.1f} s, film {filmed[0]:.1f} s: {parts[0]} (processor time {parts[1]}),")
        print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB so far")
