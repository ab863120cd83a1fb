"""A batch on a Dask cluster: a real scheduler and two workers on this machine. The test kills one worker."""

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
"""How long to wait on a working machine for what usually takes a second."""

ENV = os.environ | {"PYTHONPATH": str(ROOT)}


def dask(what: str, *arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def worker(scheduler_file: Path) -> subprocess.Popen[bytes]:
    options = ("--host", "127.0.0.1", "--no-dashboard", "--local-directory", scheduler_file.parent)
    return dask("worker", "--scheduler-file", scheduler_file, "--nthreads", 1, "--no-nanny", *options)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler and its two workers."""
    scheduler_file = tmp_path / "scheduler.json"
    scheduler = dask(
        "scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", scheduler_file
    )
    workers = [worker(scheduler_file), worker(scheduler_file)]
    try:
        yield address(scheduler_file), workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def address(scheduler_file: Path) -> str:
    deadline_s = time.monotonic() + WAIT_S
    while time.monotonic() < deadline_s:
        if scheduler_file.exists() and scheduler_file.stat().st_size:
            contents: dict[str, Any] = json.loads(scheduler_file.read_text())
            return str(contents["address"])
        time.sleep(0.1)
    raise TimeoutError("no scheduler")


@pytest.mark.slow
def test_a_batch_loses_no_result_when_a_worker_is_killed(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    scheduler, workers = cluster
    clips = {
        f"{athlete}/2026-01-{i:02}.mp4": f"gate {1 + j} share 0.{i}{j}"
        for i in range(1, 11)
        for j, athlete in enumerate("AB")
    }
    folder = season(tmp_path / "season", clips | {"A/x.mp4": "gate 1 nobody", "B/x.mp4": "gate 2 crash"})
    open_gate(folder, 1)
    out = tmp_path / "out"
    running = start("batch", folder, "--out", out, "--scheduler", scheduler)
    wait_for(out, 6, running)
    working = [
        any("hingecheck.batch.worker" in child.cmdline() for child in child_processes(process)) for process in workers
    ]
    assert working == [True, True]
    orphans = child_processes(workers[0])
    workers[0].send_signal(signal.SIGKILL)
    open_gate(folder, 9)
    output = running.communicate()
    assert running.returncode == 10, output
    assert len(results(out)) == 22
    assert [row["clip"] for row in results(out) if row["exit_code"] != "0"] == ["A/x.mp4", "B/x.mp4"]
    assert orphans != []
    assert psutil.wait_procs(orphans, timeout=WAIT_S)[1] == []  # a process whose worker is gone ends
    hingecheck("batch", folder, "--out", tmp_path / "local")
    assert tree(out) == tree(tmp_path / "local")


def child_processes(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_a_missing_scheduler_exits_with_2(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"A/a.mp4": "share 0.2"})
    done = hingecheck("batch", folder, "--out", tmp_path / "out", "--scheduler", "foo://127.0.0.1:9")
    assert done.returncode == 2, done.stderr
    assert "no scheduler answers" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
