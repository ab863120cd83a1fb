"""Render, analyze, keep the result, throw the video away: one clip of the card after another, resumable."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from samples.card.design import Item
from samples.card.measure import measure_clip
from samples.card.records import ClipResult, read_result, write_result
from samples.clip import render_clip
from samples.encode import write_video
from samples.raster import Image
from samples.spec import ClipSpec
from samples.work import run_all

CLIPS, RESULTS = "clips", "results"


def run_card(items: Sequence[Item], folder: Path, *, processes: int, keep: bool) -> int:
    """Measure every item whose result is not there yet; returns the frames measured."""
    missing = [item for item in items if finished(item, folder) is None]
    return run_all(partial(run_item, folder=folder, keep=keep), missing, processes) if missing else 0


def forget(items: Sequence[Item], folder: Path) -> None:
    """Throw results away, because the analyzer has changed; videos that were kept stay."""
    for item in items:
        _result_path(item, folder).unlink(missing_ok=True)


def _result_path(item: Item, folder: Path) -> Path:
    return folder / RESULTS / f"{item.name}.json"


def finished(item: Item, folder: Path) -> ClipResult | None:
    """The result of an item, or None while there is none or it belongs to another spec."""
    path = _result_path(item, folder)
    if not path.exists():
        return None
    result = read_result(path)
    return result if result.spec == as_json(item.spec) else None


def as_json(spec: ClipSpec) -> dict[str, Any]:
    """A spec as a JSON file gives it back."""
    table: dict[str, Any] = json.loads(json.dumps(asdict(spec)))
    return table


def run_item(item: Item, *, folder: Path, keep: bool) -> int:
    """One clip from spec to result; returns its frames. With `keep`, video and truth stay for another time."""
    made = _rendered(item, folder / CLIPS)
    truth = json.loads(made[1].read_text(encoding="utf-8"))
    shown = _enlarged(item, made[0]) if item.enlarge > 1 else made[0]
    result = measure_clip(item, shown, truth)
    write_result(result, _result_path(item, folder))
    for path in {shown} - {made[0]} if keep else {shown, *made}:
        path.unlink()
    return result.frame_count


def _rendered(item: Item, folder: Path) -> tuple[Path, Path]:
    """Video and truth; drawn unless there from a run before."""
    video, truth = folder / f"{item.name}.mp4", folder / f"{item.name}.truth.json"
    known = json.loads(truth.read_text(encoding="utf-8"))["spec"] if truth.exists() else None
    if known != as_json(item.spec) or not video.exists():
        render_clip(item.spec, folder)
    return video, truth


def _enlarged(item: Item, video: Path) -> Path:
    """The same clip with every frame enlarged before it is encoded again."""
    large = video.with_name(f"{video.stem}_enlarged.mp4")
    size = {"width_px": item.spec.video.width_px * item.enlarge, "height_px": item.spec.video.height_px * item.enlarge}
    write_video(large, _frames(video, item.enlarge), type(item.spec.video)(**asdict(item.spec.video) | size))
    return large


def _frames(video: Path, times: int) -> Iterator[Image]:
    with av.open(str(video)) as container:
        for frame in container.decode(container.streams.video[0]):
            picture = frame.to_ndarray(format="rgb24")
            yield np.asarray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)
