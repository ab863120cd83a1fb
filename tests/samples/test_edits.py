"""Edited clips: what is edited in is what hingecheck finds, and the truth stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hingecheck.video.reading import Video
from samples.edits import compare, film, gym, learn, nuisances, poor, worse
from samples.edits.film import Shot
from tests.recordings import SAMPLES

CLIP = SAMPLES / "hip_led.mp4"
STARTS_LATER = ("nothing", "frozen pictures", "dropped pictures", "zoom", "pan", "roll growing to 4 degrees")


def part(end_s: float = 4.5) -> Iterator[Shot]:
    """The begin of a shipped clip: standing, going down, the first pull."""
    return (shot for shot in film.read(CLIP) if shot.time_s < end_s)


def test_pictures_that_are_repeated_in_the_pull_are_found(tmp_path: Path) -> None:
    def hold(shots: Iterator[Shot]) -> Iterator[Shot]:
        last = next(shots)
        yield last
        for index, shot in enumerate(shots, 1):
            last = last if 100 < index <= 109 else shot  # the pull begins after three seconds
            yield Shot(shot.time_s, last.rgb)

    clip = Video(film.write(tmp_path / "held.mp4", hold(part())))
    times_s = np.array([picture.time_s for picture in clip.small(320, 0.0)])
    gone = sorted(set(times_s.tolist()) - set(clip.new_s(times_s).tolist()))
    assert gone == pytest.approx((np.arange(101, 110) / 30).tolist(), abs=0.01)
    plain = Video(film.write(tmp_path / "plain.mp4", part()))
    times_s = np.array([picture.time_s for picture in plain.small(320, 0.0)])
    assert len(plain.new_s(times_s)) == len(times_s)


@pytest.mark.parametrize("name", ["10 Hz", "dropped 0.3 s", "frozen 0.3 s"])
def test_fewer_pictures_are_written_with_their_own_times(name: str, tmp_path: Path) -> None:
    edit = next(each.edit for each in poor.VARIANTS if each.name == name)
    wanted = [shot.time_s for shot in edit(part(2.0))]
    found_s = [picture.time_s for picture in Video(film.write(tmp_path / "few.mp4", edit(part(2.0)))).small(160, 0.0)]
    assert found_s == pytest.approx(np.array(wanted) - wanted[0], abs=1e-3)
    assert (len(found_s) == 60) == name.startswith("frozen")
    if name == "10 Hz":
        assert len(found_s) == 20


@pytest.mark.slow
def test_every_nuisance_changes_the_pictures_and_keeps_the_times() -> None:
    plain = list(part(0.2))
    for nuisance in nuisances.NUISANCES:
        edited = list(nuisance.edit(iter(plain)))
        assert [shot.time_s for shot in edited][:6] == [shot.time_s for shot in plain][: len(edited)]
        changed = any(a.rgb.shape != b.rgb.shape or (a.rgb != b.rgb).any() for a, b in zip(edited, plain, strict=False))
        same = nuisance.name in (
            "nothing",
            "frozen pictures",
            "dropped pictures",
            "zoom",
            "pan",
            "roll growing to 4 degrees",
        )
        assert changed or same, nuisance.name


def test_outcomes_count_repetitions_and_errors_inside_intervals(tmp_path: Path) -> None:
    errors = {"lumbar_change_deg": [(3.0, 8.0), (-9.0, 8.0)]}
    seen = compare.Outcome("a", "dark", found=2, missed=1, errors=errors, notes=("low_rate",))
    refused = compare.Outcome("a", "black", refused="nobody_found", missed=3)
    assert seen.inside == (1, 2)
    assert compare.f1([seen, refused]) == pytest.approx(4 / 5)
    (tmp_path / "a.json").write_text(compare.stored(seen), encoding="utf-8")
    assert compare.read(tmp_path / "a.json") == seen
    assert compare.table([seen, refused]).splitlines()[-1] == "F1 0.800"


def test_gaps_are_at_random_places_and_rates_are_as_named() -> None:
    time_s = np.arange(300) / 30
    left = list(learn.missing(time_s))
    assert [round(each.sum() / 10) for each in left[: len(learn.RATES_HZ)]] == list(learn.RATES_HZ)
    assert all(0.4 < each.mean() < 0.95 for each in left[len(learn.RATES_HZ) :])
    assert gym.rolled(3.0) is not worse.in_turn()
