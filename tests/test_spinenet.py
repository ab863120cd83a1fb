"""The shipped spine model: its output does not depend on the batch, and a damaged file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hingecheck.backends import bundles
from hingecheck.backends.spinenet import SpineNet
from hingecheck.errors import ModelError
from hingecheck.records import CROP_SIZE_PX, PoseTrack
from hingecheck.spine import features
from tests import lifter


@pytest.fixture(scope="module")
def net() -> SpineNet:
    encoder, head = bundles.spine()
    return SpineNet(encoder.path, head.path)


def described(track: PoseTrack, sign: int) -> np.ndarray:
    return features.describe(track.xy_px, track.visibility, track.world_m, sign)


def test_the_code_of_a_frame_does_not_depend_on_its_batch(net: SpineNet) -> None:
    track = lifter.track(lifter.Set().posture())
    crop = np.random.default_rng(1).integers(0, 255, (len(track.time_s), CROP_SIZE_PX, CROP_SIZE_PX)).astype(np.uint8)
    together = net.encode(crop, described(track, 1))
    alone = net.encode(crop[100:101], described(track, 1)[100:101])
    assert together[100] == pytest.approx(alone[0], abs=1e-4)


def test_the_standing_frame_has_no_change_and_every_sd_is_positive(net: SpineNet) -> None:
    track = lifter.track(lifter.Set().posture())
    traced = np.zeros((1, CROP_SIZE_PX, CROP_SIZE_PX), np.uint8)
    traced[:, :, 28:44] = 255
    code = net.encode(traced, described(track, 1)[:1])
    angles = net.read(code, code[0], np.zeros(1))
    assert np.abs(angles.change_deg).max() < 2.0
    assert (angles.change_sd_deg > 0).all()
    assert (angles.single_sd_deg > 0).all()


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    encoder, head = bundles.spine()
    broken = tmp_path / "half.onnx"
    broken.write_bytes(encoder.path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="refuses"):
        SpineNet(broken, head.path)


@pytest.mark.parametrize(
    "camera",
    [
        lifter.Camera(facing="left"),
        lifter.Camera(stature_px=300.0),
        lifter.Camera(ankle_px=(900.0, 300.0)),
    ],
)
def test_features_do_not_depend_on_facing_size_or_place(camera: lifter.Camera) -> None:
    posture = lifter.Set().posture()
    plain_track, other_track = lifter.track(posture), lifter.track(posture, camera)
    assert plain_track.xy_px != pytest.approx(other_track.xy_px)
    sign = 1 if camera.facing == "right" else -1
    assert described(other_track, sign) == pytest.approx(described(plain_track, 1), abs=1e-9)
    assert described(plain_track, 1).shape[1] == features.COUNT
