"""`python -m tests.fuzz --count 20000`: give mutated files to hingecheck, and print every crash.

The files of a family are tried in processes of their own, BATCH at a time, so that a crash of a decoder ends only one.
Input number n of a family is the same in every run: `--family clips --first 123 --count 1` repeats number 123.
"""

from __future__ import annotations

import argparse
import collections
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

from tests.fuzz.targets import FAMILIES

BATCH = 250
"""Number of inputs that one process tries."""

SLOW_S = 10.0
"""Time from which an input counts as too slow, in seconds."""

BATCH_S = 1800.0
"""Longest time of a process, in seconds."""


def attempt(family: str, folder: Path, numbers: range) -> collections.Counter[str]:
    """Try the inputs with these numbers; the folder holds the prepared files.  Prints what crashes."""
    outcomes: collections.Counter[str] = collections.Counter()
    for number in numbers:
        (folder / "number").write_text(str(number))
        began_s = time.monotonic()
        try:
            outcomes[FAMILIES[family].attempt(folder, np.random.default_rng([len(family), number]))] += 1
        except Exception:  # whatever it is: it is a crash to report
            outcomes["crashed"] += 1
            sys.stdout.write(f"CRASH {family} {number}\n{traceback.format_exc(limit=-6)}\n")
        if time.monotonic() - began_s > SLOW_S:
            outcomes["slow"] += 1
            sys.stdout.write(f"SLOW {family} {number}: {time.monotonic() - began_s:.1f} s\n")
        sys.stdout.flush()
    return outcomes


def _child(family: str, numbers: range, folder: Path) -> collections.Counter[str]:
    """Try the inputs in another process."""
    command = [sys.executable, "-m", "tests.fuzz", "--family", family, "--folder", str(folder)]
    command += ["--first", str(numbers.start), "--count", str(len(numbers))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BATCH_S, check=False)
    lines = done.stdout.splitlines()
    if done.returncode < 0 or not lines or not lines[-1].startswith("{"):
        last = (folder / "number").read_text()
        sys.stdout.write(f"CRASH {family} {last}: the process ended with {done.returncode}\n{done.stderr[-500:]}\n")
        return collections.Counter(crashed=1, read=int(last) - numbers.start)
    sys.stdout.writelines(f"{line}\n" for line in lines[:-1])
    pairs = (pair.split(":") for pair in lines[-1].strip("{}").split(",") if pair)
    return collections.Counter({name: int(number) for name, number in pairs})


def main() -> int:
    """Try all inputs; returns 1 if one crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--count", type=int, default=20_000, help="number of inputs in all, or of the family")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--family", choices=tuple(FAMILIES), help="only this kind of files")
    parser.add_argument("--folder", type=Path, help="a folder with prepared files: try all inputs in this process")
    asked = parser.parse_args()
    if asked.folder is not None:
        outcomes = attempt(asked.family, asked.folder, range(asked.first, asked.first + asked.count))
        sys.stdout.write("{" + ",".join(f"{name}:{count}" for name, count in outcomes.items()) + "}\n")
        return 0
    families = [asked.family] if asked.family else list(FAMILIES)
    crashed = 0
    for family in families:
        count, outcomes = asked.count // len(families), collections.Counter[str]()
        with tempfile.TemporaryDirectory() as folder:
            FAMILIES[family].prepare(Path(folder))
            for first in range(asked.first, asked.first + count, BATCH):
                numbers = range(first, min(first + BATCH, asked.first + count))
                outcomes += _child(family, numbers, Path(folder))
        crashed += outcomes["crashed"]
        words = ", ".join(f"{number} {name}" for name, number in sorted(outcomes.items()))
        sys.stdout.write(f"{family}: {words}\n")
        sys.stdout.flush()
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
