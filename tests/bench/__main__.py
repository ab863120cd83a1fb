"""Compare the cost of `hingecheck analyze`, film and all files included, with that of a plain MediaPipe loop.

Both run as processes of their own, in turn: analysis, loop, analysis, loop, ...  Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

from hingecheck.backends import bundles
from tests.bench import stages
from tests.bench.cases import CASES, LOOP, Case, clips_of, named
from tests.bench.comparison import Pair, Result, document, scaled, table
from tests.bench.running import Cost, run


def main() -> None:
    """Measure the cases and print the table."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (asked.folder or Path(scratch)).resolve()
        _say("making the clips that are not there yet")
        _module("clips", folder, *(case.name for case in clips_of([*asked.cases, *filter(None, [asked.profile])])))
        results: list[Result] = []
        for case in asked.cases:
            results.append(measure(case, folder, asked))
            _keep(asked, results, None)
        print(table(results))
        profiled = _profile(asked.profile, folder)
    _keep(asked, results, profiled)
    if profiled:
        print(f"\nStages of {asked.profile.name}:\n\n{stages.table(profiled)}")


def measure(case: Case, folder: Path, asked: argparse.Namespace) -> Result:
    """Measure one case: decoding alone, the pairs, the pose network alone, the least that is needed."""
    _say(f"{case.name}: decoding")
    clip = case.path(folder)
    decoding = json.loads(_module("floors", "decode", clip)[1])  # afterwards the clip is in the system's cache
    pairs: list[Pair] = []
    looped: int | None = None
    facts: dict[str, Any] = {}
    for number in range(1, asked.pairs + 1):
        _say(f"{case.name}: pair {number} of {asked.pairs}")
        cost, facts = _analysis(clip)
        if case.against == LOOP:
            other, looped = _loop(case, clip, asked.loop_frames or case.loop_frames)
        else:
            other, _ = _analysis(CASES[case.against].path(folder))
        pairs.append(Pair(cost, other))
    _say(f"{case.name}: pose network")
    measured = _frames_measured(facts)
    height_px = facts["provenance"]["settings"]["frame_height_px"]
    inference = json.loads(_module("floors", "inference", clip, _bundle(), measured, height_px)[1])
    _say(f"{case.name}: the least")
    with tempfile.TemporaryDirectory() as place:
        needed, _ = _module("least", clip, _bundle(), measured, Path(place) / "film.mp4")
    return Result(case, tuple(pairs), measured, looped, decoding, inference, needed)


def _profile(case: Case | None, folder: Path) -> dict[str, Any] | None:
    """Times of all stages of one analysis; None if no case is given."""
    if case is None:
        return None
    _say(f"{case.name}: stages")
    found: dict[str, Any] = json.loads(_module("stages", case.path(folder))[1])
    return found


def _analysis(clip: Path) -> tuple[Cost, dict[str, Any]]:
    """Cost of an analysis with all its files, and what its analysis.json holds."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "result"
        cost, _ = run([sys.executable, "-m", "hingecheck.cli", "analyze", str(clip), "--out", str(out)])
        return cost, json.loads((out / "analysis.json").read_text(encoding="utf-8"))


def _loop(case: Case, clip: Path, most: int | None) -> tuple[Cost, int]:
    """Cost of the plain loop over the whole clip, and the number of frames that it really read."""
    cost, printed = _module("loop", clip, _bundle(), *([] if most is None else [most]))
    loop = json.loads(printed)
    return scaled(cost, loop, case.frames), loop["frames"]


def _frames_measured(facts: dict[str, Any]) -> int:
    """Number of frames in which the analysis ran the pose network."""
    return int(facts["provenance"]["losses"]["frames_measured"])


def _bundle() -> Path:
    return bundles.find(bundles.DEFAULT).path


def _module(name: str, *arguments: object) -> tuple[Cost, str]:
    """Run a module of this package in a process of its own."""
    return run([sys.executable, "-m", f"tests.bench.{name}", *(str(argument) for argument in arguments)])


def _keep(asked: argparse.Namespace, results: list[Result], profiled: dict[str, Any] | None) -> None:
    """Write everything to the file of --json.  This is done after each case, so that an interruption loses little."""
    if asked.json is None:
        return
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    data = {"machine": machine, "cases": [document(result) for result in results], "profile": profiled}
    asked.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _asked() -> argparse.Namespace:
    """The options.  `cases` and `profile` are cases, not names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--cases", default=",".join(CASES), help="default: %(default)s")
    parser.add_argument("--pairs", type=int, default=3, help="how often each side runs; default: %(default)s")
    parser.add_argument("--folder", type=Path, help="keep the clips here, and use those that are here already")
    parser.add_argument("--loop-frames", type=int, help="stop the loop after this number of frames and scale its times")
    parser.add_argument("--profile", help="the case whose stages are timed, or none; default: the first case")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    asked = parser.parse_args()
    if asked.pairs < 1 or (asked.loop_frames is not None and asked.loop_frames < 2):
        parser.error("--pairs must be at least 1, --loop-frames at least 2")
    try:
        asked.cases = named(asked.cases)
        profiled = asked.profile or asked.cases[0].name
        asked.profile = None if profiled == "none" else named(profiled)[0]
    except ValueError as error:
        parser.error(str(error))
    return asked


if __name__ == "__main__":
    main()
