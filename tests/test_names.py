"""Names of files and athletes are untrusted: no name breaks a folder, a page, a table or a command."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import escape
from typer.testing import CliRunner

from hingecheck import analysis, cli, names
from hingecheck.batch.intake import compiled, find
from hingecheck.errors import UsageError
from hingecheck.history.logbook import Logbook
from hingecheck.names import date_of
from hingecheck.records import Analysis
from hingecheck.records.season import Clip
from hingecheck.report.page import template
from hingecheck.report.tables import table
from hingecheck.report.tables.table import Table
from hingecheck.results import reading
from hingecheck.results import source_video as beside
from tests import conftest
from tests.conftest import write_video
from tests.staged import blank_pictures, staged
from tests.standin import result
from tests.test_batch import hingecheck, results, season

HOSTILE = {
    "formula": "=cmd|' C calc'!A0",
    "at": "@SUM(1+1)",
    "minus": "-2+3",
    "html": "<img src=x onerror=alert(1)>",
    "script": "<!--<script>alert('x')<∕script>",
    "end": "]]> &lt; \"quoted\" 'single' `tick`",
    "long": "L" * 240,
    "emoji": "🏋🏽‍♀️ lifts 👩‍👩‍👧",
    "decomposed": unicodedata.normalize("NFD", "Zoë Ødegård"),
    "composed": unicodedata.normalize("NFC", "Zoë Ødegård"),
    "upper": "ZOË ØDEGÅRD",
    "turned": "Ana\u202egnp.exe",
    "codes": "Ana\x1b[31mred\x07\r\n\tx",
    "dots": "a... .. ",
    "reserved": "CON",
    "percent": "%2e%2e%2f",
    "backslash": "a..\\..\\etc",
    "option": "--force",
    "moustache": "{{ 7*7 }}{% raw %}",
    "bytes": os.fsdecode(b"ab\xff\xfe"),
}


def short(name: str | bytes) -> str:
    """The beginning of a name, for the id of a test."""
    return repr(name)[:24]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a batch whose athletes and clips have hostile names and whose links lead out of the folder."""
    place = tmp_path_factory.mktemp("names")
    folder = season(place / "season", {f"{who}/{i}.mp4": f"share 0.1{i:02}" for i, who in enumerate(HOSTILE.values())})
    season(folder, {f"x/{name[:200]}.mp4": f"share 0.2{i:02}" for i, name in enumerate(HOSTILE.values())})
    (place / "outside").mkdir()
    (place / "outside" / "secret.mp4").write_text("share 0.9")
    (folder / "linked.mp4").symlink_to(place / "outside" / "secret.mp4")
    (folder / "linked").symlink_to(place / "outside", target_is_directory=True)
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    os.mkfifo(folder / "pipe.mp4")
    (folder / "folder.mp4").mkdir()
    (folder / "._hidden.mp4").write_text("share 0.9")
    done = hingecheck("batch", folder, "--out", place / "out")
    assert done.returncode == 10, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    return place / "out"


def test_every_name_gets_a_result_and_links_out_of_the_folder_are_refused(batch: Path) -> None:
    rows = results(batch)
    assert len(rows) == 2 * len(HOSTILE) + 3
    failed = {row["clip"]: row["reason"] for row in rows if row["exit_code"] != "0"}
    assert failed == {
        "linked.mp4": "it points outside the folder",
        "loop.mp4": "it cannot be opened",
        "pipe.mp4": "it is not a regular file",
    }
    assert sorted(path.name for path in batch.parent.iterdir()) == ["out", "outside", "season"]


def test_folder_names_are_valid_on_every_file_system(batch: Path) -> None:
    made = [path.name for place in ("clips", "trends") for path in (batch / place).iterdir()]
    assert all(re.fullmatch(r"[a-z0-9-]{1,62}(\.html)?", name) for name in made)
    assert len({name.casefold() for name in made}) == len(made)
    assert len(list((batch / "clips").iterdir())) == 2 * len(HOSTILE)


def test_all_spellings_of_an_athlete_share_one_trend(batch: Path) -> None:
    zoes = {row["athlete"] for row in results(batch) if names.identity(row["athlete"]) == "zoë ødegård"}
    assert len(zoes) == 2  # the name is shown in two ways: as first written, and in capitals
    listed = conftest.hingecheck("log", "list", "zoë Ødegård", "--logbook", batch).stdout
    assert len(re.findall(r"\d\.mp4", listed)) == 3


def test_no_csv_cell_is_a_formula_and_numbers_stay_numbers(batch: Path) -> None:
    for row in results(batch):
        for name, cell in row.items():
            assert not cell.startswith(("=", "@", "\t", "\r")), (name, cell)
            if name.startswith("lumbar_share") and cell:
                float(cell)
    written = table.as_csv(Table({"a": "text", "b": "number"}, [["-2+3", -2.5], ["=1", None], ["'x", float("nan")]]))
    assert written.decode() == "a,b\n'-2+3,-2.5\n'=1,\n''x,\n"


def test_parquet_and_csv_hold_the_same_rows(batch: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(batch / "results.parquet").to_pylist()
    assert [row["sha256"] for row in rows] == [row["sha256"] for row in results(batch)]
    assert isinstance(rows[-1]["lumbar_share_trunk"], float)
    assert {row["athlete"] for row in rows} >= {"=cmd|' C calc'!A0", "-2+3"}


def test_names_in_pages_are_escaped(batch: Path) -> None:
    page = (batch / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == page.count("</script") == 5  # data, words, common code, reload and own code
    assert "onerror" in page
    assert "<img" not in page.replace('make("img")', "")
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert not set("<>&") & set(data)
    assert HOSTILE["html"] in {row["name"] for row in json.loads(data)["rows"]}
    trends = list((batch / "trends").iterdir())
    assert trends
    for trend in trends:
        text = trend.read_text(encoding="utf-8")
        assert text.count("<script") == 1  # it loads a page anew that the browser kept
        assert set(re.findall(r"<img (\w+)=", text)) <= {"src"}
        assert re.findall(r"<[^>]*onerror=", text) == []
        assert "49" not in re.findall(r"<h1><bdi>(.*)</bdi>", text)[0]


def test_the_content_security_policy_lists_the_hashes_of_inline_code(batch: Path) -> None:
    import base64
    import hashlib

    page = (batch / "index.html").read_text(encoding="utf-8")
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0].replace("&#39;", "'")
    for tag in ("style", "script"):
        allowed = policy.split(f"{tag}-src ")[1].split(";")[0].split()
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert texts
        assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "style=" not in page.split("<body>")[1]
    assert template.data("</script><!--&") == '"\\u003c/script\\u003e\\u003c!--\\u0026"'


def test_names_are_shown_on_one_line_without_hidden_characters() -> None:
    assert names.shown("a\x1b[31m\x07\nb\u202ec") == "a�[31m��b�c"
    for name in HOSTILE.values():
        shown = names.shown(name)
        assert len(shown) <= names.LONGEST_SHOWN
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs"}
        assert "\u202e" not in shown
        shown.encode()
    assert names.shown(HOSTILE["emoji"]) == HOSTILE["emoji"]
    assert names.shown("a" * 300).endswith("…")


def test_identities_ignore_spelling_and_slugs_are_plain() -> None:
    assert (
        names.identity(HOSTILE["decomposed"]) == names.identity(HOSTILE["composed"]) == names.identity("ZOË ødegård ")
    )
    assert names.identity("a" * 300) != names.identity("a" * 299)
    assert names.slug("Zoë Ødegård") == "zoe-degard"
    assert names.slug("CON") == names.slug("🏋") == names.slug("../..") == ""
    assert names.folder_name("../../etc", "ab12") == "etc-ab12"
    assert names.folder_name("...", "ab12") == "ab12"


PLAIN = ("lift", "my lift", "IMG_1", "2026-03-01 120kg", "v1.2", "Zoë", HOSTILE["decomposed"], HOSTILE["emoji"], "Жим")
UNSAFE = (
    *("", ".", "..", ".mp4", "~", "-rf", "a.", "a ", " a", "a/b", "../etc", "a\\b", "set:1", "a?", "a*b", "<a>", "a|b"),
    *("con", "CON", "nul.front", "aux .x", "lpt1", "COM¹", "a\nb", "a\x1b[31m", "a\x7f", "a\u202eb", "a\u2028b", 'a"b'),
    *("L" * 251, "é" * 71, HOSTILE["bytes"], "a.. "),
)


@pytest.mark.parametrize("title", PLAIN)
def test_a_plain_name_is_kept_as_folder_name(title: str) -> None:
    assert names.result_folder(title) == title


@pytest.mark.parametrize("title", UNSAFE, ids=short)
def test_an_unsafe_name_becomes_a_slug_with_a_hash(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{12}", names.result_folder(title))


def test_different_names_give_different_folders_and_the_same_name_the_same_folder() -> None:
    assert len({names.result_folder(title) for title in (*PLAIN, *UNSAFE)}) == len(PLAIN) + len(UNSAFE)
    assert names.result_folder("set:1") == names.result_folder("set:1")
    assert names.result_folder("set:1").startswith("set-1-")


FILES = (
    *(b".mp4", b"..mp4", b"...mp4", b"con.mp4", b"set:1.mp4", b"a .mp4", b"a..mp4", b"a\nb.mp4", b"--force.mp4"),
    *(b"\x1b[31mred.mp4", b"L" * 251 + b".mp4", "🏋🏽‍♀️.mp4".encode(), b"ab\xff\xfe.mp4", b"\xff.mp4", b"a.\xff"),
)


@pytest.fixture(scope="module")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey clip with the length of the staged analysis."""
    times_s = list(staged().angles.time_s)
    return write_video(tmp_path_factory.mktemp("grey") / "grey.mp4", blank_pictures(times_s))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; the analysis of every clip is replaced by the staged one."""

    def analyze(path: Path, *_: object, **__: object) -> Analysis:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return replace(staged(), video=replace(staged().video, file=path.name, sha256=digest))

    monkeypatch.setattr(analysis, "analyze", analyze)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def made(place: Path, *arguments: str) -> tuple[Path, str]:
    """The only folder that a command makes, and its output.  The command changes nothing else."""
    before = [set(folder.iterdir()) for folder in (place, place.parent)]
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 0, done.output
    assert set(place.parent.iterdir()) == before[1]
    (out,) = set(place.iterdir()) - before[0]
    assert out.is_dir()
    printed = done.stdout
    assert "\x1b" not in printed
    for path in out.glob("*.[ch][st]*"):
        path.read_text(encoding="utf-8")
    return out, printed


@pytest.mark.parametrize("name", FILES, ids=short)
def test_a_clip_of_any_name_is_analyzed_into_a_new_folder(name: bytes, place: Path, grey: Path) -> None:
    clip = place / os.fsdecode(name)
    clip.write_bytes(grey.read_bytes())
    out, printed = made(place, "analyze", "--no-video", "--verbose", "--note", os.fsdecode(b"\xff"), "--", str(clip))
    assert out.name == names.result_folder(clip.stem)
    assert f"Results: {out.name}" in " ".join(printed.split())
    stored = reading.read(out / "analysis.json")
    assert stored.video.file == names.readable(clip.name)
    assert beside.checked(stored, None) == clip
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f'<p class="file">{escape(names.shown(clip.name))}' in page
    again = CliRunner().invoke(cli.app, ["analyze", "--no-video", "--", clip.name])
    assert again.exit_code == 2
    assert "--force" in again.output


@pytest.mark.parametrize("name", [b"..mp4", b"ab\xff\xfe.mp4"], ids=short)
def test_clips_of_any_name_are_compared_in_a_new_folder(name: bytes, place: Path, grey: Path) -> None:
    clip = place / os.fsdecode(name)
    clip.write_bytes(grey.read_bytes())
    out, printed = made(place, "compare", "--rep-a", "1", "--rep-b", "2", "--", str(clip))
    assert out.name == names.result_folder(f"{clip.stem}-vs-{clip.stem}")
    data = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert data["first"]["file"] == names.readable(clip.name)
    assert "A: " + names.shown(clip.name)[:20] in " ".join(printed.split())
    assert str(escape(names.shown(clip.name))) in (out / "comparison.html").read_text(encoding="utf-8")


def test_json_output_is_valid_text_for_a_name_that_is_not_utf_8(place: Path, grey: Path) -> None:
    clip = place / HOSTILE["bytes"]
    clip.write_bytes(grey.read_bytes())
    for arguments in (["analyze", "--json", clip.name], ["analyze", "--json", clip.name, "--rpe", "11"]):
        done = CliRunner().invoke(cli.app, arguments)
        assert done.exit_code in (0, 2), done.output
        assert json.loads(done.stdout_bytes.decode())["schema"] == "hingecheck/analysis/1"


def test_an_error_message_contains_no_control_characters() -> None:
    done = CliRunner().invoke(cli.app, ["compare", "--json", "--", HOSTILE["codes"], HOSTILE["bytes"]])
    assert isinstance(json.loads(done.stdout)["error"]["message"], str)
    assert not set("\x1b\x07\r") & set(done.stderr)


@pytest.mark.parametrize("command", ["analyze", "compare"])
def test_force_does_not_overwrite_a_folder_of_the_user(command: str, place: Path, grey: Path) -> None:
    (place / "set.mp4").write_bytes(grey.read_bytes())
    own = place / ("set" if command == "analyze" else "set-vs-set")
    own.mkdir()
    refused = CliRunner().invoke(cli.app, [command, "set.mp4", "--force"])
    assert refused.exit_code == 2
    assert "--out" in refused.output
    assert list(own.iterdir()) == []
    assert CliRunner().invoke(cli.app, [command, "set.mp4", "--out", own.name]).exit_code == 0


def test_a_logbook_handles_folder_names_that_are_not_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / HOSTILE["bytes"] / "one"
    folder.mkdir(parents=True)
    (folder / "analysis.json").write_text(json.dumps(result(0.4)), encoding="utf-8")
    book = tmp_path / "logbook.sqlite"
    done = CliRunner().invoke(cli.app, ["log", "import", str(tmp_path), "--logbook", str(book)])
    assert done.exit_code == 0, done.output
    with Logbook(book) as opened:
        (session,) = opened.sessions()
    assert (session.folder, session.athlete) == (f"{HOSTILE['bytes']}/one", names.shown(HOSTILE["bytes"]))
    for what in (["list"], ["export", str(tmp_path / "tables")], ["list", session.athlete]):
        done = CliRunner().invoke(cli.app, ["log", *what, "--logbook", str(book)])
        assert done.exit_code == 0, done.output
    assert names.readable(HOSTILE["bytes"]) in (tmp_path / "tables" / "sessions.csv").read_text(encoding="utf-8")
    gone = ["log", "delete", session.athlete, "--yes", "--results", str(tmp_path), "--logbook", str(book)]
    assert CliRunner().invoke(cli.app, gone).exit_code == 0
    assert not folder.exists()


# --- patterns and lists --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "name", "want"),
    [
        ("{athlete}/{date}_{load}kg*", "Ana/2026-03-01_120kg_top.mp4", ("Ana", "2026-03-01", 120.0)),
        ("{athlete}/{date}_{load}kg*", "Ana/20260301_82.5kg.mov", ("Ana", "2026-03-01", 82.5)),
        ("{athlete}_{date}*", "Bo Ø_01.03.2026 x.mp4", ("Bo Ø", "2026-03-01", None)),
        ("*/{athlete} - {load}", "club/Ana - 100.mp4", ("Ana", "", 100.0)),
        ("{date}/{athlete}/*", "2026-03-01/Ana/IMG_1.MOV", ("Ana", "2026-03-01", None)),
    ],
)
def test_a_pattern_reads_athlete_date_and_load(
    pattern: str, name: str, want: tuple[str, str, float | None], tmp_path: Path
) -> None:
    intake = find(season(tmp_path, {name: "x"}), pattern=pattern)
    (clip,) = intake.clips
    assert (clip.athlete, clip.date, clip.report.load_kg) == want
    assert intake.unmatched == 0


def test_a_clip_that_does_not_fit_the_pattern_is_counted_and_takes_its_athlete_from_the_folder(tmp_path: Path) -> None:
    clips = {
        "Ana/2026-13-01_100kg.mp4": "x",
        "Ana/VID_20260301_1.mp4": "x",
        "top.mp4": "x",
        "Ana/notes.txt": "x",
        "Ana/._top.mp4": "x",
    }
    intake = find(season(tmp_path, clips), pattern="{athlete}/{date}_{load}kg*")
    assert (intake.unmatched, intake.other_files) == (3, 2)
    assert [(c.athlete, c.date) for c in intake.clips] == [("Ana", ""), ("Ana", "2026-03-01"), ("", "")]


@pytest.mark.parametrize("pattern", ["", "plain", "{lifter}", "{athlete}{athlete}", "{}"])
def test_an_invalid_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="--pattern"):
        compiled(pattern)


def test_a_pattern_matches_other_characters_literally() -> None:
    assert compiled("{athlete}.(x+)").fullmatch("Ana.(x+)")
    assert not compiled("{athlete}.(x+)").fullmatch("Ana.xx")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2026-03-01", "2026-03-01"),
        ("20260301", "2026-03-01"),
        ("29.02.2024", "2024-02-29"),
        ("29.02.2023", ""),
        ("2026-00-10", ""),
        ("99999999", ""),
        ("", ""),
    ],
)
def test_a_date_must_exist_in_the_calendar(text: str, want: str) -> None:
    assert date_of(text) == want


def test_a_list_gives_the_details_and_names_bad_rows(tmp_path: Path) -> None:
    folder = season(tmp_path / "season", {"a.mp4": "x", "b.mp4": "y", "c.mp4": "z"})
    season(tmp_path, {"out.mp4": "x"})
    lines = [
        "\ufefffile;athlete;date;load_kg;rpe;soreness;note",
        "a.mp4;Ana;2026-03-01;102,5;8;low-back=6,glutes=1;=1+1",
        "b.mp4;Bo;;900;;;",
        "../out.mp4;Ana;;;;;",
        "/etc/passwd;Ana;;;;;",
        "c.mp4;Cy;;;;knee=2;",
        "absent.mp4;Ana;;;;;",
    ]
    (tmp_path / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    clips = {clip.file: clip for clip in find(folder, manifest=tmp_path / "list.csv").clips}
    good = clips["a.mp4"]
    assert (good.athlete, good.date, good.report.load_kg, good.report.rpe) == ("Ana", "2026-03-01", 102.5, 8.0)
    assert (good.report.soreness, good.report.note) == ({"low-back": 6.0, "glutes": 1.0}, "=1+1")
    problems = {name: clip.problem for name, clip in clips.items() if clip.problem}
    assert problems.keys() == {"b.mp4", "../out.mp4", "/etc/passwd", "c.mp4", "absent.mp4"}
    assert "out of range" in problems["b.mp4"]
    assert "unknown part of the body" in problems["c.mp4"]
    assert problems["/etc/passwd"] == problems["../out.mp4"] == "it points outside the folder"


@pytest.mark.parametrize("text", ["clip,athlete\na.mp4,Ana", "file,lifter\na.mp4,Ana", ""])
def test_a_list_with_unknown_columns_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(UsageError, match="column"):
        find(tmp_path, manifest=tmp_path / "list.csv")


def test_results_inside_the_folder_are_skipped(tmp_path: Path) -> None:
    folder = season(tmp_path, {"Ana/a.mp4": "x", "Ana/a/analysis.json": "{}", "Ana/a/annotated.mp4": "x"})
    season(folder, {"results/clips/b/annotated.mp4": "x"})
    clips = find(folder, skip=folder / "results").clips
    assert [clip.file for clip in clips] == ["Ana/a.mp4"]
    assert isinstance(clips[0], Clip)


def test_the_order_depends_only_on_the_names(tmp_path: Path) -> None:
    clips = ["b/2.mp4", "B/1.mp4", "a/10.mp4", "a/9.mp4", "é/1.mp4", "e\u0301/2.mp4"]
    for place, order in (("one", clips), ("two", clips[::-1])):
        season(tmp_path / place, dict.fromkeys(order, "x"))
    first, second = ([clip.file for clip in find(tmp_path / place).clips] for place in ("one", "two"))
    assert first == second
    with (tmp_path / "x.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file"], *([name] for name in clips)])
    assert [clip.file for clip in find(tmp_path / "two", manifest=tmp_path / "x.csv").clips] == second
