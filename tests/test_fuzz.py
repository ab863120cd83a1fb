"""Mutated files by chance, with a small fixed budget.  `python -m tests.fuzz` tries as many as you like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import attempt
from tests.fuzz.targets import FAMILIES

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
