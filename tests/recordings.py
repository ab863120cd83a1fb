"""Stored output of the pose network for shipped clips. Most tests use it because the network takes minutes.

`tests/replay/NAME.npz` is what the network saw in `samples/clips/NAME.mp4`. `hingecheck.backends.replay` describes the
format. After a change of the network, of where and when it looks, or of the trunk's tracing, record them again: remove
them, then run `python -m tests.recordings`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from hingecheck import analysis, stages
from hingecheck.backends import bundles
from hingecheck.backends.pose_network import PoseNetwork
from hingecheck.backends.replay import Recording, Replay
from hingecheck.backends.source import PoseSource
from hingecheck.errors import HingecheckError
from hingecheck.pose import estimation
from hingecheck.progress import Stage, Watch, counted
from hingecheck.records import Frame, Seen, Sighting
from hingecheck.spine import contour
from hingecheck.video.reading import Video
from hingecheck.video.thumbnails import Keeper
from hingecheck.video.working_copy import WorkingCopy, height_px

SAMPLES: Final = Path(__file__).parents[1] / "samples" / "clips"
REPLAY: Final = Path(__file__).parent / "replay"
NAMES: Final = ("hip_led", "low_back_led", "rdl_low_back_led", "refuse_no_lift")


class _Blind:
    """A pose model that sees nobody."""

    def follow(self, frame: Frame) -> Sighting | None:
        return None


@dataclass(frozen=True)
class Nobody:
    """A pose source that reads every frame and sees nobody."""

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        keeper = Keeper()
        pictures = (picture.frame() for picture in clip.small(height_px(clip.width, clip.height), 0.0))
        frames = counted(keeper.watch(pictures), watch, Stage.MEASURING, clip.expected_frames)
        track, traces = estimation.observe(frames, _Blind(), contour.trace)
        return Seen(track, tuple(traces), keeper.thumbnails(), track.time_s)


@dataclass(frozen=True)
class Still:
    """A pose source that sees the same in every frame: what the network saw at one time of a shipped clip."""

    name: str
    time_s: float

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        seen = Replay([REPLAY / f"{self.name}.npz"]).read(Video(SAMPLES / f"{self.name}.mp4"), copy, None)
        at = int(np.argmin(np.abs(seen.track.time_s - self.time_s)))
        nobody = Nobody().read(clip, copy, watch)
        count = len(nobody.traces)
        xy_px, visibility, world_m = (
            np.repeat(array[at : at + 1], count, axis=0)
            for array in (seen.track.xy_px, seen.track.visibility, seen.track.world_m)
        )
        track = replace(nobody.track, xy_px=xy_px, visibility=visibility, world_m=world_m)
        return replace(nobody, track=track, traces=(seen.traces[at],) * count)


@dataclass(frozen=True)
class Stored:
    """A pose source that replays shipped clips under any name; `others` are the sources of other clips by name.

    It sees nobody in any further clip.
    """

    others: Mapping[str, PoseSource] = field(default_factory=dict)

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        files = recordings(hashlib.sha256(clip.path.read_bytes()).hexdigest())
        source = self.others.get(clip.path.name, Replay(files) if files else Nobody())
        return source.read(clip, copy, watch)


def recordings(sha256: str) -> list[Path]:
    """The stored output for the clip with that hash."""
    return [path for path in sorted(REPLAY.glob("*.npz")) if str(np.load(path)["clip_sha256"]) == sha256]


@contextlib.contextmanager
def in_place_of_the_network(source: PoseSource) -> Iterator[None]:
    """Every analysis in this process takes its landmarks from that source."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "PoseNetwork", lambda *_: source)
        yield


def record() -> None:
    """Run the network over each clip and store its output."""
    for name in NAMES:
        network = Recording(PoseNetwork(bundles.find(bundles.DEFAULT).path), REPLAY)
        with contextlib.suppress(HingecheckError):  # a clip may hold no repetition
            analysis.analyze(SAMPLES / f"{name}.mp4", source=network)


if __name__ == "__main__":
    record()
