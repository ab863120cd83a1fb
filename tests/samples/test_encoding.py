"""Drawn clips are the same bytes each time, whatever was in the memory before."""

from pathlib import Path

import numpy as np

from samples.film.encode import write_video
from samples.spec import VideoSpec

COUNT, HEIGHT_PX, WIDTH_PX = 60, 192, 104


def pictures() -> list[np.ndarray]:
    """A noisy square that moves."""
    random = np.random.default_rng(1)
    made = random.integers(90, 130, (COUNT, HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    for number, picture in enumerate(made):
        picture[number : number + 60, number // 2 : number // 2 + 40] += 80
    return list(made)


def fill_memory(seed: int) -> None:
    """Leave numbers behind in memory that is free again."""
    random = np.random.default_rng(seed)
    _ = [random.integers(0, 255, 300_000 * (1 + number % 9), dtype=np.uint8) for number in range(40)]


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    video, drawn, written = VideoSpec(width_px=WIDTH_PX, height_px=HEIGHT_PX), pictures(), set()
    for seed in range(4):
        fill_memory(seed)
        write_video(tmp_path / "clip.mp4", drawn, video)
        written.add((tmp_path / "clip.mp4").read_bytes())
    assert len(written) == 1
