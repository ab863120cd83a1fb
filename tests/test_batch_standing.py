"""A batch measures clips in which nobody is upright once more, with the athlete's standing in another clip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hingecheck.batch import executors, jobs, plan, standing
from hingecheck.batch.intake import find
from hingecheck.batch.isolation import Limits
from hingecheck.batch.jobs import Settings
from hingecheck.records.season import Clip
from tests import test_batch
from tests.standin import WORK

USUAL, AROUND = "zero standing_usual share 0.4", "zero standing_around share 0.2"


def own_clips(out: Path) -> dict[str, str | None]:
    """The clip of the standing by the clip that counts from it."""
    found = {}
    for path in (out / "clips").glob("*/analysis.json"):
        document = json.loads(path.read_text())
        found[document["video"]["file"]] = document["provenance"]["own_clips"]["standing"]
    return found


def test_only_clips_without_an_upright_moment_are_measured_again(tmp_path: Path) -> None:
    clips = {
        "Ana/2026-01-05.mp4": f"{AROUND} ",
        "Ana/2026-01-12.mp4": USUAL,
        "Ana/2026-01-19.mp4": f"{AROUND}  ",
        "Ana/2026-02-20.mp4": f"{USUAL} ",
        "Ana/2026-02-21.mp4": "zero standing_between share 0.2",
        "Ben/2026-01-13.mp4": f"{USUAL}  ",
    }
    folder, out = test_batch.season(tmp_path / "season", clips), tmp_path / "out"
    done = test_batch.hingecheck("batch", folder, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "Measured once more, with the athlete's standing in another clip: 2." in done.stderr
    counted = own_clips(out)
    assert counted.pop("2026-01-12.mp4") == "2026-01-05.mp4"
    assert counted.pop("2026-02-20.mp4") == "2026-01-19.mp4"
    assert set(counted.values()) == {None}
    again = test_batch.hingecheck("batch", folder, "--out", out)
    assert "Nothing new: all 6 clips were done before." in again.stderr
    assert "once more" not in again.stderr


def test_the_standing_comes_from_the_same_athlete_and_the_nearest_day(tmp_path: Path) -> None:
    clips = {
        "Ana/2026-01-05.mp4": AROUND,
        "Ana/2026-01-12.mp4": USUAL,
        "Ana/2026-01-14.mp4": f"{AROUND} ",
        "Ben/2026-01-13.mp4": f"{USUAL} ",
    }
    folder = test_batch.season(tmp_path / "season", clips)
    options = plan.RunOptions(Limits(), WORK)
    with executors.local(2) as executor:
        todo = plan.plan(find(folder).clips, tmp_path / "out", Settings(), options, executor)
        assert standing.again(todo, Settings()).jobs == ()  # nothing has been measured
        list(plan.run(todo, options, executor))
        (job,) = standing.again(todo, Settings()).jobs
        assert (job.file, job.standing) == ("Ana/2026-01-12.mp4", folder / "Ana/2026-01-14.mp4")
        assert job.keeps_earlier
        oblique = next((tmp_path / "out" / "clips").glob("*2026-01-14*")) / "analysis.json"
        document = json.loads(oblique.read_text())
        document["view"]["assessable"] = False
        oblique.write_text(json.dumps(document))
        (job,) = standing.again(todo, Settings()).jobs
        assert job.standing == folder / "Ana/2026-01-05.mp4"


@pytest.mark.parametrize(
    ("day", "wanted"),
    [("2026-01-10", "early"), ("2026-01-15", "early"), ("2026-01-16", "late"), ("", "early")],
)
def test_of_two_clips_as_near_the_earlier_one_counts(day: str, wanted: str) -> None:
    others = [Clip(Path("b"), "late", date="2026-01-20"), Clip(Path("a"), "early", date="2026-01-10")]
    others.append(Clip(Path("c"), "undated"))
    assert standing.nearest(Clip(Path("x"), "x", date=day), others).file == wanted


def test_a_job_gives_its_standing_to_the_analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Seen(Exception):
        pass

    def analyze(clip: Path, asked: object, **_: object) -> None:
        raise Seen(clip, asked.standing)  # type: ignore[attr-defined]

    monkeypatch.setattr("hingecheck.analysis.analyze", analyze)
    job = jobs.Job("k", "s", Path("a.mp4"), "a.mp4", tmp_path, Settings(), standing=Path("b.mp4"))
    with pytest.raises(Seen) as seen:
        jobs.measure(job)
    assert seen.value.args == (Path("a.mp4"), Path("b.mp4"))
