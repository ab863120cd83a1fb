"""Finds the people in a few pictures of a clip, so that the user can say by a click who the lifter is.

`look` stores the first picture in which several people are found, and their places in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.records import Floats, Frame
from hingecheck.results import folder
from hingecheck.video.reading import Video

LOOKS: Final = (0.02, 0.25, 0.5, 0.75)
"""Parts of the clip's duration at which a picture is looked at."""

SHOWN_PX: Final = 480
"""Height of the picture that is shown, in pixels.  The model finds people in it as well."""

QUALITY: Final = 82
"""JPEG quality of that picture."""

LEAST_PX: Final = 40
"""Smallest height of a person, in pixels of the picture: smaller ones are far behind."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person in the picture: the middle of the hips, and the box of the body, as parts of width and height."""

    x: float
    y: float
    left: float
    top: float
    right: float
    bottom: float


def look(clip: Path, picture: Path) -> int:
    """Store the first picture with several people, or the first one; returns how many people it shows.

    The list of the people lies beside the picture, as JSON.  Raises the errors of reading a clip.
    """
    from hingecheck.backends.mediapipe import MediaPipePeople

    video = Video(clip)
    shown: tuple[Frame, list[Person]] | None = None
    with MediaPipePeople(bundles.find("lite").path) as model:
        for rgb in video.frames_at([part * video.expected_s for part in LOOKS]):
            scale = SHOWN_PX / rgb.shape[0]
            small = cv2.resize(rgb, (round(rgb.shape[1] * scale), SHOWN_PX), interpolation=cv2.INTER_AREA)
            frame = Frame(0.0, np.ascontiguousarray(small, np.uint8), scale)
            people = [person for xy in model.everyone(frame) if (person := _person(xy, frame)) is not None]
            if shown is None or len(people) > 1:
                shown = (frame, people)
            if len(people) > 1:
                break
    if shown is None:
        return 0
    _, jpeg = cv2.imencode(".jpg", shown[0].rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    size = {"width": round(shown[0].rgb.shape[1] / shown[0].scale), "height": round(SHOWN_PX / shown[0].scale)}
    places = [{name: getattr(person, name) for name in Person.__slots__} for person in shown[1]]
    folder.put(picture.with_suffix(".json"), json.dumps(size | {"people": places}).encode())
    folder.put(picture, bytes(jpeg))
    return len(shown[1])


def found(picture: Path) -> dict[str, object]:
    """The size of the clip's pictures in pixels, and the people in the picture; no people before `look`."""
    try:
        stored: dict[str, object] = json.loads(picture.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"width": 0, "height": 0, "people": []}
    return stored


def _person(xy_px: Floats, frame: Frame) -> Person | None:
    """The person with landmarks (33, 2) in pixels of the picture; None if too small."""
    height, width = frame.rgb.shape[:2]
    (left, top), (right, bottom) = xy_px.min(axis=0), xy_px.max(axis=0)
    if bottom - top < LEAST_PX:
        return None
    x, y = xy_px[list(landmarks.HIPS)].mean(axis=0)
    across = [float(np.clip(value / width, 0, 1)) for value in (x, left, right)]
    down = [float(np.clip(value / height, 0, 1)) for value in (y, top, bottom)]
    return Person(across[0], down[0], across[1], down[1], across[2], down[2])
