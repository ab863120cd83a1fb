"""Clips of many formats show the scene that they were made from, at the right times, or are refused.

`python -m tests.formats` checks all of them; here are those that need code of ours.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.cases import CASES, QUICK
from tests.formats.checking import check


def test_the_matrix_is_large() -> None:
    assert len(CASES) >= 130
    assert len(QUICK) >= 80


@pytest.mark.parametrize("name", QUICK)
def test_a_clip_shows_its_scene_or_is_refused(name: str, tmp_path: Path) -> None:
    assert check(CASES[name], tmp_path).wrong == ""
