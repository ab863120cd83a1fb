"""Training code of the spine model: crops that move with landmarks, mirrored items, borrowed errors, calibration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.backends.spinenet import SpineNet
from hingecheck.spine import contour

torch = pytest.importorskip("torch", reason="extra `train` is not installed")

from models.spine import batches, data, export, lending, restore, train  # noqa: E402
from models.spine.data import CROP_PX  # noqa: E402
from models.spine.joints import BONES  # noqa: E402
from samples.film.joints import JOINTS  # noqa: E402

NAMES = ("pelvis_tilt", "lumbar_flexion", "thoracic_flexion", "trunk_lean", "thigh", "shank")


def picture() -> np.ndarray:
    """A leaning blob with a head to the right."""
    mask = np.zeros((512, 308), np.float32)
    cv2.ellipse(mask, (150, 250), (30, 90), 25, 0, 360, (1.0,), -1)
    cv2.circle(mask, (190, 170), 22, (1.0,), -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2), np.float32)


def landmark_places() -> np.ndarray:
    points = np.tile([150.0, 300.0], (landmarks.COUNT, 1))
    points[list(landmarks.HIPS)] = [[130.0, 300.0], [134.0, 302.0]]
    points[list(landmarks.SHOULDERS)] = [[175.0, 205.0], [171.0, 207.0]]
    points[list(landmarks.KNEES)] = [[150.0, 380.0], [152.0, 381.0]]
    points[list(landmarks.ANKLES)] = [[140.0, 460.0], [141.0, 461.0]]
    return points


def joint_places() -> np.ndarray:
    joints = np.tile([180.0, 170.0], (len(JOINTS), 1))
    for name, pair in BONES.items():
        for side, point in zip("LR", pair, strict=True):
            joints[JOINTS.index(f"{name}.{side}")] = landmark_places()[point] + [3.0, -2.0]
    return joints


def item(
    folder: Path, number: int, *, left: bool = False, drawn: bool = False, count: int = 3, top: str = "tight"
) -> None:
    """One file as `models.spine.frames` writes it; entry k leans by 20 k degrees more in the truth."""
    mask, points, joints = picture(), landmark_places(), joint_places()
    if left:
        mask, last = np.ascontiguousarray(mask[:, ::-1]), mask.shape[1] - 1
        points, joints = (np.column_stack([last - places[:, 0], places[:, 1]]) for places in (points, joints))
        points, joints = points[data.SWAPPED_POINTS], joints[data.swapped(list(JOINTS))]
    hip, shoulder = (points[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    crop = contour.crop(mask, hip, shoulder - hip, CROP_PX)
    table: dict[str, Any] = {
        "true_crop": np.stack([crop] * count),
        "joints_px": np.stack([joints] * count).astype(np.float32),
        "angle_names": np.array([f"{name}_deg" for name in NAMES]),
        "angles_deg": np.arange(count)[:, None] * np.array([10.0, 5.0, 2.0, 20.0, 8.0, 4.0], np.float32),
        "yaw_deg": np.array(3.0),
        "facing_sign": np.array(-1 if left else 1),
        "spec": np.array(json.dumps({"clothes": {"top": top}, "body": {}})),
    }
    if not drawn:
        table |= {
            "seen_crop": table["true_crop"],
            "points": np.stack([points] * count).astype(np.float32),
            "visibility": np.ones((count, landmarks.COUNT), np.float32),
            "world": np.zeros((count, landmarks.COUNT, 3), np.float32),
        }
    np.savez_compressed(folder / f"item_{number:09d}.npz", **table)


def test_a_warped_crop_equals_the_crop_cut_at_the_moved_landmarks() -> None:
    points, mask = landmark_places(), picture()
    moved = points.copy()
    moved[list(landmarks.HIPS)] += [5.0, -4.0]
    moved[list(landmarks.SHOULDERS)] += [-6.0, 3.0]
    cut = []
    for places, size in ((points, CROP_PX), (moved, 72)):
        hip, shoulder = (places[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
        cut.append(contour.crop(mask, hip, shoulder - hip, size))
    axis = np.stack([points[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS)])[None]
    source = torch.from_numpy(cut[0])[None]
    warped = batches.warp(source, batches.between_frames(axis, moved[None]), 72)[0, 0].numpy()
    still = batches.warp(source, batches.between_frames(axis, points[None]), 72)[0, 0].numpy()
    assert np.abs(warped - cut[1] / 255).mean() < 0.002
    assert np.abs(still - cut[1] / 255).mean() > 0.02


def test_a_mirrored_item_gives_the_same_batch(tmp_path: Path) -> None:
    for side in ("right", "left"):
        (tmp_path / side).mkdir()
        item(tmp_path / side, 1, left=side == "left")
    pair = []
    for side in ("right", "left"):
        frames = data.load(tmp_path / side, part="train")
        pair.append(batches.make_batch(frames, np.arange(len(frames)), 72, None))
    assert (pair[0].crop - pair[1].crop).abs().mean() < 0.01
    assert torch.allclose(pair[0].features, pair[1].features, atol=1e-5)
    assert torch.allclose(pair[0].target, pair[1].target, atol=1e-5)


def test_bodies_are_split_into_parts_and_each_has_its_standing_frame(tmp_path: Path) -> None:
    for number in (15, 16, 17):
        item(tmp_path, number)
    assert len(data.load(tmp_path, part="check")) == 3
    frames = data.load(tmp_path, part="train")
    assert len(frames) == 6
    assert frames.first.tolist() == [0, 0, 0, 3, 3, 3]
    batch = batches.make_batch(frames, np.arange(3, 6), 72, None)
    assert batch.first.tolist() == [0, 0, 0]
    assert (batch.target[:, 1] * data.UNIT_DEG).tolist() == pytest.approx([0.0, 5.0, 10.0])


def test_a_drawn_frame_borrows_the_errors_of_a_similar_frame(tmp_path: Path) -> None:
    for name, drawn in (("seen", False), ("drawn", True)):
        (tmp_path / name).mkdir()
        for number in range(1, 5):
            item(tmp_path / name, number, drawn=drawn)
    seen, drawn_frames = (data.load(tmp_path / name, part="train") for name in ("seen", "drawn"))
    assert np.isnan(drawn_frames.points).all()
    lending.lend(seen, drawn_frames, np.random.default_rng(1))
    assert np.abs(drawn_frames.points - seen.points).max() < 0.01
    both = data.joined([seen, drawn_frames])
    assert both.first[len(seen)] == len(seen)
    assert both.item[len(seen)] > seen.item.max()


def test_the_prior_is_removed_by_its_weight_and_upright_frames_stay_unchanged() -> None:
    heads = export.Heads([])
    heads.usual_share[0], heads.prior[0] = 0.4, 0.25
    random = np.random.default_rng(2)
    junction, share = np.full(50_000, 60.0), random.normal(0.4, 0.25, 50_000)
    noise_deg = 7.0
    seen = share * junction + random.normal(0, noise_deg, len(junction))
    prior_deg = 0.25 * junction
    weight = noise_deg**2 / (noise_deg**2 + prior_deg**2)
    posterior = weight * 0.4 * junction + (1 - weight) * seen
    sd = np.sqrt(weight) * prior_deg
    change = torch.zeros(len(seen), len(data.TARGETS))
    change[:, 1], change[:, 2] = torch.from_numpy(posterior), torch.from_numpy(junction)
    spread = torch.from_numpy(np.tile(sd[:, None], (1, len(data.TARGETS)))).float()
    free = heads._without_prior(change, spread, torch.zeros(len(seen), 1)).numpy()
    assert free[:, 1] == pytest.approx(seen, abs=0.05)
    assert free[:, 0] + free[:, 1] == pytest.approx(change[:, 0] + change[:, 1], abs=1e-4)
    upright = torch.full((3, len(data.TARGETS)), 5.0)
    assert heads._without_prior(upright, spread[:3], torch.zeros(3, 1)).numpy() == pytest.approx(upright.numpy())


def test_restored_members_give_the_code_of_the_shipped_model(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        item(tmp_path, number)
    frames = data.load(tmp_path, part="train")
    batch = batches.make_batch(frames, np.arange(len(frames)), 72, None)
    encoder, head = bundles.spine()
    crop = (batch.crop.numpy()[:, 0] * 255).round().astype(np.uint8)
    code = SpineNet(encoder.path, head.path).encode(crop, batch.features.numpy().astype(float))
    shipped = encoder.path.parent
    members = [restore.restored(shipped, number, batch) for number in range(restore.member_count(shipped))]
    with torch.no_grad():
        own = np.hstack([member.encoder(batch.crop, batch.features).numpy() for member in members])
    assert own == pytest.approx(code, abs=0.05)
    assert np.abs(code).max() > 1.0


@pytest.mark.parametrize(("gain", "expected"), [(0.2, 0.12), (9.0, 2.0)])
def test_a_slope_out_of_reach_takes_the_nearest_width_of_the_prior(gain: float, expected: float) -> None:
    assert export._prior(lambda width: 0.6 + gain * (1 - width / 4)) == expected


def test_the_prior_is_as_wide_as_the_wanted_slope_needs() -> None:
    assert export._prior(lambda width: export.WANTED_SLOPE + 0.5 - width) == pytest.approx(0.5)


def test_lifters_in_loose_tops_can_be_left_out_of_the_training(tmp_path: Path) -> None:
    item(tmp_path, 1)
    item(tmp_path, 2, top="hoodie")
    assert len(data.load(tmp_path, part="train", wanted=data.without(""))) == 6
    assert len(data.load(tmp_path, part="train", wanted=data.without("cloth"))) == 3
    assert len(data.load(tmp_path, part="train", wanted=data.KINDS["cloth"])) == 3


def test_the_scaled_spread_contains_nine_errors_in_ten() -> None:
    error = np.random.default_rng(3).normal(0, 5, 20_000)
    assert export._width(error, np.full(len(error), 2.5)) == pytest.approx(2.0, abs=0.05)


def test_the_loss_is_lower_for_a_confidence_that_fits_the_error() -> None:
    target = torch.zeros(100, 7)
    right, wrong = torch.zeros(100, 7), torch.ones(100, 7)
    sure, unsure = torch.full((100, 7), -2.0), torch.full((100, 7), 0.0)
    assert train._likelihood(right, sure, target) < train._likelihood(right, unsure, target)
    assert train._likelihood(wrong, unsure, target) < train._likelihood(wrong, sure, target)
