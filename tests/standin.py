"""A fast stand-in for the analysis: the text in a "clip" says what happens to it.

`python -m tests.standin batch FOLDER --out DIR` runs the command with the stand-in instead of the analysis, and
`python -m tests.standin app --folder DIR` the app.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck import names
from hingecheck.app import running, work
from hingecheck.batch import isolation
from hingecheck.batch.jobs import Job
from hingecheck.errors import NobodyFound, UsageError
from hingecheck.progress import Progress, Stage
from hingecheck.results import folder
from hingecheck.results.folder import THUMBNAIL
from tests import stored

WORK = "tests.standin:measure"
SHARE = "lumbar_share_trunk"
WAIT_S, PAUSE_S = 300.0, 0.02


def result(
    share: float | None,
    *,
    file: str = "a.mp4",
    sha256: str = "0" * 64,
    load_kg: float | None = None,
    style: str = "floor",
) -> dict[str, Any]:
    """A document as `analysis.json` holds it, of two repetitions with this lumbar share and no other metric."""
    measure = None if share is None else stored.measure(share, 0.1)
    reasons = {SHARE: "a plate covers the hips"} if share is None else {}
    fields = {"style": style, "metrics": {SHARE: measure}, "reasons": reasons}
    report = stored.SELF_REPORT | {"soreness": {}, "sitting_hours": None, "load_kg": load_kg, "rpe": None, "note": ""}
    pattern = (
        "cannot_tell" if share is None else "low_back_led" if share > 0.55 else "hip_led" if share < 0.35 else "mixed"
    )
    verdict = {
        "pattern": pattern,
        SHARE: measure,
        "reasons": list(reasons.values()),
        "reps_used": [1, 2],
        "sentence": f"A stand-in, {pattern}.",
        "cue": "Film again from the side." if share is None else "Keep this.",
    }
    document = stored.document(
        2,
        verdict=verdict,
        findings=[stored.finding("low_back_led", "flag" if pattern == "low_back_led" else "ok", 0.55)],
        self_report=None if load_kg is None else report,
    )
    document["reps"] = [rep | fields for rep in document["reps"]]
    document["video"] |= {"file": names.readable(file), "sha256": sha256}
    copied: dict[str, Any] = json.loads(json.dumps(document))  # a test may change one repetition alone
    return copied


def measure(job: Job) -> None:
    """Do what the clip says: `share 0.4`, `nobody`, `bug`, `crash`, `hang`, `eat`, `full`, `leave`.

    `zero standing_usual` before `share` is where zero comes from, unless the job names a clip of the lifter's standing.

    `gate 3` waits until the test has written 3 or more into the file `gate` in the clip's folder or its parent.
    """
    words, zero = iter(job.clip.read_text().split()), ""
    for word in words:
        if word == "zero":
            zero = next(words)
        elif word == "share":
            text = next(words)
            share = None if text == "none" else float(text)
            digest = hashlib.sha256(job.clip.read_bytes()).hexdigest()
            document = result(share, file=job.clip.name, sha256=digest, load_kg=job.report.load_kg)
            standing = None if job.standing is None else job.standing.name
            document["provenance"] |= {"own_clips": {"standing": standing, "max_bend": None}}
            document["provenance"] |= {"zero_code": zero if standing is None else "standing_elsewhere"}
            data = json.dumps(document)
            page = b"<p>A report</p><!--session--><!--/session-->"
            files = {"analysis.json": data.encode("utf-8", "replace"), "keyframes.png": b"png", "report.html": page}
            folder.write(job.folder, files)
            folder.put(job.folder / THUMBNAIL, b"jpg")
        elif word == "gate":
            _wait_at(int(next(words)), job.clip)
        else:
            _fail(word, job)


def app_measure(job: Job) -> None:
    """The same for the app.  It tells its progress first."""
    assert isinstance(job, work.AppJob)
    watch = work.Reporter(job.progress)
    watch(Progress(Stage.SCOUTING))
    watch(Progress(Stage.MEASURING, 30, 120))
    measure(job)


def _wait_at(number: int, clip: Path) -> None:
    """Wait until that gate is open, with a time limit in case the test has ended."""
    for _ in range(round(WAIT_S / PAUSE_S)):
        if opened(clip) >= number:
            return
        time.sleep(PAUSE_S)
    raise TimeoutError(f"gate {number} stays closed")


def opened(clip: Path) -> int:
    """The highest gate that the test has opened."""
    files = [folder / "gate" for folder in clip.parents[:2] if (folder / "gate").exists()]
    return max((int(file.read_text() or "0") for file in files), default=0)


def _fail(word: str, job: Job) -> None:
    if word == "nobody":
        raise NobodyFound(f"{job.clip}: nobody was found", "Film the whole lifter.")
    if word == "bug":
        raise ZeroDivisionError(f"in {job.clip}")
    if word == "full":
        raise UsageError(f"{job.folder}: cannot be written (no space)", "Make room.")
    if word == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "leave":
        os._exit(3)
    if word == "hang":
        time.sleep(600)
    if word == "eat":
        held = [np.ones(1 << 22) for _ in range(24)]  # 32 MB each
        time.sleep(600 + len(held))


def main() -> None:
    """Run the command with the stand-in."""
    from hingecheck import cli

    isolation.WORK = WORK  # type: ignore[misc]
    running.WORK = "tests.standin:app_measure"  # type: ignore[misc]
    cli.main()


if __name__ == "__main__":
    main()
