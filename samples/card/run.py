"""Render, analyze and keep the result of every clip of the card; delete the video afterwards.

A run can be interrupted and continued. Results are in DIR/results.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from samples.card.design import Item
from samples.card.measure import measure_clip
from samples.card.records import ClipResult, read_result, write_result
from samples.film.encode import write_video
from samples.film.raster import Image
from samples.kept import rendered, same_spec
from samples.work import run_all

CLIPS, RESULTS = "clips", "results"


def run_card(items: Sequence[Item], folder: Path, *, processes: int, keep: bool) -> int:
    """Measure every item that has no result yet; return the number of frames measured."""
    missing = [item for item in items if finished(item, folder) is None]
    return run_all(partial(run_item, folder=folder, keep=keep), missing, processes) if missing else 0


def forget(items: Sequence[Item], folder: Path) -> None:
    """Delete results after a change of the analyzer; kept videos stay."""
    for item in items:
        _result_path(item, folder).unlink(missing_ok=True)


def _result_path(item: Item, folder: Path) -> Path:
    """Path of an item's result."""
    return folder / RESULTS / f"{item.name}.json"


def finished(item: Item, folder: Path) -> ClipResult | None:
    """Return the result of exactly this item, or None."""
    path = _result_path(item, folder)
    if not path.exists():
        return None
    result = read_result(path)
    return result if same_spec(result.spec, item.spec) else None


def run_item(item: Item, *, folder: Path, keep: bool) -> int:
    """Render and analyze one clip and write its result; return its number of frames.

    With `keep`, video and truth file stay for the next analysis.
    """
    paths = rendered(item.spec, folder / CLIPS)
    truth = json.loads(paths[1].read_text(encoding="utf-8"))
    shown = _enlarged(item, paths[0]) if item.enlarge > 1 else paths[0]
    result = measure_clip(item, shown, truth)
    write_result(result, _result_path(item, folder))
    for path in {shown} - {paths[0]} if keep else {shown, *paths}:
        path.unlink()
    return result.frame_count


def _enlarged(item: Item, video: Path) -> Path:
    """The same clip with every frame enlarged and encoded again."""
    large = video.with_name(f"{video.stem}_enlarged.mp4")
    size = {"width_px": item.spec.video.width_px * item.enlarge, "height_px": item.spec.video.height_px * item.enlarge}
    write_video(large, _frames(video, item.enlarge), type(item.spec.video)(**asdict(item.spec.video) | size))
    return large


def _frames(video: Path, times: int) -> Iterator[Image]:
    """The frames of a video, enlarged."""
    with av.open(str(video)) as container:
        for frame in container.decode(container.streams.video[0]):
            picture = frame.to_ndarray(format="rgb24")
            yield np.asarray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)
