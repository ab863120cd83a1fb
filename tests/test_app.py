"""The app over HTTP: who may come in, what is taken, jobs that survive, answers that change, deletion that lasts."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import select
import shutil
import signal
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hingecheck.app import people, questions, running, shelf, uploads, work
from hingecheck.app.questions import Answers
from hingecheck.batch import isolation
from hingecheck.errors import UsageError
from hingecheck.history import damage
from hingecheck.progress import Progress, Stage
from hingecheck.records import SelfReport
from tests.conftest import hingecheck
from tests.recordings import SAMPLES
from tests.serving import Served, of, serving, with_results
from tests.test_batch import hingecheck as standin
from tests.test_batch import season
from tests.test_page import HOSTILE

pytest.importorskip("uvicorn", reason="extra `app` is not installed")


SHELVED = {
    "a.mp4": of("Evelyn", "2026-03-01", 100),
    "b.mp4": of("Evelyn", "2026-03-08", 110),
    "c.mp4": of("Fay", "2026-03-01"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, result: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("app") / "clips"
    with_results(folder, result, SHELVED)
    with serving(folder) as running_app:
        yield running_app


def ids(served: Served) -> list[str]:
    """The ids of the results that were there from the start."""
    store = shelf.Shelf(served.folder)
    found = {item.file: item.id for item in store.all() if not item.video}
    store.close()
    return [found[file] for file in SHELVED]


def test_the_app_answers_only_its_own_pages(served: Served) -> None:
    assert served.ask("GET", "").status == 200
    assert served.ask("GET", "state").status == 200
    port = served.host.rpartition(":")[2]
    for token in ("wrong", served.token[:-1], served.token + "x", "%C3%A9"):
        assert served.ask("GET", "state", token=token).status == 403, token
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""):
        assert served.ask("GET", "state", headers={"Host": host}).status == 421, host
    assert served.ask("GET", "state", headers={"Host": f"localhost:{port}"}).status == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"):
        refused = served.ask("POST", "athletes/delete", {"athlete": "Ana"}, {"Origin": origin})
        assert refused.status == 403, origin
    for site in ("cross-site", "same-site"):
        assert served.ask("GET", "", headers={"Sec-Fetch-Site": site}).status == 403


def test_the_server_listens_on_this_machine_alone(served: Served) -> None:
    import psutil

    listening = [each for each in psutil.Process(served.process.pid).net_connections() if each.status == "LISTEN"]
    assert [each.laddr.ip for each in listening] == ["127.0.0.1"]


def test_every_answer_has_headers_against_reading_keeping_and_framing(served: Served) -> None:
    for path in ("", "state", "board/index.html", "nothing"):
        headers = served.ask("GET", path).headers
        assert headers["content-security-policy"] == "frame-ancestors 'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers
    page = served.ask("GET", "").body.decode()
    assert "default-src &#39;none&#39;" in page
    assert "unsafe" not in page.split("</head>")[0]
    assert "http:" not in page.split("<style>")[0]


def test_a_dropped_clip_is_measured_and_its_report_leads_back(served: Served) -> None:
    clip_id = served.dropped("Set 2026-03-01.mp4", "share 0.2", athlete="Ana", load_kg="100,5")
    card = served.card(clip_id)
    assert (card["state"], card["outcome"]) == ("done", "hip-led")
    assert (card["answers"]["date"], card["answers"]["load_kg"]) == ("2026-03-01", 100.5)
    report = served.ask("GET", card["report"]).body.decode()
    assert "Questions and files" in report
    assert ">Ana<" in report
    assert served.ask("GET", card["picture"]).body == b"jpg"
    stored = json.loads((served.folder / "clips" / clip_id / "analysis.json").read_text())
    assert stored["self_report"]["load_kg"] == 100.5
    video = served.folder / "videos" / clip_id / "Set 2026-03-01.mp4"
    assert video.read_bytes() == b"G share 0.2"
    assert video.parent.stat().st_mode & 0o777 == 0o700


def test_a_clip_without_a_result_says_why_and_can_be_tried_again(served: Served) -> None:
    clip_id = served.dropped("empty.mp4", "nobody")
    card = served.card(clip_id)
    assert (card["state"], card["message"], card["remedy"]) == ("failed", "Nobody was found.", "Film the whole lifter.")
    crashed = served.dropped("crash.mp4", "crash")
    assert "Measure again" in served.card(crashed)["remedy"]
    (served.folder / "videos" / clip_id / "empty.mp4").write_text("G share 0.2")
    assert served.ask("POST", f"clips/{clip_id}/measure").status == 200
    assert served.until(clip_id, "done")["outcome"] == "hip-led"


@pytest.mark.parametrize("failure", ["nobody", "crash", "full", "bug"])
def test_a_new_measurement_that_fails_keeps_the_earlier_result(tmp_path: Path, failure: str) -> None:
    with serving(tmp_path) as app:
        clip_id = app.dropped("a.mp4", "share 0.2", athlete="Ana", date="2026-03-01")
        place, video = tmp_path / "clips" / clip_id, tmp_path / "videos" / clip_id / "a.mp4"
        before = {path.name: path.read_bytes() for path in place.iterdir()}
        video.write_text(f"G {failure}")
        assert app.ask("POST", f"clips/{clip_id}/measure").data["state"] in ("waiting", "running")
        for _ in range(600):
            if (card := app.card(clip_id))["remark"]:
                break
            time.sleep(0.05)
        assert (card["state"], card["outcome"], card["message"]) == ("done", "hip-led", "")
        assert card["remark"].startswith("The new measurement failed. This is the earlier result. ")
        assert len(card["remark"].split(". ")) >= 4  # what went wrong, and what to do
        assert {path.name: path.read_bytes() for path in place.iterdir()} == before
        assert app.ask("GET", card["report"]).status == 200
        assert '"name":"Ana"' in app.ask("GET", "board/index.html").body.decode()
    with serving(tmp_path) as app:
        assert app.card(clip_id)["remark"] == card["remark"]
        video.write_text("G share 0.7")
        app.ask("POST", f"clips/{clip_id}/measure")
        card = app.until(clip_id, "done")
        assert (card["outcome"], card["remark"]) == ("low-back-led", "")


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("notes.txt", b"G share 0.2", 415, "is not a video"),
        ("page.mp4", b"<!doctype html><script>alert(1)</script>", 415, "is not a video"),
        ("empty.mp4", b"", 415, "is not a video"),
        ("", b"G share 0.2", 415, "is not a video"),
    ],
)
def test_what_is_no_video_is_refused_and_nothing_is_left(
    served: Served, name: str, body: bytes, status: int, words: str
) -> None:
    before = sorted((served.folder / "videos").iterdir())
    refused = served.drop(name, body)
    assert refused.status == status
    assert words in refused.data["message"]
    assert refused.data["remedy"]
    assert sorted((served.folder / "videos").iterdir()) == before


@pytest.fixture
def two_gigabytes(tmp_path: Path) -> Path:
    """A file of 2 GB that begins as a video does.  It is sparse: it takes no room."""
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.write(b"\0\0\0\x20ftypisom")
        file.truncate(uploads.LARGEST_BYTES)
    return path


@pytest.mark.parametrize("says_its_length", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_file_of_two_gigabytes_is_refused_and_nothing_is_left(
    served: Served, two_gigabytes: Path, *, says_its_length: bool
) -> None:
    """With its length said it is refused before it is sent; without, as soon as 2 GB have come."""
    before = sorted((served.folder / "videos").iterdir())
    connection = http.client.HTTPConnection(served.host, timeout=300)
    connection.putrequest("POST", f"/{served.token}/clips?name=long.mp4")
    if says_its_length:
        connection.putheader("Content-Length", str(two_gigabytes.stat().st_size))
    else:
        connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sent = 0
    with two_gigabytes.open("rb") as file, contextlib.suppress(ConnectionError):  # the app hangs up
        while (chunk := file.read(1 << 20)) and not select.select([connection.sock], [], [], 0)[0]:
            connection.send(chunk if says_its_length else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            sent += len(chunk)
    answer = connection.getresponse()
    assert answer.status == 413
    assert "larger than 2 GB" in json.loads(answer.read())["message"]
    connection.close()
    assert sent < 50_000_000 if says_its_length else sent >= uploads.LARGEST_BYTES - (1 << 20)
    assert sorted((served.folder / "videos").iterdir()) == before
    assert served.ask("GET", "state").status == 200


def test_a_stream_that_is_too_large_or_cut_off_leaves_nothing(tmp_path: Path) -> None:
    import asyncio
    from collections.abc import AsyncIterator

    async def chunks(count: int, fails: bool) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"G" * 1000
        if fails:
            raise ConnectionError

    store = shelf.Shelf(tmp_path)
    with pytest.raises(uploads.Refused, match="larger than"):
        asyncio.run(uploads.take("a.mp4", None, chunks(20, False), store, 10_000))
    with pytest.raises(ConnectionError):
        asyncio.run(uploads.take("a.mp4", None, chunks(5, True), store, 10_000))
    with pytest.raises(uploads.Refused, match="did not arrive whole"):
        asyncio.run(uploads.take("a.mp4", 6000, chunks(5, False), store, 10_000))
    assert list((tmp_path / "videos").iterdir()) == []
    (tmp_path / "videos" / ".unfinished-1").mkdir()
    uploads.remove_unfinished(tmp_path)
    assert list((tmp_path / "videos").iterdir()) == []
    store.close()


def test_a_full_disk_is_reported_before_the_clip_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(uploads.Refused, match="no room"):
        uploads.check("a.mp4", 1000, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        HOSTILE,
        "../../../etc/passwd.mp4",
        "..\\..\\up.mp4",
        "/absolute.mp4",
        "a\0b.mp4",
        ".mp4",
        "-rf.mp4",
        "CON.mp4",
        "a" * 400 + ".mp4",
        "\u202egpj.mp4",
        "lift 🏋️.mp4",
        "%2e%2e%2f.mp4",
    ],
)
def test_no_name_leaves_its_folder_or_breaks_a_page(served: Served, name: str) -> None:
    answer = served.drop(name, "share 0.3", note=HOSTILE)
    if answer.status == 415:  # a name without an ending
        assert name == ".mp4"
        return
    clip_id = answer.data["id"]
    served.until(clip_id, "done")
    (video,) = (served.folder / "videos" / clip_id).iterdir()
    assert video.suffix == ".mp4"
    assert {path.name for path in served.folder.iterdir()} <= {
        *(".lock", ".progress", "app.sqlite", "clips", "comparisons", "logbook.sqlite", "people", "videos"),
        *("logbook.sqlite-shm", "logbook.sqlite-wal", "app.sqlite-journal", ".lock-journal"),
    }
    for page in ("", f"clips/{clip_id}", "board/index.html?by=clip", "table"):
        text = served.ask("GET", page).body.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    "path",
    [
        *("board/clips/{id}/clip.json", "board/clips/{id}/..%2f..%2fapp.sqlite", "board/clips/../app.sqlite"),
        *("board/clips/%2e%2e/app.sqlite", "board/app.sqlite", "clips/nobody/card", "clips/{id}/nothing"),
        *("board/trends/../../app.sqlite", "board/trends/x.html", "board/comparisons/..%2f..%2fx/comparison.html"),
    ],
)
def test_no_address_leads_out_of_the_results(served: Served, path: str) -> None:
    clip_id = served.dropped("a.mp4", "share 0.3")
    answer = served.ask("GET", path.format(id=clip_id))
    assert answer.status in (404, 405)
    assert b"SQLite" not in answer.body


def test_a_running_clip_shows_its_progress_and_can_be_cancelled(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        clip_id = app.drop("slow.mp4", "hang").data["id"]
        app.until(clip_id, "running")
        for _ in range(400):
            progress = app.card(clip_id)["progress"]
            if progress and progress["done"]:
                break
            time.sleep(0.05)
        assert progress == {"stage": Stage.MEASURING.value, "done": 30, "expected": 120}
        second = [app.drop(f"{n}.mp4", "hang").data["id"] for n in range(2)][1]
        assert app.card(second)["state"] == "waiting"
        app.ask("POST", f"clips/{second}/cancel")
        assert app.card(second)["state"] == "cancelled"
        app.ask("POST", f"clips/{clip_id}/cancel")
        app.until(clip_id, "cancelled")
        assert not (tmp_path / "clips" / clip_id / "analysis.json").exists()
        done = app.dropped("quick.mp4", "share 0.2")  # the thread goes on with the next clip
        assert app.card(done)["state"] == "done"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_clips_go_on_after_a_restart(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "gate").write_text("0")
    with serving(tmp_path) as app:
        clips = [app.drop(f"{n}.mp4", f"gate 1 share 0.{n}").data["id"] for n in (2, 6, 7)]
        app.until(clips[0], "running")
        app.process.send_signal(how)
        app.process.wait(60)
        token = app.token
    (tmp_path / "videos" / "gate").write_text("1")
    with serving(tmp_path) as app:
        assert app.token != token
        assert [app.until(clip, "done")["outcome"] for clip in clips] == ["hip-led", "low-back-led", "low-back-led"]


def test_the_stop_by_ctrl_c_is_told_and_a_second_app_on_the_folder_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        second = standin("app", "--folder", tmp_path, "--no-browser")
        assert second.returncode == 2
        assert "another" in second.stderr
        taken = standin("app", "--folder", tmp_path / "b", "--no-browser", "--port", app.host.rpartition(":")[2])
        assert taken.returncode == 2
        assert "--port" in taken.stderr
        app.process.send_signal(signal.SIGINT)
        assert app.process.wait(60) == 130


@pytest.mark.parametrize(
    ("folder", "words"),
    [("file", "is a file"), ("a" * 300, "cannot be written"), ("logbook", "cannot be used as a logbook")],
    ids=["file", "too-long", "damaged-logbook"],
)
def test_a_folder_that_cannot_be_used_is_refused_in_words(tmp_path: Path, folder: str, words: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "logbook").mkdir()
    (tmp_path / "logbook" / "logbook.sqlite").write_bytes(b"no database at all " * 500)
    refused = hingecheck("app", "--no-browser", "--folder", tmp_path / folder)
    assert refused.returncode == 2
    assert words in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr


def test_answers_change_report_json_board_and_history_without_measuring_anew(result: Path, tmp_path: Path) -> None:
    (clip_id,) = with_results(tmp_path, result, {"a.mp4": of("Ana", "2026-03-01")})
    place = tmp_path / "clips" / clip_id
    measured = json.loads((place / "analysis.json").read_text())
    with serving(tmp_path) as app:
        said = {"load_kg": "140", "soreness low-back": "8", "sitting_hours": "9", "note": HOSTILE, "athlete": "Bo"}
        for name, value in said.items():
            answer = app.ask("PATCH", f"clips/{clip_id}", {name: value})
            assert (answer.status, answer.data["remark"]) == (200, ""), answer.body
        now = json.loads((place / "analysis.json").read_text())
        assert now["self_report"]["load_kg"] == 140
        assert now["self_report"]["soreness"] == {"low-back": 8.0}
        assert now["advice"]["red_flags"]
        assert {key for key in now if now[key] != measured[key]} == {"self_report", "advice"}
        page = app.ask("GET", f"board/clips/{clip_id}/report.html").body.decode()
        for words in (", 140 kg", "See a clinician promptly", "low back 8; the video shows", "9 hours a day", ">Bo<"):
            assert words in page, words
        assert "<script>alert" not in page
        board = app.ask("GET", "board/index.html").body.decode()
        assert '"name":"Bo"' in board
        assert '"name":"Ana"' not in board
        assert app.ask("PATCH", f"clips/{clip_id}", {"style": "sumo"}).data["remark"] == ""
        assert "Style: sumo (as given)" in app.ask("GET", f"board/clips/{clip_id}/report.html").body.decode()
        assert "Measure again" in app.ask("PATCH", f"clips/{clip_id}", {"style": "romanian"}).data["remark"]
        assert "Measure again" in app.ask("PATCH", f"clips/{clip_id}", {"height_cm": "180"}).data["remark"]
        app.ask("PATCH", f"clips/{clip_id}", {"load_kg": "", "soreness low-back": "", "note": "", "sitting_hours": ""})
        page = app.ask("GET", f"board/clips/{clip_id}/report.html").body.decode()
        assert "140 kg" not in page
        assert "See a clinician promptly" not in page
    assert "Ana" not in hingecheck("log", "list", "--logbook", tmp_path).stdout


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"load_kg": "heavy"}, "is not a number"),
        ({"load_kg": "9999"}, "out of range"),
        ({"rpe": "nan"}, "out of range"),
        ({"date": "2026-02-30"}, "not a valid date"),
        ({"style": "squat"}, "no such style"),
        ({"soreness nose": "3"}, "unknown part of the body"),
        ({"soreness low-back": "11"}, "0 to 10"),
        ({"person": "me"}, "is not known"),
        ({"standing": "../x"}, "standing clip"),
        ({"standing": "0123456789abcdef"}, "standing clip"),
        ({"note": "x" * 2001}, "Note: longer than 2000 characters"),
        ({"athlete": "x" * 121}, "Athlete: longer than 120 characters"),
        ({"colour": "red"}, "no such question"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_words(served: Served, said: dict[str, str], words: str) -> None:
    clip_id = served.dropped("b.mp4", "share 0.3")
    before = served.card(clip_id)
    refused = served.ask("PATCH", f"clips/{clip_id}", said)
    assert refused.status == 400
    assert words in refused.data["message"]
    assert served.card(clip_id) == before


def test_bad_bodies_are_refused(served: Served) -> None:
    clip_id = served.dropped("b.mp4", "share 0.3")
    for body in (b"[1]", b"{", b"\xff", b'{"note": "' + b"x" * 70_000 + b'"}'):
        assert served.ask("PATCH", f"clips/{clip_id}", body).status == 400
    for place in ({"x": "a", "y": 1}, {"x": 2, "y": 0.5}, {}):
        assert served.ask("POST", f"clips/{clip_id}/person", place).status == 400


def test_an_athlete_is_deleted_for_good_with_everything(result: Path, tmp_path: Path) -> None:
    clips = {
        "a.mp4": of("Ana", "2026-03-01", 100),
        "b.mp4": of("Ana", "2026-03-08", 110),
        "c.mp4": of("Bo", "2026-03-01"),
    }
    ids = with_results(tmp_path, result, clips)
    with serving(tmp_path) as app:
        compared = app.ask("POST", "compare", {"a": ids[0], "b": ids[2]}).data["page"]
        assert app.ask("GET", compared).status == 200
        assert app.ask("POST", "athletes/delete", {"athlete": "Nobody"}).status == 400
        assert app.ask("POST", "athletes/delete", {"athlete": "ana"}).data == {"clips": 2}
        assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == [ids[2]]
        assert app.ask("GET", compared).status == 404
        for name in ("app.sqlite", "logbook.sqlite"):
            assert b"Ana" not in (tmp_path / name).read_bytes()
        refused = app.drop("new.mp4", "share 0.2", athlete="Ana")
        assert refused.status == 400
        assert "was deleted" in refused.data["message"]
        assert len(list((tmp_path / "videos").iterdir())) == 0
        assert app.ask("POST", "athletes/restore", {"athlete": "Ana"}).status == 200
        assert app.drop("new.mp4", "share 0.2", athlete="Ana").status == 201


def test_one_clip_is_deleted_with_its_place_in_the_history(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        clips = [app.dropped(f"{n}.mp4", f"share 0.{n}", athlete="Ana", date=f"2026-03-0{n}") for n in (2, 3)]
        running = app.drop("running.mp4", "hang", athlete="Ana").data["id"]
        app.until(running, "running")
        assert app.ask("DELETE", f"clips/{running}").status == 200
        assert app.ask("DELETE", f"clips/{clips[0]}").status == 200
        assert app.ask("GET", f"clips/{clips[0]}").status == 404
        for clip_id in (clips[0], running):
            assert not (tmp_path / "videos" / clip_id).exists()
            assert not (tmp_path / "clips" / clip_id).exists()
        assert "2 clips" not in app.ask("GET", "board/index.html").body.decode()
        with sqlite3.connect(tmp_path / "logbook.sqlite") as book:
            assert book.execute("SELECT count(*) FROM session").fetchone() == (1,)
        book.close()


def test_a_result_is_shared_as_one_file_and_an_athletes_pages_as_a_zip(served: Served) -> None:
    clips = ids(served)
    shared = served.ask("GET", f"clips/{clips[0]}/share.html")
    page = shared.body.decode()
    assert "attachment" in shared.headers["content-disposition"]
    assert 'id="film-inside"' in page
    assert 'src="annotated.mp4"' not in page
    assert 'href="../' not in page
    assert served.token not in page
    pages = zipfile.ZipFile(io.BytesIO(served.ask("GET", "athletes/pages.zip?name=Evelyn").body))
    assert sorted(pages.namelist()) == sorted(
        ["trends/athlete.html", *(f"clips/{clip}/report.html" for clip in clips[:2])]
    )
    assert f"../clips/{clips[0]}/report.html" in pages.read("trends/athlete.html").decode()
    tables = zipfile.ZipFile(io.BytesIO(served.ask("GET", "tables.zip").body))
    assert "results.csv" in tables.namelist()
    assert any(name.startswith("logbook/") for name in tables.namelist())
    for _ in range(100):
        if not list((served.folder / ".progress").iterdir()):
            break
        time.sleep(0.05)
    assert list((served.folder / ".progress").iterdir()) == []


def test_a_clinician_gets_pdf_and_fhir_with_pseudonym_and_previous_session(served: Served) -> None:
    clips = ids(served)
    pytest.importorskip("typst", reason="extra `clinic` is not installed")
    said = {"pseudonym": "P17", "previous": clips[0], "paper": "letter", "patient": "Patient/17"}
    pdf = served.ask("POST", f"clips/{clips[1]}/pdf", said)
    assert pdf.status == 200, pdf.body
    assert pdf.body.startswith(b"%PDF")
    assert "P17.pdf" in pdf.headers["content-disposition"]
    bundle = served.ask("POST", f"clips/{clips[1]}/fhir", said).data
    assert bundle["resourceType"] == "Bundle"
    assert "Evelyn" not in json.dumps(bundle)
    assert "Patient/17" in json.dumps(bundle)
    refused = served.ask("POST", f"clips/{clips[1]}/fhir", {"patient": "nobody"})
    assert refused.status == 400
    assert served.ask("POST", f"clips/{clips[1]}/pdf", {"previous": clips[1]}).status == 400


def test_two_repetitions_are_compared(served: Served) -> None:
    clips = ids(served)
    page = served.ask("POST", "compare", {"a": clips[0], "b": clips[0]}).data["page"]
    assert f"{clips[0]}-1-{clips[0]}-2" in page
    two = served.ask("POST", "compare", {"a": clips[0], "rep_a": "2", "b": clips[1], "rep_b": 1}).data["page"]
    text = served.ask("GET", two).body.decode()
    assert "2026-03-08" in text
    film = served.ask("GET", f"{two.rpartition('/')[0]}/B.mp4", headers={"Range": "bytes=0-99"})
    assert (film.status, len(film.body)) == (206, 100)
    for wrong in ({"a": clips[0], "rep_a": 1, "b": clips[0], "rep_b": 1}, {"a": clips[0], "rep_a": "x", "b": clips[1]}):
        assert served.ask("POST", "compare", wrong).status == 400
    assert served.ask("POST", "compare", {"a": clips[0], "rep_a": 9, "b": clips[1]}).status in (400, 404)
    assert served.ask("POST", "compare", {"a": "x", "b": "y"}).status == 404


def test_the_results_of_a_batch_are_taken_over(tmp_path: Path) -> None:
    clips = {"Ana/2026-01-05.mp4": "share 0.2", "Ana/2026-01-12.mp4": "share 0.7", "Bo/2026-01-05.mp4": "nobody"}
    assert standin("batch", season(tmp_path / "clips", clips), "--out", tmp_path / "out").returncode == 10
    for _ in range(2):
        with serving(tmp_path / "out") as app:
            state = app.ask("GET", "state").data
            assert sorted(card["file"] for card in state["clips"]) == sorted(clips)
            assert state["athletes"] == ["Ana", "Bo"]
            app.ask("GET", "board/index.html")  # waits until all clips are read
            done = next(card for card in app.ask("GET", "state").data["clips"] if "01-12" in card["file"])
            assert done["outcome"] == "low-back-led"
            assert "video is not in the folder" in app.ask("POST", f"clips/{done['id']}/measure").data["message"]
            assert "Worse than on 5 January" in app.ask("GET", "board/index.html").body.decode()


def test_a_standing_clip_is_kept_and_used(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        standing = app.drop("upright.mp4", "share 0.2", kind="standing").data
        assert standing["state"] == "standing"
        clip_id = app.dropped("set.mp4", "share 0.2", standing=standing["id"])
        assert app.card(clip_id)["answers"]["standing"] == standing["id"]
        assert app.ask("GET", "state").data["standing"] == [{"id": standing["id"], "file": "upright.mp4"}]
        app.ask("DELETE", f"clips/{standing['id']}")
        app.ask("POST", f"clips/{clip_id}/measure")
        for _ in range(600):
            if (card := app.card(clip_id))["remark"]:
                break
            time.sleep(0.05)
        assert "is not here" in card["remark"]
        assert card["outcome"] == "hip-led"


def test_people_in_a_picture_are_found_and_the_choice_measures_anew(tmp_path: Path) -> None:
    picture = tmp_path / "people.jpg"
    assert people.look(SAMPLES / "hip_led.mp4", picture) == 1
    found = people.found(picture)
    assert (found["width"], found["height"]) == (540, 960)
    assert isinstance(found["people"], list)
    (person,) = found["people"]
    assert person["left"] < person["x"] < person["right"]
    assert person["top"] < person["y"] < person["bottom"]
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    with serving(tmp_path / "app") as app:
        clip_id = app.dropped("two.mp4", "share 0.2")
        places = {"width": 1000, "height": 500, "people": [person, person | {"x": 0.9}]}
        target = tmp_path / "app" / "people" / f"{clip_id}.json"
        target.write_text(json.dumps(places))
        assert len(app.card(clip_id)["places"]) == 2
        assert app.ask("POST", f"clips/{clip_id}/person", {"x": 0.25, "y": 0.5}).status == 200
        assert app.until(clip_id, "done")["answers"]["person"] == "250,250"
        (video,) = (tmp_path / "app" / "videos" / clip_id).iterdir()
        video.write_text("G hang")
        app.ask("POST", f"clips/{clip_id}/measure")
        app.until(clip_id, "running")
        video.write_text("G share 0.7")
        assert app.ask("POST", f"clips/{clip_id}/person", {"x": 0.5, "y": 0.5}).status == 200
        assert app.until(clip_id, "done")["answers"]["person"] == "500,250"  # also while it is measured
        assert app.card(clip_id)["outcome"] == "low-back-led"
        video.write_text("G hang")
        app.ask("POST", f"clips/{clip_id}/measure")
        app.until(clip_id, "running")
        app.ask("POST", f"clips/{clip_id}/cancel")
        assert app.card(clip_id)["outcome"] == "low-back-led"  # the earlier result counts again


def test_the_job_of_a_clip_has_the_users_wishes(tmp_path: Path) -> None:
    report = SelfReport(load_kg=100.0)
    answers = Answers("Ana", "2026-03-01", report, style="sumo", person="left", redact=True)
    store = shelf.Shelf(tmp_path)
    item = shelf.Item("a1", "a.mp4", "videos/a1/a.mp4", "0" * 64, "running", answers)
    store.add(item)
    job = running.Runner(store, None, lambda _: None)._job(item)  # type: ignore[arg-type]
    assert (job.style, job.person, job.report, job.settings.redact_face) == ("sumo", "left", report, True)
    assert job.settings.film
    assert job.threads == 0  # alone: all cores
    store.add(shelf.Item("a2", "b.mp4", "videos/a2/b.mp4", "0" * 64, "waiting"))
    assert running.Runner(store, None, lambda _: None)._job(item).threads == 1  # type: ignore[arg-type]
    assert questions.from_text(questions.as_text(answers)) == answers
    store.close()


def test_the_progress_is_written_now_and_then(tmp_path: Path) -> None:
    report = work.Reporter(tmp_path / "progress.json")
    written = set()
    for done in range(1000):
        report(Progress(Stage.MEASURING, done, 1000))
        written.add((tmp_path / "progress.json").read_text())
    assert 40 <= len(written) <= 60
    assert work.progress_of(tmp_path / "nothing") is None


def test_a_job_that_is_taken_back_ends_within_a_moment(tmp_path: Path) -> None:
    from hingecheck.batch import jobs
    from hingecheck.batch.isolation import Limits

    clip = tmp_path / "a.mp4"
    clip.write_text("hang")
    job = jobs.Job("k", "0" * 64, clip, "a.mp4", tmp_path / "out", jobs.Settings())
    isolation.allow()
    with pytest.raises(isolation.Stopped):
        isolation.run(job, Limits(), "tests.standin:measure", lambda: True)
    isolation.stop()
    isolation.allow()


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = hingecheck("app", "--folder", tmp_path)
    assert done.returncode == 2
    assert "hingecheck[app]" in done.stderr


def test_analyze_opens_the_page_when_it_is_done(
    sample_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_page(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", open_page)
    done = hingecheck("analyze", sample_clip, "--out", tmp_path / "a b", "--no-video", "--open")
    assert done.returncode == 0, done.stderr
    assert opened == [(tmp_path / "a b" / "report.html").as_uri()]
    refused = hingecheck("analyze", sample_clip, "--json", "--open")
    assert refused.returncode == 2


@pytest.mark.parametrize("answers", ["{" * 20, "{}", '{"athlete": 1}', "x" * (damage.LONGEST_BYTES + 1)])
def test_a_damaged_list_of_clips_is_refused_at_the_start(answers: str, tmp_path: Path) -> None:
    shelf.Shelf(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / shelf.FILE)) as rows, rows:
        values = ("a", "a.mp4", "", "", "done", "", "", 0, 0, answers)
        rows.execute(f"INSERT INTO clip VALUES (1, {', '.join('?' * len(values))})", values)
    with pytest.raises(UsageError, match="cannot be used by the app"):
        shelf.Shelf(tmp_path)


def test_an_unusable_answer_is_never_stored() -> None:
    with pytest.raises(UsageError):
        questions.changed(Answers(), {"rpe": "12"})
