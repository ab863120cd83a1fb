"""Detectable changes, and the logbook that they are read from."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hingecheck import texts
from hingecheck.errors import ResultUnreadable, UsageError
from hingecheck.history import archive, error_card, sessions, trends
from hingecheck.history.logbook import Logbook
from hingecheck.history.migrations import MIGRATIONS
from hingecheck.history.sessions import Session
from hingecheck.records import Code, Reason, SelfReport
from hingecheck.report.page import trend as trend_page
from hingecheck.results import reading
from tests import conftest
from tests.standin import result
from tests.test_batch import ROOT, hingecheck, season

SHARE = "lumbar_share_trunk"


def clip(
    date: str, share: float | None, *, load_kg: float | None = None, style: str = "floor", who: str = "Ana"
) -> Session:
    digest = hashlib.sha256(f"{date} {share} {load_kg} {style} {who}".encode()).hexdigest()
    return session(result(share, file=f"{date}.mp4", sha256=digest, load_kg=load_kg, style=style), who, date)


def session(document: dict[str, Any], who: str, date: str = "") -> Session:
    stored = reading.parsed(json.dumps(document).encode(), Path("analysis.json"))
    return sessions.session(stored, who, date, f"clips/{date}")


def changes(*clips: Session) -> list[str]:
    return [p.change.status for trend in trends.of_athlete(clips) for p in trend.points]


def test_a_change_is_reported_only_beyond_the_error_of_two_clips() -> None:
    sd = 0.34 / (2 * error_card.AGREEMENT)  # limits of agreement of the share, from -0.17 to +0.17, 27 clips
    limit = 2.056 * np.sqrt(2) * sd  # Student's t with 26 degrees of freedom
    for step, status in ((limit - 0.01, "within"), (limit + 0.01, "changed"), (-limit - 0.01, "changed")):
        (trend,) = trends.of_athlete([clip("2026-01-01", 0.45), clip("2026-01-08", 0.45 + step)])
        assert [p.change.status for p in trend.points] == ["not_told", status]
        assert trend.points[1].change.detectable == pytest.approx(limit, abs=2e-3)
        assert trend.points[1].change.difference == pytest.approx(step)


def test_more_earlier_days_lower_the_limit_and_own_scatter_raises_it() -> None:
    def limit(*earlier: Session) -> float:
        return trends.of_athlete([*earlier, clip("2026-03-01", 0.4)])[0].points[-1].change.detectable

    days = [clip(f"2026-01-{i:02}", 0.4) for i in range(1, 9)]
    assert limit(*days) == pytest.approx(limit(days[0]) * np.sqrt((1 + 1 / 8) / 2), rel=1e-6)
    calm = [clip("2026-01-01", 0.4), clip("2026-01-01", 0.42)]
    wild = [clip("2026-01-01", 0.3), clip("2026-01-01", 0.5)]
    assert limit(days[0]) < limit(*calm) < limit(*wild)
    same_day_twice = limit(clip("2026-01-01", 0.4), clip("2026-01-01", 0.4, who="Ana "))
    assert same_day_twice == pytest.approx(limit(days[0]))  # one day's clips share camera and clothes


def test_a_poor_view_widens_the_limit() -> None:
    good = clip("2026-01-08", 0.7)
    wide = {name: replace(m, low=0.2, high=1.2) for name, m in good.reps[0].metrics.items()}
    poor = replace(good, reps=tuple(replace(rep, metrics=wide) for rep in good.reps))
    first = clip("2026-01-01", 0.4)
    assert changes(first, good) == ["not_told", "changed"]
    assert changes(first, poor) == ["not_told", "within"]


def test_clips_that_cannot_be_compared_give_a_reason() -> None:
    base = clip("2026-01-01", 0.2)
    for later, reason in (
        (clip("", 0.9), "date is not known"),
        (clip("2026-01-01", 0.9), "no earlier day with this lift"),
        (clip("2026-01-08", 0.9, style="romanian"), "no earlier day with this lift"),
        (clip("2026-01-08", None), "a plate covers the hips"),
    ):
        (change,) = [p.change for t in trends.of_athlete([base, later]) for p in t.points if p.session == later]
        assert change.status == "not_told"
        assert reason in texts.reason(change.reason)
    heavy = [clip("2026-01-01", 0.2, load_kg=100.0), clip("2026-01-08", 0.9, load_kg=140.0)]
    assert trends.of_athlete(heavy)[0].points[1].change.reason == Reason(Code.LOAD_DIFFERS)
    (trend,) = trends.of_athlete([base, clip("2026-01-08", 0.9)], "concentric_s")
    assert {p.change.status for p in trend.points} == {"not_told"}
    assert not any(p.value.known for p in trend.points)


def test_the_effect_of_load_is_removed() -> None:
    loads = (80.0, 100.0, 120.0, 140.0, 160.0, 180.0)
    clips = [clip(f"2026-01-{i:02}", 0.1 + 0.004 * kg, load_kg=kg) for i, kg in enumerate(loads, start=1)]
    (trend,) = trends.of_athlete(clips)
    assert trend.slope.value == pytest.approx(0.004)
    assert trend.slope.low < 0.004 < trend.slope.high
    assert trend.points[-1].change.adjusted
    assert trend.points[-1].change.difference == pytest.approx(0.0, abs=1e-9)
    assert trend.points[-1].change.status == "within"
    moved = [p.at_load for p in trend.points]
    assert all(m.value == pytest.approx(0.1 + 0.004 * trend.reference_kg) for m in moved)
    far, near = moved[0], moved[2]
    assert far.high - far.low > near.high - near.low
    back_led = clip("2026-02-01", 0.95, load_kg=100.0)
    assert trends.of_athlete([*clips, back_led])[0].points[-1].change.status == "changed"


def test_the_error_card_and_the_package_agree() -> None:
    card = (ROOT / "samples" / "ERRORS.md").read_text(encoding="utf-8")
    table = card.split("The random mixtures among them")[1].split("\n## ")[0]
    rows = {
        "Lumbar change": "lumbar_change_deg",
        "Pelvis change": "pelvis_change_deg",
        "Hip change": "hip_change_deg",
        "Knee change": "knee_change_deg",
        "Lumbar share": "lumbar_share_trunk",
    }
    clips = int(re.findall(r"\((\d+) clips", table)[0])
    for label, metric in rows.items():
        line = next(line for line in table.splitlines() if line.startswith(f"| {label}"))
        cells = [cell.strip().replace("−", "-") for cell in line.split("|")]
        low, high = (float(end) for end in cells[5].split(" to "))
        unread = float(cells[8].removesuffix("%")) / 100
        scatter = error_card.scatter(metric)
        assert scatter is not None
        assert scatter.sd == pytest.approx((high - low) / (2 * error_card.AGREEMENT))
        assert scatter.freedom <= clips * (1 - unread)


# --- logbook -----------------------------------------------------------------------------------------


def test_the_logbook_returns_the_recorded_sessions(tmp_path: Path) -> None:
    report = SelfReport({"glutes": 1.0, "low-back": 6.0}, 9.0, 120.0, 8.0, "a note\nof two lines")
    given = [replace(clip("2026-01-01", 0.2), report=report), clip("2026-01-08", None), clip("", 0.7, who="Bo")]
    with Logbook(tmp_path / "log.sqlite") as book:
        assert book.record(given) == 3
        assert book.record(given) == 0  # the same sessions again change nothing
        assert repr(book.sessions()) == repr(tuple(sorted(given, key=lambda s: (s.athlete, s.date))))
        assert [a.name for a in book.athletes()] == ["Ana", "Bo"]
        assert book.record([replace(given[0], sentence="another version's")]) == 1
        assert len(book.sessions("Ana")) == 2
        assert book.metrics() == (SHARE,)


def test_several_spellings_of_one_name_are_one_athlete(tmp_path: Path) -> None:
    with Logbook(tmp_path / "log.sqlite") as book:
        for i, who in enumerate(("Zoë", "Zoe\u0308", "ZOË", " zoë  ")):
            book.record([clip(f"2026-01-0{i + 1}", 0.2, who=who)])
        assert [(a.name, a.sessions) for a in book.athletes()] == [("Zoë", 4)]
        with pytest.raises(UsageError, match="no athlete with this name"):
            book.sessions("Zoe")


def test_a_deleted_athlete_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with Logbook(path) as book:
        secret = [replace(clip(f"2026-01-{i:02}", 0.2, who="Anastasia"), sentence="SECRET") for i in range(1, 29)]
        book.record([*secret, clip("2026-01-01", 0.3, who="Bo")])
        assert len(book.delete("anastasia")) == 28
        assert [a.name for a in book.athletes()] == ["Bo"]
    for file in tmp_path.iterdir():
        assert b"SECRET" not in file.read_bytes()
        assert b"nastasia" not in file.read_bytes()
    with sqlite3.connect(path) as rows:
        assert rows.execute("SELECT count(*) FROM rep").fetchone() == (2,)
    rows.close()


def test_older_logbooks_are_migrated_and_later_ones_are_refused(tmp_path: Path) -> None:
    with Logbook(tmp_path / "new.sqlite") as book:
        book.record([clip("2026-01-01", 0.2)])
        assert len(book.sessions()) == 1
    want = schema(tmp_path / "new.sqlite")
    for version in range(len(MIGRATIONS)):
        path = tmp_path / f"{version}.sqlite"
        rows = sqlite3.connect(path)
        rows.executescript("".join(MIGRATIONS[:version]))
        rows.execute(f"PRAGMA user_version = {version}")
        rows.close()
        Logbook(path).close()
        assert schema(path) == want
    rows = sqlite3.connect(tmp_path / "new.sqlite")
    rows.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    rows.close()
    with pytest.raises(UsageError, match="later hingecheck"):
        Logbook(tmp_path / "new.sqlite")
    (tmp_path / "text.sqlite").write_text("no database " * 100)
    with pytest.raises(UsageError, match="cannot be used as a logbook"):
        Logbook(tmp_path / "text.sqlite")


def test_a_first_version_logbook_keeps_its_sessions_and_accepts_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as rows, rows:
        rows.executescript(MIGRATIONS[0])
        rows.executescript(FIRST_VERSION)
        rows.execute("PRAGMA user_version = 1")
    report = SelfReport({"low-back": 6.0}, 9.0, 120.0, 8.0, "ok")
    with Logbook(path) as book:
        (old,) = book.sessions()
        assert (old.athlete, old.date, old.pattern, old.report) == ("Ana", "2026-01-01", "hip_led", report)
        assert old.value(SHARE).value == 0.2
        assert book.record([replace(clip("2026-01-08", 0.3), report=replace(report, height_cm=178.0))]) == 1
        reports = [kept.report for kept in book.sessions("Ana")]
        assert reports == [report, report]  # the logbook does not store the height


FIRST_VERSION = """
INSERT INTO athlete VALUES (1, 'ana', 'Ana');
INSERT INTO session VALUES (1, 1, '2026-01-01', 'a.mp4', 'clips/a', '0', '0.1.0', 'hip_led', 0.2, 0.1, 0.3, '',
    'A lift.', 'Keep this.', '', '', 120.0, 8.0, 9.0, 'ok', 'digest');
INSERT INTO soreness VALUES (1, 'low-back', 6.0);
INSERT INTO rep VALUES (1, 1, 1, 'floor', 1);
INSERT INTO measure VALUES (1, 'lumbar_share_trunk', 0.2, 0.1, 0.3, '');
"""


def schema(path: Path) -> list[Any]:
    rows = sqlite3.connect(path)
    statements = rows.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    rows.close()
    return statements


WRITES = """
import sys; from pathlib import Path
from hingecheck.history.logbook import Logbook; from tests.test_trends import clip
for i in range(1, 15):
    with Logbook(Path(sys.argv[1])) as book:
        book.record([clip(f"2026-01-{i:02}", 0.2, who=sys.argv[2]), clip("", 0.5, who="All")])
"""


def test_several_processes_write_to_one_logbook_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES, str(tmp_path / "log.sqlite")]
    running = [subprocess.Popen([*command, who], cwd=ROOT, stderr=subprocess.PIPE) for who in ("Ana", "Bo", "Cy")]
    assert [process.communicate()[1] for process in running] == [b"", b"", b""]
    with Logbook(tmp_path / "log.sqlite") as book:
        assert [(a.name, a.sessions) for a in book.athletes()] == [("All", 1), ("Ana", 14), ("Bo", 14), ("Cy", 14)]


OPENS = """
import sys; from pathlib import Path
from hingecheck.history.logbook import Logbook
for i in range(40):
    sys.stdin.readline()
    Logbook(Path(sys.argv[1]) / f"{i}.sqlite").close()
    print(flush=True)
"""


def test_several_processes_create_one_logbook_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENS, str(tmp_path)]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    running = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(4)]
    for _ in range(40):
        for process in running:
            process.stdin.write("\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        for process in running:
            process.stdout.readline()  # type: ignore[union-attr]
    assert [process.communicate()[1] for process in running] == [""] * 4


def test_an_import_skips_damaged_results_and_reports_why(tmp_path: Path) -> None:
    damaged: dict[str, Callable[[dict[str, Any]], object]] = {
        "verdict is missing": lambda d: d.pop("verdict"),
        "reps[1]: number: must be a whole number": lambda d: d["reps"][1].update(number=1.5),
        "reps[0]: metrics: lumbar_share_trunk: must be": lambda d: d["reps"][0]["metrics"].update({SHARE: None}),
        "outside its own interval": lambda d: d["verdict"][SHARE].update(low=0.6),
        "contains half a character": lambda d: d["reps"][0]["metrics"].update({"\ud800": None}),
        "this version reads": lambda d: d.update(schema="hingecheck/analysis/2"),
        "contains an error": lambda d: d.update(error={}),
    }
    for i, change in enumerate(damaged.values()):
        document = result(0.2)
        change(document)
        write(tmp_path / f"{i}", document)
    write(tmp_path / "whole", result(0.2))
    *refused, whole = archive.earlier(tmp_path, tmp_path / "log.sqlite", "Ana")
    assert isinstance(whole, Session)
    for i, (refusal, words) in enumerate(zip(refused, damaged, strict=True)):
        assert isinstance(refusal, archive.Refused)
        assert refusal.why.startswith(str(tmp_path / f"{i}" / "analysis.json"))
        assert words in refusal.why


def write(folder: Path, document: dict[str, Any]) -> None:
    folder.mkdir()
    (folder / "analysis.json").write_text(json.dumps(document))


def test_a_metric_of_a_later_version_is_kept() -> None:
    later = result(0.2)
    later["reps"][0]["metrics"]["something_new_deg"] = {"value": 1.0, "low": 0.0, "high": 2.0}
    assert session(later, "Ana").value("something_new_deg").value == 1.0


def test_a_damaged_number_in_the_logbook_is_reported_by_name(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with Logbook(path) as book:
        book.record([clip("2026-01-05", 0.2, who="Ana")])
    with contextlib.closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("UPDATE session SET share_low = 0.9")
    with Logbook(path) as book, pytest.raises(ResultUnreadable, match="lumbar_share_trunk is damaged"):
        book.sessions("Ana")


def test_log_and_trend_commands_read_what_batch_wrote(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/2026-01-05.mp4": "share 0.2", "Ana/2026-01-12.mp4": "share 0.6"})
    season(folder, {"<Bo>/2026-01-05.mp4": "share 0.4", "<Bo>/2026-01-06.mp4": "nobody"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 10
    printed = conftest.hingecheck("trend", "ana", "--logbook", out, "--page", tmp_path / "ana.html").stdout
    assert max(map(len, printed.splitlines())) <= 80
    assert "60 % (50 to 70)" in printed
    assert "worse than on 5 January: 20 % → 60 %, more than the measurement error (25" in " ".join(printed.split())
    pages = [tmp_path / "ana.html", out / "trends" / trend_file(out, "ana")]
    assert ["index.html" in page.read_text() for page in pages] == [False, True]
    for page in pages:
        assert "Worse than on 5 January: 20\u00a0% → 60\u00a0%" in page.read_text()
    wrong = conftest.hingecheck("trend", "ana", "--logbook", out, "--metric", "nothing")
    assert wrong.returncode == 2
    assert SHARE in wrong.stderr
    assert "2026-01-05 │ 2026-01-12" in conftest.hingecheck("log", "list", "--logbook", out).stdout
    assert "low-back-led" in conftest.hingecheck("log", "list", "Ana", "--logbook", out).stdout
    assert conftest.hingecheck("log", "export", tmp_path / "tables", "--logbook", out).returncode == 0
    with (tmp_path / "tables" / "sessions.csv").open(newline="") as file:
        assert [row["athlete"] for row in csv.DictReader(file)] == ["<Bo>", "Ana", "Ana"]
    again = conftest.hingecheck("log", "import", out, "--logbook", tmp_path / "second.sqlite")
    assert again.stdout.startswith("3 results read, 3 new")
    with Logbook(tmp_path / "second.sqlite") as second:
        assert [(s.athlete, s.date) for s in second.sessions("Ana")] == [("Ana", "2026-01-05"), ("Ana", "2026-01-12")]
    assert conftest.hingecheck("log", "import", tmp_path, "--logbook", out / "logbook.sqlite").stdout.startswith(
        "3 results"
    )


def trend_file(out: Path, slug: str) -> str:
    return next(path.name for path in (out / "trends").iterdir() if path.name.startswith(slug))


def test_delete_removes_an_athlete_from_logbook_results_and_trends(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"Ana/2026-01-05.mp4": "share 0.2", "Bo/2026-01-05.mp4": "share 0.4"})
    season(folder, {"Ana/lost.mp4": "nobody", "Ana/twin.mp4": "share 0.3", "Bo/twin.mp4": "share 0.3"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 10
    (out / "clips" / "mine").mkdir()
    asked = conftest.hingecheck("log", "delete", "Ana", "--logbook", out, "--results", out)
    assert asked.returncode != 0  # not confirmed
    done = conftest.hingecheck("log", "delete", "ANA", "--logbook", out, "--results", out, "--yes")
    assert done.returncode == 0, done.stderr
    left = sorted(path.name.rpartition("-")[0] for path in (out / "clips").iterdir())
    assert left == ["", "bo-2026-01-05"]  # folders of the user stay; what was made from Ana's copy of a clip goes
    with (out / "results.csv").open(newline="", encoding="utf-8") as file:
        assert {row["athlete"] for row in csv.DictReader(file)} == {"Bo"}
    assert [path.name.startswith("bo-") for path in (out / "trends").iterdir()] == [True]
    assert conftest.hingecheck("trend", "Ana", "--logbook", out).returncode == 2


def test_a_trend_page_has_a_point_with_an_interval_for_each_dated_clip() -> None:
    clips = [clip("2026-01-01", 0.2), clip("2026-01-08", 0.7), clip("2026-01-15", None), clip("", 0.3)]
    text = trend_page.page(trends.of_athlete(clips))
    assert text.count('class="interval"') == 2
    assert text.count('class="ring"') == 1
    assert "not measured: a plate covers the hips" in text
    assert "style=" not in text  # the policy would forbid it
    assert "&lt;b&gt;" in trend_page.page(trends.of_athlete([clip("2026-01-01", 0.2, who="<b>")]))
