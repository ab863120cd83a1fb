"""Training code of the plate finder: cell targets, augmented pictures and painted plates."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hingecheck.backends import bundles
from hingecheck.backends.platenet import PlateNet as Reader
from hingecheck.barbell.detection import SIZE_PX

torch = pytest.importorskip("torch", reason="extra `train` is not installed")

from models.plates import examples, painting, train  # noqa: E402
from models.plates.net import CELL_PX, PlateNet  # noqa: E402

PLATE = np.array([70.0, 190.0, 17.0, 18.0])
NONE = np.full(4, np.nan)


def disc() -> examples.Example:
    """A light plate on a dark floor."""
    grey = np.full((256, 144), 40, np.uint8)
    cv2.ellipse(grey, (70, 190), (17, 18), 0, 0, 360, (210.0,), -1)
    return examples.Example(grey, PLATE, np.array([60.0, 200.0]), 80.0)


def test_the_training_targets_decode_to_the_plates() -> None:
    plates = np.array([[33.0, 71.5, 12.0, 14.0], NONE, [300.0, 20.0, 9.0, 9.0]])
    heat, box, near = train.targets(plates)
    logit = torch.where(heat > 0, torch.log(heat.clamp(1e-6, 1 - 1e-6) / (1 - heat.clamp(1e-6, 1 - 1e-6))), -9.0)
    chance, place = train.decoded(torch.cat([logit[:, None], box], dim=1))
    assert place[0] == pytest.approx(plates[0], abs=1e-3)
    assert chance[0] > 0.99
    assert (chance[1:] < 0.01).all(), "no plates, or outside the picture"
    assert near[0].sum() > 4
    assert near[1:].sum() == 0


def test_augmentation_moves_the_plate_with_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "PAINTED", 0.0)
    places = set()
    for seed in range(12):
        picture, plate = examples.example(disc(), np.random.default_rng(seed))
        away = np.hypot(*(np.indices(picture.shape)[::-1] + 0.5 - plate[:2, None, None])) / plate[3]
        assert picture.shape == (SIZE_PX, SIZE_PX)
        assert picture[away < 0.8].mean() > picture[(away > 1.2) & (away < 1.5)].mean() + 15
        places.add(round(float(plate[0])))
    assert len(places) > 5
    plain, plate = examples.example(disc(), None)
    x, y = plate[:2].astype(int)
    assert plain[y, x] > 180
    assert plain[y, x + int(1.5 * plate[2])] < 80


def test_paint_stays_inside_the_plate() -> None:
    example = disc()
    rows, columns = np.indices(example.grey.shape)
    outside = np.hypot((columns - PLATE[0]) / PLATE[2], (rows - PLATE[1]) / PLATE[3]) > 1.25
    changed = 0
    for seed in range(20):
        painted_grey = painting.painted(example.grey, PLATE, np.random.default_rng(seed))
        assert (painted_grey[outside] == example.grey[outside]).all()
        changed += bool((painted_grey != example.grey).any())
    assert changed > 15
    at_the_border = np.array([2.0, 190.0, 17.0, 18.0])
    assert (painting.painted(example.grey, at_the_border, np.random.default_rng(1)) == example.grey).all()


def test_only_the_bare_bar_model_finds_bare_bars(tmp_path: Path) -> None:
    pytest.importorskip("anny", reason="extra `render` is not installed")
    from models.plates.frames import make_item

    for seed in (5, 7):
        make_item(seed, folder=tmp_path, per_item=4, bare=1.0)
    known = [
        examples.example(frame, None)
        for check in (False, True)
        for frame in examples.load(tmp_path, check=check, bare=True)
    ]
    assert len(known) == 8
    blind = [item for check in (False, True) for item in examples.load(tmp_path, check=check, bare=False)]
    assert np.isnan([item.plate for item in blind]).all()
    true = np.array([plate for _, plate in known])
    plated, either = (Reader(bundle.path) for bundle in bundles.plates())
    chance, place = either.look(np.array([picture for picture, _ in known]))
    assert np.median(np.hypot(*(place - true)[:, :2].T)) < 1.0, "pixels of 112"
    assert (chance > 0.5).mean() > 0.7
    assert plated.look(np.array([picture for picture, _ in known]))[0].max() < 0.5


def test_training_lowers_the_loss() -> None:
    torch.manual_seed(1)
    torch.set_num_threads(1)
    picture, plate = examples.example(disc(), None)
    pictures = torch.from_numpy(np.stack([picture, np.full_like(picture, 40)])[:, None].astype(np.float32) / 255)
    asked = train.targets(np.stack([plate, NONE]))
    model = PlateNet()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(30):
        loss = train.loss_of(model(pictures), *asked)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.2 * losses[0]
    with torch.no_grad():
        assert model(pictures).shape == (2, 5, SIZE_PX // CELL_PX, SIZE_PX // CELL_PX)
