"""The same batch on a Dask cluster: a real scheduler and two workers on this machine, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.test_batch import ROOT, hingecheck, open_gate, results, season, start, tree, wait_for

pytest.importorskip("distributed")
WAIT_S = 120.0
"""How long a busy machine may take for what usually takes a second."""

ENV = os.environ | {"PYTHONPATH": str(ROOT)}


def dask(what: str, *arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def worker(told: Path) -> subprocess.Popen[bytes]:
    here = ("--host", "127.0.0.1", "--no-dashboard", "--local-directory", told.parent)
    return dask("worker", "--scheduler-file", told, "--nthreads", 1, "--no-nanny", *here)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of a scheduler, and its two workers."""
    told = tmp_path / "scheduler.json"
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", told)
    workers = [worker(told), worker(told)]
    try:
        yield address(told), workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def address(told: Path) -> str:
    until_s = time.monotonic() + WAIT_S
    while time.monotonic() < until_s:
        if told.exists() and told.stat().st_size:
            found: dict[str, Any] = json.loads(told.read_text())
            return str(found["address"])
        time.sleep(0.1)
    raise TimeoutError("no scheduler")


def test_a_worker_killed_in_the_middle_loses_nothing(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    scheduler, workers = cluster
    clips = {
        f"{who}/2026-01-{i:02}.mp4": f"gate {1 + j} share 0.{i}{j}" for i in range(1, 11) for j, who in enumerate("AB")
    }
    folder = season(tmp_path / "season", clips | {"A/x.mp4": "gate 1 nobody", "B/x.mp4": "gate 2 crash"})
    open_gate(folder, 1)
    out = tmp_path / "out"
    running = start("batch", folder, "--out", out, "--scheduler", scheduler)
    wait_for(out, 6, running)
    both = [any("hingecheck.batch.worker" in child.cmdline() for child in children(process)) for process in workers]
    assert both == [True, True]
    orphans = children(workers[0])
    workers[0].send_signal(signal.SIGKILL)
    open_gate(folder, 9)
    told = running.communicate()
    assert running.returncode == 10, told
    assert len(results(out)) == 22
    assert [row["clip"] for row in results(out) if row["exit_code"] != "0"] == ["A/x.mp4", "B/x.mp4"]
    assert orphans != []
    assert psutil.wait_procs(orphans, timeout=WAIT_S)[1] == []  # whose worker is gone does not go on alone
    hingecheck("batch", folder, "--out", tmp_path / "local")
    assert tree(out) == tree(tmp_path / "local")


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_no_scheduler_is_wrong_usage(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"A/a.mp4": "share 0.2"})
    done = hingecheck("batch", folder, "--out", tmp_path / "out", "--scheduler", "foo://127.0.0.1:9")
    assert done.returncode == 2, done.stderr
    assert "no scheduler answers" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
