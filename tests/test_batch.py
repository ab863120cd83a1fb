"""A batch of clips: a failing clip does not affect the others, and no finished result is lost."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import cv2
import psutil
import pytest

from hingecheck.batch import executors, jobs, plan
from hingecheck.batch.intake import find
from hingecheck.batch.isolation import Limits
from hingecheck.errors import UsageError
from hingecheck.history import triage
from hingecheck.history.logbook import Logbook
from hingecheck.records.season import Clip, Entry, Outcome
from tests import conftest, standin
from tests.conftest import noise_pictures, write_video
from tests.standin import WORK

ROOT = Path(__file__).parents[1]


def season(folder: Path, clips: Mapping[str, str]) -> Path:
    """Write a folder of stand-in clips. `clips` maps a path to what its clip does."""
    for name, action in clips.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(action)
    return folder


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.standin", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def hingecheck(*arguments: object) -> subprocess.CompletedProcess[str]:
    running = start(*arguments)
    out, err = running.communicate()
    return subprocess.CompletedProcess(running.args, running.returncode, out, err)


def results(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tree(out: Path) -> dict[str, bytes]:
    """Return every file of a result, and the rows of each logbook table."""
    files = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("logbook.sqlite")
    }
    with sqlite3.connect(out / "logbook.sqlite") as rows:
        for table in ("athlete", "session", "soreness", "rep", "measure"):
            names = [name for _, name, *_ in rows.execute(f"PRAGMA table_info({table})") if name not in NUMBERS]
            records = rows.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
            files[f"logbook {table}"] = repr(sorted(map(repr, records))).encode()
    rows.close()
    return files


NUMBERS = {"id", "athlete", "session", "rep"}
MIXED = {
    "Ana/2026-01-05.mp4": "share 0.2",
    "Ana/2026-01-12.mp4": "share 0.25",
    "Ana/2026-01-19.mp4": "share 0.9",
    "Bo/2026-01-05 blurred.mp4": "share none",
    "Bo/2026-01-06.mp4": "nobody",
    "Bo/2026-01-07.mp4": "bug",
    "Bo/2026-01-08.mp4": "crash",
    "Bo/2026-01-09.mp4": "leave",
    "Bo/2026-01-11.mp4": "eat",
    "Cy/2026-01-05.mp4": "share 0.2",
    "Cy/2026-01-12.mp4": "share 0.5",
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a batch in which many clips fail."""
    folder = season(tmp_path_factory.mktemp("season"), MIXED)
    out = folder.parent / f"{folder.name} results"
    done = hingecheck("batch", folder, "--out", out, "--memory-limit", 500, "--workers", 3)
    assert done.returncode == 10, done.stderr
    assert "6 clips with a result, 5 without" in done.stdout.replace("\n", " ")
    assert "Traceback" not in done.stderr
    return out


def test_a_failing_clip_gets_a_reason_and_the_other_clips_get_results(mixed: Path) -> None:
    rows = {row["clip"]: row for row in results(mixed)}
    assert len(rows) == len(MIXED)
    reasons = {
        "06": (4, "nobody was found", "Film the whole lifter"),
        "07": (1, "ZeroDivisionError: in the clip", "--retry-failed"),
        "08": (1, "crashed (SIGSEGV)", "--retry-failed"),
        "09": (1, "crashed (exit code 3)", "--retry-failed"),
        "11": (1, "needed more than 500 MB", "--memory-limit"),
    }
    for day, (code, reason, remedy) in reasons.items():
        row = rows[f"Bo/2026-01-{day}.mp4"]
        assert int(row["exit_code"]) == code
        assert reason in row["reason"]
        assert remedy in row["what_to_do"]
        assert str(mixed.parent) not in row["reason"]
        assert row["report"] == ""
    for clip in ("Ana/2026-01-05.mp4", "Cy/2026-01-12.mp4"):
        assert (mixed / rows[clip]["report"]).is_file()
        assert rows[clip]["exit_code"] == "0"


def test_a_rerun_names_what_failed_before_and_bad_folders_are_refused(tmp_path: Path) -> None:
    folder, out = season(tmp_path / "season", {"Bo/1.mp4": "nobody", "Bo/2.mp4": "share 0.2"}), tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 10
    again = " ".join(hingecheck("batch", folder, "--out", out).stderr.split())
    assert "Nothing new: all 2 clips were done before." in again
    assert "Failed before: Bo/1.mp4. To try again, add --retry-failed." in again
    for wrong, words in (
        (folder / "results", "lies inside the folder of the clips"),
        (out / "index.html", "is a file"),
    ):
        refused = hingecheck("batch", folder, "--out", wrong)
        assert refused.returncode == 2
        assert words in " ".join(refused.stderr.split())
        assert "Errno" not in refused.stderr


def test_a_date_that_is_not_understood_is_an_error_with_its_line(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"1.mp4": "share 0.2", "2.mp4": "share 0.2"})
    (tmp_path / "list.csv").write_text("file,date\n1.mp4,2026-03-01\n2.mp4,2026-13-01\n")
    with pytest.raises(UsageError, match=r"line 3: 2026-13-01 is not a valid date"):
        find(folder, manifest=tmp_path / "list.csv")


def test_a_clip_that_hangs_is_stopped_and_reported(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Bo/hangs.mp4": "hang"})
    assert hingecheck("batch", folder, "--out", tmp_path / "out", "--time-limit", 1).returncode == 10
    (row,) = results(tmp_path / "out")
    assert row["exit_code"] == "1"
    assert "took longer than 1 s" in row["reason"]
    assert "--time-limit" in row["what_to_do"]


def test_a_pseudonym_replaces_athlete_and_file_names_everywhere(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Jane Doe/2026-01-05 jane.mp4": "share 0.2"})
    out = tmp_path / "out"
    done = hingecheck("batch", folder, "--out", out, "--pseudonym", "P17")
    assert done.returncode == 0, done.stderr
    (row,) = results(out)
    assert row["athlete"] == "P17"
    assert row["clip"].startswith("P17 ")
    assert [path for path in out.rglob("*") if "jane" in path.name.lower()] == []
    written = [path for path in out.rglob("*") if path.is_file() and path.name != "analysis.json"]  # the stand-in's own
    assert [path for path in written if b"jane" in path.read_bytes().lower()] == []


def test_a_pseudonym_for_several_athletes_is_refused(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Jane/1.mp4": "share 0.2", "Mary/1.mp4": "share 0.2"})
    done = hingecheck("batch", folder, "--out", tmp_path / "out", "--pseudonym", "P17")
    assert done.returncode == 2
    assert "clips of 2 athletes" in done.stderr.replace("\n", " ")


def test_results_list_the_clips_to_review_first(mixed: Path) -> None:
    rows = [(row["group"], row["clip"]) for row in results(mixed)]
    assert rows[:2] == [("low_back_led", "Ana/2026-01-19.mp4"), ("changed", "Cy/2026-01-12.mp4")]
    assert [group for group, _ in rows] == ["low_back_led", "changed", *["not_measured"] * 6, *["other"] * 3]
    assert rows[2][1] == "Bo/2026-01-05 blurred.mp4"
    assert [int(row["place"]) for row in results(mixed)] == list(range(1, 12))


def test_finished_clips_are_recognised_by_content_not_by_name(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/a.mp4": "share 0.2", "Bo/b.mp4": "nobody", "Cy/same.mp4": "share 0.2"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 10
    before = {path: path.stat().st_mtime_ns for path in (out / "clips").rglob("*")}
    assert len(list((out / "clips").iterdir())) == 2  # two clips with one content share one result
    (folder / "Bo" / "b.mp4").rename(folder / "Bo" / "z 2020-01-01.mp4")
    os.utime(folder / "Ana" / "a.mp4", (1, 1))
    again = hingecheck("batch", folder, "--out", out)
    assert "Nothing new: all 3 clips were done before." in again.stderr
    assert {path: path.stat().st_mtime_ns for path in (out / "clips").rglob("*")} == before
    (folder / "Ana" / "a.mp4").write_text("share 0.3")
    assert "3 clips: 1 to analyze, 2 already done" in hingecheck("batch", folder, "--out", out).stderr
    assert "3 clips: 1 to analyze, 2 already done" in hingecheck("batch", folder, "--out", out, "--retry-failed").stderr
    assert (
        "3 clips: 3 to analyze, 0 already done" in hingecheck("batch", folder, "--out", out, "--model", "lite").stderr
    )


def test_a_killed_worker_does_not_fail_its_clip(tmp_path: Path) -> None:
    clips = {f"Ana/{i}.mp4": f"gate {i} share 0.{i}" for i in range(1, 5)}
    folder, out = season(tmp_path / "season", clips), tmp_path / "out"
    running = start("batch", folder, "--out", out, "--workers", 1)
    open_gate(folder, 2)
    wait_for(out, 2, running)
    workers = [c for c in psutil.Process(running.pid).children() if "hingecheck.batch.worker" in c.cmdline()]
    assert len(workers) == 1
    workers[0].kill()
    open_gate(folder, 4)
    assert running.communicate()[0].startswith("4 clips with a result, 0 without")
    assert running.returncode == 0


def open_gate(folder: Path, number: int) -> None:
    """Release the clips that wait for this gate or an earlier one."""
    (folder / "gate.new").write_text(str(number))
    (folder / "gate.new").replace(folder / "gate")


def wait_for(out: Path, count: int, running: subprocess.Popen[str]) -> None:
    """Wait until `count` clips have an outcome."""
    while finished(out) < count:
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)


def test_a_full_disk_stops_the_batch_and_fails_no_clip(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/a.mp4": "full", "Ana/b.mp4": "share 0.2"})
    done = hingecheck("batch", folder, "--out", tmp_path / "out", "--workers", 1)
    assert done.returncode == 2
    assert "Make room." in done.stderr
    (folder / "Ana" / "a.mp4").write_text("share 0.3")
    assert hingecheck("batch", folder, "--out", tmp_path / "out").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupt_exits_with_130_and_the_next_run_resumes(number: int, tmp_path: Path) -> None:
    clips = {f"Ana/{i:02}.mp4": f"gate {1 + i // 5} share 0.{i:02}" for i in range(1, 13)}
    folder, out = season(tmp_path / "season", clips), tmp_path / "out"
    open_gate(folder, 1)
    running = start("batch", folder, "--out", out, "--workers", 2)
    wait_for(out, 4, running)
    (out / "clips" / ".hingecheck-half").mkdir()  # what a worker that is killed leaves behind
    running.send_signal(number)
    output = running.communicate()
    assert running.returncode == 130, output
    assert output[1].splitlines()[-1] == "Interrupted. Nothing unfinished was left behind."
    assert "Traceback" not in "".join(output)
    assert finished(out) == 4
    assert not list((out / "clips").glob(".*"))
    open_gate(folder, 9)
    done = hingecheck("batch", folder, "--out", out)
    assert done.returncode == 0
    assert "12 clips: 8 to analyze, 4 already done" in done.stderr


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_batch_killed_and_resumed_gives_the_same_bytes(kills: int, tmp_path: Path) -> None:
    clips = {f"{i:02}/2026-01-0{j}.mp4": f"gate {i} share 0.{i:02}{j}" for i in range(kills + 1) for j in range(1, 6)}
    clips |= {"00/x.mp4": "gate 0 nobody", "01/x.mp4": "gate 1 crash", "02/x.mp4": "gate 2 share none"}
    folder = season(tmp_path / "season", clips)
    open_gate(folder, kills)
    assert hingecheck("batch", folder, "--out", tmp_path / "calm", "--workers", 4).returncode == 10
    out, rng = tmp_path / "rough", random.Random(7)
    for kill in range(kills):
        open_gate(folder, kill)
        running = start("batch", folder, "--out", out, "--workers", 2)
        wait_for(out, 5 * kill, running)
        time.sleep(rng.uniform(0.0, 0.4))
        running.kill()
        running.communicate()
        assert 5 * kill <= finished(out) < len(clips)
    open_gate(folder, kills)
    assert hingecheck("batch", folder, "--out", out, "--workers", 4).returncode == 10
    assert tree(out) == tree(tmp_path / "calm")


def finished(out: Path) -> int:
    return len(list(out.glob("clips/*/clip.json")))


def test_the_next_run_clears_and_repeats_unfinished_work(tmp_path: Path) -> None:
    folder, out = season(tmp_path / "season", {"Ana/a.mp4": "share 0.2"}), tmp_path / "out"
    hingecheck("batch", folder, "--out", out)
    calm = tree(out)
    (result,) = (out / "clips").iterdir()
    (result / "clip.json").unlink()
    (result / "analysis.json").write_text("{")
    (result / ".unfinished-x").write_text("half")
    (out / ".unfinished-y").write_text("half")
    (out / "clips" / ".ana.z").mkdir()
    hingecheck("batch", folder, "--out", out)
    assert tree(out) == calm


def test_two_batches_cannot_write_into_one_folder(tmp_path: Path) -> None:
    with (
        plan.claimed(tmp_path / "out"),
        pytest.raises(UsageError, match="another batch"),
        plan.claimed(tmp_path / "out"),
    ):
        pass
    with plan.claimed(tmp_path / "out"):
        pass


def test_without_pyarrow_no_parquet_table_is_written_and_the_extra_is_named(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/a.mp4": "share 0.2"})
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "pyarrow.py").write_text("raise ImportError")
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path / "shadow"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.standin", "batch", str(folder), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "hingecheck[table]" in done.stderr
    assert not (tmp_path / "out" / "results.parquet").exists()


def test_wrong_usage_names_the_problem_and_sets_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, words in (
        ((tmp_path / "nowhere", "--out", tmp_path / "out"), "is not a folder"),
        ((tmp_path / "empty", "--out", tmp_path / "out"), "contains no clips"),
        ((tmp_path / "empty", "--out", tmp_path / "out", "--pattern", "{lifter}"), "{athlete}, {date} and {load}"),
    ):
        done = conftest.hingecheck("batch", *arguments)
        assert done.returncode == 2
        assert words in " ".join(done.stderr.split())
    season(tmp_path / "season", {"Ana/a.mp4": "share 0.2"})
    model = ("--model", "enormous")
    assert conftest.hingecheck("batch", tmp_path / "season", "--out", tmp_path / "out", *model).returncode == 6
    assert not (tmp_path / "out" / "results.csv").exists()


def test_the_library_returns_outcomes_without_the_command(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/a.mp4": "share 0.2", "Ana/b.mp4": "nobody"})
    options = plan.RunOptions(Limits(), WORK)
    with executors.local(2) as executor:
        todo = plan.plan(find(folder).clips, tmp_path / "out", jobs.Settings(), options, executor)
        assert sorted(ended_clip.failure is None for ended_clip in plan.run(todo, options, executor)) == [False, True]
    outcomes = plan.outcomes(todo)
    assert [outcome.entry.clip.file for outcome in outcomes] == ["Ana/a.mp4", "Ana/b.mp4"]
    assert outcomes[0].failure is None
    assert outcomes[1].failure is not None
    assert outcomes[1].failure.code == 4
    assert json.loads((tmp_path / "out" / outcomes[1].entry.folder / "clip.json").read_text())["failure"]["code"] == 4
    shutil.rmtree(tmp_path / "out")


def test_a_damaged_result_is_reported_and_the_other_results_remain(tmp_path: Path) -> None:
    outcomes = []
    for name, sha256 in (("good", "a" * 64), ("damaged", "b" * 64)):
        analysis = standin.result(0.2, sha256=sha256)
        if name == "damaged":
            analysis["reps"][1]["metrics"][standin.SHARE]["high"] = "wide"
        (tmp_path / name).mkdir()
        (tmp_path / name / "analysis.json").write_text(json.dumps(analysis))
        clip = Clip(Path(f"{name}.mp4"), f"{name}.mp4", "Ana", "2026-01-05")
        outcomes.append(Outcome(Entry(clip, sha256, name, name), None))
    with Logbook(tmp_path / "logbook.sqlite") as book:
        damaged, good = triage.sort(outcomes, tmp_path, book).rows
        assert [session.file for session in book.sessions()] == ["good.mp4"]
    assert (damaged.group, good.group) == ("not_measured", "other")
    assert damaged.failure is not None
    assert damaged.failure.kind == "result_unreadable"
    assert "reps[1]: metrics: lumbar_share_trunk: high: must be a number" in damaged.reason
    assert "Analyze the clip again" in damaged.remedy


def test_a_batch_of_real_clips_gives_the_same_result_as_analyze(tmp_path: Path, sample_clip: Path) -> None:
    (tmp_path / "season" / "Ana").mkdir(parents=True)
    shutil.copy(sample_clip, tmp_path / "season" / "Ana" / "2026-01-05_100kg.mp4")
    shutil.copy(sample_clip.with_name("low_back_led.mp4"), tmp_path / "season" / "Ana" / "2026-01-12_100kg.mp4")
    write_video(tmp_path / "season" / "Ana" / "2026-01-19_100kg.mp4", noise_pictures(12))
    arguments = [
        "batch",
        str(tmp_path / "season"),
        "--out",
        str(tmp_path / "out"),
        "--pattern",
        "{athlete}/{date}_{load}kg",
    ]
    command = [sys.executable, "-m", "tests.replaying", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 10, done.stderr
    rows = {row["date"]: row for row in results(tmp_path / "out")}
    assert "nobody was found" in rows["2026-01-19"]["reason"]
    alone = conftest.hingecheck(
        "analyze", tmp_path / "season" / "Ana" / "2026-01-05_100kg.mp4", "--load-kg", "100", "--json"
    )
    first = tmp_path / "out" / rows["2026-01-05"]["folder"]
    assert (first / "analysis.json").read_text() == alone.stdout
    picture = cv2.imread(str(first / "thumbnail.jpg"))
    assert picture is not None
    assert picture.shape == (96, 216, 3)
    assert [rows[f"2026-01-{day}"]["load_kg"] for day in ("05", "12")] == ["100", "100"]
    assert [rows[f"2026-01-{day}"]["pattern"] for day in ("05", "12")] == ["hip_led", "low_back_led"]
