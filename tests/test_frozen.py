"""Compare results of the shipped clips with the frozen ones.  `python -m samples.evaluate --freeze` rewrites them."""

import json

import pytest

from samples.card.freeze import CLIPS, FROZEN, differences, key_numbers
from tests.recordings import NAMES, Stored, in_place_of_the_network

KNOWN = json.loads(FROZEN.read_text(encoding="utf-8"))


def test_every_shipped_clip_has_frozen_results() -> None:
    assert sorted(KNOWN) == sorted(clip.stem for clip in CLIPS.glob("*.mp4"))


@pytest.mark.parametrize("name", NAMES)
def test_results_match_the_frozen_ones(name: str) -> None:
    before = FROZEN.read_bytes()
    with in_place_of_the_network(Stored()):
        assert differences(KNOWN[name], key_numbers(CLIPS / f"{name}.mp4")) == []
    assert FROZEN.read_bytes() == before


def test_only_differences_beyond_the_tolerance_are_reported() -> None:
    old = {"outcome": "analysed", "yaw_deg": 3.0, "reps": [{"lockout_s": 2.0, "hip_change_deg": 90.0}]}
    near = {"outcome": "analysed", "yaw_deg": 4.9, "reps": [{"lockout_s": 2.06, "hip_change_deg": 91.9}]}
    assert differences(old, near) == []
    far = {"outcome": "analysed", "yaw_deg": 5.1, "reps": [{"lockout_s": 2.1, "hip_change_deg": None}]}
    assert differences(old, far) == [
        "yaw_deg: 3.0 became 5.1",
        "reps[0].lockout_s: 2.0 became 2.1",
        "reps[0].hip_change_deg: 90.0 became None",
    ]
    assert differences(old, old | {"reps": []}) == ["reps: 1 became 0"]
    assert differences({"outcome": "nobody_found"}, old) != []
