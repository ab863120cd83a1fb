"""The parts of a cut clip are measured apart: no movement, zero, lifter or camera goes across a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from hingecheck import parts, stages
from hingecheck.analysis import analyze
from hingecheck.backends.replay import Replay
from hingecheck.errors import NobodyFound
from hingecheck.metrics import comparison
from hingecheck.progress import Watch
from hingecheck.records import Analysis, Seen
from hingecheck.report import compared
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import WorkingCopy
from tests import staged
from tests.conftest import write_video
from tests.recordings import REPLAY, SAMPLES, Nobody
from tests.test_cuts import room

STEP_S: Final = 1 / 30
ARRAYS: Final = ("xy_px", "visibility", "world_m", "filled")


@dataclass(frozen=True)
class Spliced:
    """A pose source that sees shipped clips, one after the other, with None for `EMPTY` frames without anybody."""

    names: Sequence[str | None]
    empty: int = 45

    @property
    def counts(self) -> list[int]:
        """Number of frames of each part."""
        return [self.empty if name is None else len(seen_in(name).frame_s) for name in self.names]

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        """What was seen of each clip, at the times of this one."""
        whole, counts = Nobody().read(clip, copy, watch), self.counts
        starts = np.cumsum([0, *counts[:-1]])
        track, traces = whole.track, list(whole.traces)
        values = {name: getattr(track, name).copy() for name in ARRAYS}
        grey, small_s = [], []
        for name, start in zip(self.names, starts, strict=True):
            if name is None:
                continue
            seen = seen_in(name)
            rows = start + np.searchsorted(seen.frame_s, seen.track.time_s)
            for array, target in values.items():
                target[rows] = getattr(seen.track, array)
            for row, trace in zip(rows, seen.traces, strict=True):
                traces[row] = trace
            grey.append(seen.thumbnails.grey)
            small_s.append(seen.thumbnails.time_s + track.time_s[start])
        looked = np.union1d(np.flatnonzero(~np.isnan(values["xy_px"][:, 0, 0])), [0, sum(counts) - 1])
        sampled = replace(track, time_s=track.time_s[looked], **{name: values[name][looked] for name in ARRAYS})
        small = replace(seen.thumbnails, time_s=np.concatenate(small_s), grey=np.concatenate(grey))
        return Seen(sampled, tuple(traces[i] for i in looked), small, whole.frame_s)


@cache
def seen_in(name: str) -> Seen:
    """What the network saw in a shipped clip."""
    return Replay([REPLAY / f"{name}.npz"]).read(Video(SAMPLES / f"{name}.mp4"), WorkingCopy(), None)


def cut_clip(path: Path, counts: Sequence[int]) -> Path:
    """A clip of several empty rooms, each for so many frames."""
    rooms = [np.repeat(room(seed)[..., None], 3, axis=2) for seed in range(1, len(counts) + 1)]
    return write_video(path, [picture for picture, count in zip(rooms, counts, strict=True) for _ in range(count)])


def analyzed(folder: Path, *names: str | None) -> tuple[Analysis, list[float]]:
    """The analysis of shipped clips one after the other, and the time at which each begins."""
    source = Spliced(names)
    counts = source.counts
    clip = cut_clip(folder / "cut.mp4", counts)
    return analyze(clip, source=source), [STEP_S * start for start in np.cumsum([0, *counts[:-1]])]


@cache
def alone(name: str) -> Analysis:
    """The analysis of a shipped clip."""
    return analyze(SAMPLES / f"{name}.mp4", source=Replay([REPLAY / f"{name}.npz"]))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, list[float]]:
    """Two lifters who face opposite sides, with a cut between them."""
    return analyzed(tmp_path_factory.mktemp("two"), "hip_led", "low_back_led")


def test_each_part_gives_what_it_gives_alone(two: tuple[Analysis, list[float]]) -> None:
    both, starts_s = two
    assert both.video.cuts_s == pytest.approx(starts_s[1:], abs=0.002)
    assert [rep.rep.number for rep in both.reps] == [1, 2, 3, 4]
    for name, start_s, reps in zip(("hip_led", "low_back_led"), starts_s, (both.reps[:2], both.reps[2:]), strict=True):
        for rep, other in zip(reps, alone(name).reps, strict=True):
            assert rep.rep.lockout_s - start_s == pytest.approx(other.rep.lockout_s, abs=0.01)
            for metric in ("lumbar_change_deg", "hip_change_deg", "knee_change_deg"):
                assert rep.values[metric].value == pytest.approx(other.values[metric].value, abs=0.5)
                assert rep.values[metric].sd == pytest.approx(other.values[metric].sd, rel=0.1)


def test_a_verdict_is_about_one_part_and_a_difference_across_a_cut_is_unsure(
    two: tuple[Analysis, list[float]],
) -> None:
    both, starts_s = two
    assert both.verdict.pattern in {alone(name).verdict.pattern for name in ("hip_led", "low_back_led")}
    assert set(both.verdict.reps_used) in ({1, 2}, {3, 4})
    stored = compared.measured(both, Path("cut.mp4")).stored
    assert len(stored.together) == 2
    sides = [staged.side(both, number) for number in (1, 2, 3)]
    bases = [{d.name: d.basis for d in comparison.compare(sides[0], side).differences} for side in sides[1:]]
    assert [each["concentric_s"] for each in bases] == ["within one clip", "independent"]
    assert [both.part_at(time_s).view.facing for time_s in (1.0, starts_s[1] + 1.0)] == ["right", "left"]


def test_a_title_before_the_lift_changes_nothing(tmp_path: Path) -> None:
    titled, (_, start_s) = analyzed(tmp_path, None, "hip_led")
    plain = alone("hip_led")
    assert len(titled.reps) == 2
    assert titled.reps[0].rep.liftoff_s - start_s == pytest.approx(plain.reps[0].rep.liftoff_s, abs=0.01)
    assert len(titled.angles.time_s) == titled.video.frames_read
    before = titled.angles.time_s < start_s - 1e-3
    assert set(titled.angles.trunk_lean.reason[before]) == {"lifter_unseen"}


def test_a_cut_inside_a_pull_ends_the_repetition(tmp_path: Path) -> None:
    seen = seen_in("hip_led")
    middle_s = alone("hip_led").reps[0].rep.knee_pass_s
    first, second = parts.split(seen, [middle_s], 1.0)
    assert first.frame_s[-1] < middle_s <= second.frame_s[0]
    assert len(first.frame_s) + len(second.frame_s) == len(seen.frame_s)
    for part in (first, second):
        assert part.track.time_s[[0, -1]] == pytest.approx(part.frame_s[[0, -1]])
    assert parts.split(seen, [], 1.0) == [seen]
    short = parts.split(seen, [0.5], 1.0)[0]
    assert not short.track.seen.any()


def test_nobody_in_any_part_is_nobody(tmp_path: Path) -> None:
    clip = cut_clip(tmp_path / "rooms.mp4", [40, 40])
    with pytest.raises(NobodyFound, match="nobody was found"):
        stages.observe_parts(clip, Nobody())


class OnTheSide:
    """A pose source that sees a shipped clip whose picture lies on its side."""

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        """What was seen of it."""
        seen = Spliced(["hip_led"]).read(clip, copy, watch)
        return replace(seen, track=replace(seen.track, xy_px=seen.track.xy_px[..., ::-1].copy()))


def test_a_lifter_who_lies_is_no_standing_lifter(tmp_path: Path) -> None:
    clip = cut_clip(tmp_path / "side.mp4", [Spliced(["hip_led"]).counts[0]])
    with pytest.raises(NobodyFound, match="nobody stands") as caught:
        stages.observe_parts(clip, OnTheSide())
    assert "--rotate" in caught.value.remedy
