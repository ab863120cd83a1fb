"""How far joints lie apart if the pose network's answers differ as they do between two processors.

    python -m tests.steadiness CLIP...

Each clip is observed four times: as it is and with noise of 0.1 pixels on every answer of the network, with squares as
they are and rounded (`following.STEPS`).  It prints the distances of eight joints between the two, in display pixels.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final
from unittest import mock

import numpy as np

from hingecheck import landmarks, stages
from hingecheck.backends.landmarker import Landmarker
from hingecheck.pose import following
from hingecheck.records import Bytes, Floats, PoseTrack

NOISE_PX: Final = 0.1
"""SD of the noise on places, in pixels of the picture that the network sees; on size and angle: 1/500 of it."""

JOINTS: Final = [point for pair in landmarks.CHAIN for point in pair]
"""Left and right shoulders, hips, knees and ankles."""


def track(clip: Path, *, noisy: bool, rounded: bool) -> PoseTrack:
    """The raw landmarks of a clip."""
    rng, look = np.random.default_rng(1), Landmarker.look

    def noisy_look(network: Landmarker, rgb: Bytes, square: following.Square) -> following.Look:
        seen = look(network, rgb, square)
        next_square = following.Square(
            seen.square.middle_px + rng.normal(0, NOISE_PX, 2),
            seen.square.side_px * float(np.exp(rng.normal(0, NOISE_PX / 500))),
            seen.square.angle + float(rng.normal(0, NOISE_PX / 500)),
        )
        xy_px = seen.sighting.xy_px + rng.normal(0, NOISE_PX, seen.sighting.xy_px.shape)
        return replace(seen, square=next_square, sighting=replace(seen.sighting, xy_px=xy_px))

    with (
        mock.patch.object(Landmarker, "look", noisy_look if noisy else look),
        mock.patch.object(following, "_rounded", following._rounded if rounded else lambda square: square),
    ):
        return stages.observe(clip, stages.pose_network(workers=1)).observed.raw


def apart_px(one: PoseTrack, other: PoseTrack) -> Floats:
    """Distances (K,) of all joints that both tracks have at the same time, in display pixels."""
    _, in_one, in_other = np.intersect1d(one.time_s, other.time_s, return_indices=True)
    apart = np.hypot(*np.moveaxis(one.xy_px[in_one][:, JOINTS] - other.xy_px[in_other][:, JOINTS], -1, 0))
    return np.asarray(apart[~np.isnan(apart)])


def main() -> None:
    """Print a row for each clip, without and with rounding."""
    for clip in map(Path, sys.argv[1:]):
        for rounded in (False, True):
            px = apart_px(*(track(clip, noisy=noisy, rounded=rounded) for noisy in (False, True)))
            kind = "rounded" if rounded else "as they are"
            print(
                f"{clip.name}, squares {kind}: median {np.median(px):.2f}, 95 % {np.quantile(px, 0.95):.2f} px",
                flush=True,
            )


if __name__ == "__main__":
    main()
