"""Spec files: valid entries are read, wrong ones are refused with the key and the allowed values."""

from pathlib import Path
from typing import Any

import pytest

from samples.errors import SpecError
from samples.spec import ClipSpec
from samples.specfile import parse_spec, read_spec

SPECS = sorted((Path(__file__).parents[2] / "samples" / "specs").glob("*.toml"))


def test_a_spec_takes_given_entries_and_defaults_for_the_rest() -> None:
    spec = parse_spec({"name": "a", "lift": {"style": "sumo", "tempo": 2}})
    assert spec.lift.style == "sumo"
    assert spec.lift.tempo == 2.0
    assert spec.camera == ClipSpec("a").camera


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"lift": {"stile": "sumo"}}, ["lift.stile", "style"]),
        ({"camra": {}}, ["camra", "camera"]),
        ({"lift": {"style": "snatch"}}, ["lift.style", "snatch", "conventional", "sumo", "rdl"]),
        ({"camera": {"yaw_deg": 120}}, ["camera.yaw_deg", "-90.0 to 90.0"]),
        ({"camera": {"yaw_deg": "ten"}}, ["camera.yaw_deg", "float"]),
        ({"video": {"width_px": 541}}, ["video.width_px", "even"]),
        ({"clothes": {"top_colour": "red"}}, ["clothes.top_colour", "#2f4a6d"]),
        ({"lift": {"reps": 2, "missed": [3]}}, ["lift.missed", "1 to lift.reps = 2"]),
        ({"lift": {"walk_in": 1}}, ["lift.walk_in", "bool"]),
        ({"lift": 3}, ["lift", "table"]),
        ({"video": {"codec": "h999"}}, ["video.codec", "h999", "libx264"]),
        ({"name": "../up"}, ["name", "letters"]),
    ],
)
def test_wrong_entries_are_refused_by_name(table: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec({"name": "a"} | table)
    assert all(word in str(caught.value) for word in words)


def test_a_file_that_is_not_toml_or_absent_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(SpecError, match=r"broken\.toml"):
        read_spec(path)
    with pytest.raises(SpecError, match=r"absent\.toml"):
        read_spec(tmp_path / "absent.toml")


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_shipped_spec_is_read_under_its_own_name(path: Path) -> None:
    assert read_spec(path).name == path.stem
