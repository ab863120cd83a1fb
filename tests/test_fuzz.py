"""Mutated files by chance, with a small fixed budget.  `python -m tests.fuzz` tries as many as you like."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from hingecheck.batch import intake
from hingecheck.errors import UsageError
from hingecheck.history import damage
from tests.fuzz.__main__ import attempt
from tests.fuzz.targets import FAMILIES, run

BUDGET = {"clips": 120, "results": 40, "logbooks": 30, "tables": 60}
"""Number of inputs of each family."""


@pytest.mark.parametrize("family", FAMILIES)
def test_a_mutated_file_is_read_or_refused_with_a_message(
    family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FAMILIES[family].prepare(tmp_path)
    outcomes = attempt(family, tmp_path, range(BUDGET[family]))
    assert not outcomes["crashed"], capsys.readouterr().out
    assert outcomes["read"]
    assert outcomes["refused"]


@pytest.mark.parametrize(
    "row", [b"a\0b,Ana,2026-01-02", b"caf\xe9,Ana,2026-01-02", b'"' + b"x" * 200_000 + b'",Ana,', b"only one cell"]
)
def test_a_strange_list_of_a_batch_is_refused_or_read(row: bytes, tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_bytes(b"folder,athlete,date\n" + row + b"\n")
    assert run("log", "import", tmp_path, "--logbook", tmp_path / "book.sqlite") in ("read", "refused")


@pytest.mark.parametrize("cell", ["", ".", "/", "..", "a/../../b", "a\\..\\b", "x" * 150_000])
def test_a_strange_file_in_a_list_of_clips_gives_a_problem_or_an_error(cell: str, tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"file,athlete\n{cell},Ana\n")
    try:
        clips = intake.find(tmp_path, manifest=manifest).clips
    except UsageError:
        return
    assert all(clip.problem for clip in clips)


def test_a_text_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FAMILIES["logbooks"].prepare(tmp_path)
    book = tmp_path / "whole.sqlite"
    with contextlib.closing(sqlite3.connect(book)) as rows, rows:
        rows.execute("UPDATE session SET cue = cast(zeroblob(20000) AS TEXT)")
    assert run("log", "export", tmp_path / "tables", "--logbook", book) == "read"
    monkeypatch.setattr(damage, "LONGEST_BYTES", 10_000)
    assert run("log", "export", tmp_path / "tables", "--logbook", book) == "refused"


@pytest.mark.parametrize(("old", "new"), [(b"lumbar_change_deg", b"lumbar_ch\xff\xfege_deg"), (b"Ana", b"A\xffa")])
def test_text_that_is_not_utf_8_in_a_logbook_is_refused(old: bytes, new: bytes, tmp_path: Path) -> None:
    FAMILIES["logbooks"].prepare(tmp_path)
    book = tmp_path / "whole.sqlite"
    book.write_bytes(book.read_bytes().replace(old, new))
    assert run("log", "export", tmp_path / "tables", "--logbook", book) == "refused"
