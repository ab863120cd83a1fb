"""Make the pictures of README and docs from a result folder, so that they show what the program makes today.

    hingecheck analyze samples/clips/low_back_led.mp4 --out OUT && python -m samples.readme_pictures OUT

Writes keyframes.jpg, film.jpg and report.jpg into `samples/pictures`. Needs Chromium and the extra `dev`.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes
from hingecheck.report import phases
from hingecheck.report.film import keyframes
from hingecheck.video.reading import Video

PICTURES: Final = Path(__file__).with_name("pictures")
QUALITY: Final = 88
FILM_HEIGHT_PX: Final = 640
WINDOW: Final = (1280, 900)


def main() -> None:
    """Make all three pictures from the folder named on the command line."""
    folder = Path(sys.argv[1])
    rep = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))["reps"][0]
    times_s = [rep[event] for event in phases.EVENTS.values()]
    _write("keyframes.jpg", _first_row(folder / "keyframes.png"))
    _write("film.jpg", _side_by_side(Video(folder / "annotated.mp4").frames_at(times_s)))
    _write("report.jpg", _screenshot(folder / "report.html"))


def _first_row(path: Path) -> Bytes:
    """The key frames of the first repetition."""
    sheet = cv2.imread(str(path))
    if sheet is None:
        raise FileNotFoundError(path)
    return np.asarray(sheet[: keyframes.CAPTION_PX + keyframes.CELL_HEIGHT_PX, :, ::-1], np.uint8)


def _side_by_side(pictures: list[Bytes]) -> Bytes:
    """The pictures beside each other, all with the same height."""
    scale = FILM_HEIGHT_PX / pictures[0].shape[0]
    size = (round(pictures[0].shape[1] * scale), FILM_HEIGHT_PX)
    return np.hstack([np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8) for each in pictures])


def _screenshot(page: Path) -> Bytes:
    """The top of the page in a browser."""
    from playwright import sync_api

    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        tab.goto(page.resolve().as_uri())
        tab.locator("[data-seek]").first.click()
        tab.evaluate("window.scrollTo(0, 0)")
        tab.wait_for_timeout(1500)
        tab.screenshot(path=f"{folder}/page.png")
        browser.close()
        shot = cv2.imread(f"{folder}/page.png")
    if shot is None:
        raise FileNotFoundError(page)
    return np.asarray(shot[..., ::-1], np.uint8)


def _write(name: str, picture: Bytes) -> None:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(PICTURES / name), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
