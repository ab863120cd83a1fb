"""The coach's board: a row for each athlete, pages of the athletes, reports that lead back, and deleting that lasts."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from hingecheck.batch import jobs
from hingecheck.batch.jobs import Job, Settings
from hingecheck.history import trends
from hingecheck.report import sentences
from hingecheck.report.page import board as board_page
from tests import conftest
from tests.test_batch import hingecheck, results, season
from tests.test_privacy import phone_clip
from tests.test_trends import clip

CLIPS = {
    "Ana/2026-01-05.mp4": "share 0.66",
    "Ana/2026-03-01 a.mp4": "share 0.18",
    "Ana/2026-03-01 b.mp4": "share 0.19",
    "Bo/2026-03-02.mp4": "nobody",
    "Bo/2026-02-01.mp4": "share 0.9",
    "<img src=x>/no date.mp4": "share none",
    "alone 2026-02-30.mp4": "share 0.4",
    "Cy/2026-03-01.mp4": "share 0.7",
}

ANA = re.compile(rb"(?i)\bana\b")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    done = hingecheck("batch", season(folder / "clips", CLIPS), "--out", folder / "out")
    assert done.returncode == 10, done.stderr
    assert "Dates that do not exist, ignored: alone 2026-02-30.mp4." in " ".join(done.stderr.split())
    assert "Clips without a date in name, list or metadata: 2." in " ".join(done.stderr.split())
    return folder / "out"


def rows(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of the board by the athlete's name, in order."""
    text = re.search(r'id="data">(.*?)</script>', (out / "index.html").read_text(), re.DOTALL)
    assert text is not None
    return {row["name"]: row for row in json.loads(text[1])["rows"]}


def test_the_board_has_a_row_for_each_athlete_with_the_newest_day_first(out: Path) -> None:
    board = rows(out)
    assert list(board) == ["Bo", "Cy", "Ana", "<img src=x>", ""]
    ana = board["Ana"]
    assert (ana["day"], ana["clips"], ana["verdict"], ana["reps"]) == ("1 March 2026", 2, "hip-led", "2")
    assert ana["words"][0].startswith("Better than on 5 January: 66 % → 1")
    assert ana["words"][0].endswith("more than the measurement error.")
    assert [text for _, text in ana["spark"]] == ["66 %", "18 %", "19 %"]
    assert board["Bo"]["words"] == ["Nobody was found.", "Film the whole lifter."]
    assert board["Bo"]["verdict"] == "no result"  # the low-back-led day of February does not stay on top
    assert board["Cy"]["words"] == ["Not compared: no earlier day with this lift.", "Flagged: Low back leads."]
    assert board[""]["clip"] == "alone 2026-02-30.mp4"


def test_every_link_between_board_athletes_and_reports_leads_somewhere(out: Path) -> None:
    pages = [out / "index.html", *(out / "trends").iterdir(), *out.glob("clips/*/report.html")]
    for row in rows(out).values():
        for link in filter(None, (row["report"], row["page"], row["picture"])):
            assert (out / link).is_file()
    assert len(pages) == 1 + 4 + 7
    for page in pages[1:]:
        links = re.findall(r'(?:href|src)="([^"]*)"', page.read_text())
        assert links
        assert any("index.html" in link for link in links)
        for link in links:
            assert (page.parent / unquote(html.unescape(link))).is_file(), (page, link)


def test_an_athletes_page_lists_all_clips_also_those_without_a_result(out: Path) -> None:
    bo = (out / rows(out)["Bo"]["page"]).read_text()
    assert "2026-02-01.mp4" in bo
    assert "2026-03-02.mp4" in bo.split("Clips without a result")[1]
    assert "Nobody was found. Film the whole lifter." in bo
    ana = (out / rows(out)["Ana"]["page"]).read_text()
    assert ana.index("<strong>1 March 2026") < ana.index("<strong>5 January 2026")
    for band in ("hip-led", "mixed", "low-back-led"):
        assert f">{band}</text>" in ana
    assert "3 clips on 2 days, 5 January to 1 March 2026." in ana


def test_a_report_names_everyone_who_shares_it_and_follows_a_new_name(tmp_path: Path) -> None:
    folder = season(tmp_path / "clips", {"Ana/2026-01-05.mp4": "share 0.2", "Bo/2026-01-06.mp4": "share 0.2"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    (report,) = out.glob("clips/*/report.html")
    text = report.read_text()
    assert re.search(r"<bdi>Ana</bdi></a> 5 January 2026.*<bdi>Bo</bdi></a> 6 January 2026", text)
    before = report.stat().st_mtime_ns
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert report.stat().st_mtime_ns == before
    (folder / "Ana").rename(folder / "Zoë & Co")
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert "<bdi>Zoë &amp; Co</bdi></a> 5 January 2026" in report.read_text()
    assert "Ana" not in report.read_text()
    assert len(list((out / "trends").iterdir())) == 2  # the page of the old name is gone


@pytest.mark.parametrize(
    ("earlier", "now", "words"),
    [
        ([0.66], 0.18, "better than on 1 January: 66 % → 18 %, more than the measurement error"),
        ([0.18], 0.66, "worse than on 1 January: 18 % → 66 %, more than the measurement error"),
        ([0.30], 0.28, "no clear change since 1 January: 30 % → 28 %, within the measurement error"),
        ([0.60, 0.70], 0.2, "better than the mean of 2 earlier days: 65 % → 20 %, more than the measurement error"),
        ([], 0.2, "not compared: no earlier day with this lift"),
    ],
)
def test_the_direction_says_from_what_to_what_and_whether_it_exceeds_the_error(
    earlier: list[float], now: float, words: str
) -> None:
    days = [clip(f"2026-01-0{i + 1}", share) for i, share in enumerate(earlier)]
    (trend,) = trends.of_athlete([*days, clip("2026-02-01", now)])
    assert sentences.direction(trend.points[-1].change, "2026-02-01") == words


def test_a_date_is_written_as_people_say_it() -> None:
    assert sentences.day("2026-03-01") == "1 March 2026"
    assert sentences.day("2026-03-01", "2026-12-31") == "1 March"
    assert sentences.day("2025-12-31", "2026-01-01") == "31 December 2025"
    assert sentences.day("") == ""


def test_a_clip_without_a_date_gets_the_one_in_its_metadata(tmp_path: Path, sample_clip: Path) -> None:
    path = phone_clip(tmp_path / "phone.mp4", sample_clip, 0.2)
    job = Job("key", "0" * 64, path, "phone.mp4", tmp_path / "result", Settings())
    assert jobs.perform(job, work=lambda job: None).failure is None
    record = jobs.recorded(tmp_path / "result")
    assert record is not None
    assert record.day == ("2024-05-17", True)


def test_a_date_in_the_name_comes_before_the_one_in_the_metadata(tmp_path: Path) -> None:
    folder = season(tmp_path / "clips", {"Ana/2026-01-05.mp4": "share 0.2", "Ana/b.mp4": "share 0.3"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    for record in out.glob("clips/*/clip.json"):
        record.write_text(record.read_text().replace('"recorded": ""', '"recorded": "2024-05-17"'))
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert {row["clip"]: row["date"] for row in results(out)} == {
        "Ana/2026-01-05.mp4": "2026-01-05",
        "Ana/b.mp4": "2024-05-17",
    }


def test_a_date_in_utc_is_said_on_terminal_and_board_also_after_a_deletion(tmp_path: Path) -> None:
    folder = season(tmp_path / "clips", {"Ana/a.mp4": "share 0.2", "Bo/b.mp4": "share 0.3", "Cy/c.mp4": "share 0.4"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    for record in out.glob("clips/*/clip.json"):
        utc = "true" if "-b-" not in record.parent.name else "false"
        dated = record.read_text().replace('"recorded": ""', '"recorded": "2024-05-17"')
        record.write_text(dated.replace('"recorded_utc": false', f'"recorded_utc": {utc}'))
    done = hingecheck("batch", folder, "--out", out)
    assert "may differ by one: Cy/c.mp4, Ana/a.mp4." in " ".join(done.stderr.split())
    assert {name: board_page.UTC in row["words"] for name, row in rows(out).items()} == {
        **dict.fromkeys(("Ana", "Cy"), True),
        "Bo": False,
    }
    conftest.hingecheck("log", "delete", "Ana", "--logbook", out, "--results", out, "--yes")
    assert {name: board_page.UTC in row["words"] for name, row in rows(out).items()} == {"Bo": False, "Cy": True}


def test_deleting_lasts_until_the_athlete_is_taken_back(tmp_path: Path) -> None:
    clips = {"Ana/2026-01-05.mp4": "share 0.2", "Bo/2026-01-05.mp4": "share 0.4", "Ana/twin.mp4": "share 0.3"}
    folder = season(tmp_path / "clips", clips | {"Bo/2026-01-06 twin.mp4": "share 0.3", "Cy/2026-01-05.mp4": "nobody"})
    out = tmp_path / "out"
    assert hingecheck("batch", folder, "--out", out).returncode == 10
    deleted = conftest.hingecheck("log", "delete", "ana", "--logbook", out, "--results", out, "--yes")
    assert deleted.returncode == 0, deleted.stderr
    assert list(rows(out)) == ["Cy", "Bo"]  # the board stays for the others
    assert {row["athlete"] for row in results(out)} == {"Bo", "Cy"}
    assert not [page for page in out.rglob("*.html") if b"Ana" in page.read_bytes()]
    again = hingecheck("batch", folder, "--out", out)
    assert "Clips of deleted athletes, skipped: 2, of Ana." in " ".join(again.stderr.split())
    assert list(rows(out)) == ["Bo", "Cy"]
    imported = conftest.hingecheck("log", "import", out, "--athlete", "Ana", "--logbook", out)
    assert "was deleted" in imported.stderr
    assert conftest.hingecheck("log", "delete", "Cy", "--logbook", out, "--results", out, "--yes").returncode == 0
    assert list(rows(out)) == ["Bo"]  # Cy had no result, so the logbook did not hold the name
    for name, code in (("Ana", 0), ("Ana", 2)):
        assert conftest.hingecheck("log", "restore", name, "--logbook", out).returncode == code
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert set(rows(out)) == {"Ana", "Bo"}


def test_nothing_names_a_deleted_athlete_also_where_a_clip_was_shared(tmp_path: Path) -> None:
    shared = {"Ana/ana shared.mp4": "share 0.3", "Bo/2026-01-06.mp4": "share 0.3"}
    folder = season(tmp_path / "clips", shared | {"Bo/2026-01-05.mp4": "share 0.4", "Ana/own.mp4": "share 0.5"})
    out = tmp_path / "out"

    def names_ana() -> list[Path]:
        return [
            path
            for path in out.rglob("*")
            if ANA.search(path.name.encode()) or (path.is_file() and ANA.search(path.read_bytes()))
        ]

    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert names_ana()
    deleted = conftest.hingecheck("log", "delete", "Ana", "--logbook", out, "--results", out, "--yes")
    assert "Run the batch again to measure them" in " ".join(deleted.stderr.split())
    assert names_ana() == []
    assert {row["clip"] for row in results(out)} == {"Bo/2026-01-05.mp4"}
    assert hingecheck("batch", folder, "--out", out).returncode == 0
    assert names_ana() == []
    assert {row["clip"] for row in results(out)} == {"Bo/2026-01-05.mp4", "Bo/2026-01-06.mp4"}


def test_a_rebuilt_board_is_the_board_that_a_batch_writes(tmp_path: Path) -> None:
    folder, out = season(tmp_path / "clips", CLIPS | {"Zed/2026-01-05.mp4": "share 0.5"}), tmp_path / "out"
    hingecheck("batch", folder, "--out", out, "--pattern", "{athlete}/{date}*")
    assert conftest.hingecheck("log", "delete", "Zed", "--logbook", out, "--results", out, "--yes").returncode == 0
    names = ("index.html", "results.csv", "results.parquet")
    rebuilt = [(out / name).read_bytes() for name in names]
    hingecheck("batch", folder, "--out", out, "--pattern", "{athlete}/{date}*")
    assert [(out / name).read_bytes() for name in names] == rebuilt
