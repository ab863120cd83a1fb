"""What the annotated film adds to an analysis: both in one run, on the same clip.

python -m tests.film_cost samples/clips/hip_led.mp4
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from hingecheck import analysis
from hingecheck.report import results


def seconds(clip: Path) -> tuple[float, float]:
    """Wall seconds of the analysis and of the film."""
    begin = time.perf_counter()
    found = analysis.analyze(clip)
    analysed = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results.film(Path(folder) / results.FILM, found, clip)
    return analysed - begin, time.perf_counter() - analysed


if __name__ == "__main__":
    for name in sys.argv[1:]:
        analysis_s, film_s = seconds(Path(name))
        print(f"{name}: analysis {analysis_s:.1f} s, film {film_s:.1f} s, {film_s / analysis_s:.0%} on top")
