"""The landmark network on a square: nearly the points and the mask that MediaPipe gives with it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.backends.landmarker import Landmarker
from hingecheck.backends.mediapipe import MediaPipeStill
from hingecheck.errors import ModelError
from hingecheck.pose.following import Find, Follower
from hingecheck.records import Frame
from hingecheck.video.reading import Video
from tests.recordings import SAMPLES


@pytest.fixture(scope="module")
def picture() -> Frame:
    """A picture of a lifter who bends to the bar."""
    return next(frame for frame in Video(SAMPLES / "hip_led.mp4").frames(480) if frame.time_s >= 2.5)


@pytest.mark.network
def test_points_and_mask_are_nearly_those_of_mediapipe(picture: Frame) -> None:
    bundle = bundles.find(bundles.DEFAULT).path
    still = MediaPipeStill(bundle)
    theirs = still.look(picture)
    still.close()
    assert theirs is not None
    follower = Follower(Landmarker(bundle), [Find(picture.time_s, theirs.xy_px / picture.scale)], lambda _: [])
    for step in range(4):
        ours = follower.follow(replace(picture, time_s=picture.time_s + 0.1 * step))
    assert ours is not None
    trunk = [list(pair) for pair in (landmarks.SHOULDERS, landmarks.HIPS)]
    trunk_px = np.hypot(*(theirs.xy_px[trunk[0]].mean(axis=0) - theirs.xy_px[trunk[1]].mean(axis=0)))
    apart_px = np.hypot(*(ours.xy_px - theirs.xy_px).T)
    assert np.median(apart_px) < 0.08 * trunk_px
    assert apart_px[[point for pair in landmarks.CHAIN for point in pair]].max() < 0.15 * trunk_px
    assert np.median(np.abs(ours.world_m - theirs.world_m)) < 0.04
    both, either = ((ours.mask > 0.5) & (theirs.mask > 0.5)).sum(), ((ours.mask > 0.5) | (theirs.mask > 0.5)).sum()
    assert both / either > 0.8


@pytest.mark.parametrize("damage", ["not a zip", "no network", "no tflite"])
def test_a_bundle_that_is_none_is_refused_by_name(damage: str, tmp_path: Path) -> None:
    bundle = tmp_path / "mine.task"
    if damage == "not a zip":
        bundle.write_bytes(b"0123456789" * 100)
    else:
        name = "other.tflite" if damage == "no network" else "pose_landmarks_detector.tflite"
        with zipfile.ZipFile(bundle, "w") as parts:
            parts.writestr(name, b"TFL3" * 100)
    with pytest.raises(ModelError, match=r"mine\.task: .* refuses this model"):
        Landmarker(bundle)
