"""What is drawn: lines on the body, arcs as wide as their number, nothing frozen where nothing is measured."""

from __future__ import annotations

import base64
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.records import Analysis, Bytes, Code, Floats, Frame, Reason, Rep
from hingecheck.report import phases, result_folder, wording
from hingecheck.report.film import annotated, drawing, keyframes, overlay
from hingecheck.results import folder
from hingecheck.video.reading import Video
from tests.conftest import write_video
from tests.staged import blank_pictures, lost, staged
from tests.test_motion import SIZE

PEN = drawing.Pen(0.0, 0.0, 1.0)


def grey() -> Bytes:
    return np.full((*SIZE, 3), 128, np.uint8)


def written(monkeypatch: pytest.MonkeyPatch, analysis: Analysis, frame: int) -> list[str]:
    """All words that are drawn in a frame."""
    told: list[str] = []
    framed = drawing.words

    def plain(_picture: Bytes, _at: tuple[int, int], text: str, _look: Any) -> None:
        told.append(text)

    def with_ground(picture: Bytes, pen: drawing.Pen, at: tuple[float, float], text: str, look: Any) -> None:
        told.append(text)
        framed(picture, pen, at, text, look)

    monkeypatch.setattr(drawing, "plain_words", plain)
    monkeypatch.setattr(drawing, "words", with_ground)
    blank = (Frame(float(s), grey(), 1.0) for s in analysis.angles.time_s)
    for index, _ in enumerate(annotated.draw(analysis, blank)):
        if index == frame:
            return told
        told.clear()
    raise AssertionError


def at(analysis: Analysis, time_s: float) -> int:
    return int(np.argmin(np.abs(analysis.angles.time_s - time_s)))


def test_the_chain_lies_on_the_joints() -> None:
    analysis = staged()
    picture, frame = grey(), at(analysis, analysis.reps[0].rep.liftoff_s)
    overlay.skeleton(picture, overlay.Scene.of(analysis), frame, PEN)
    for pair in landmarks.CHAIN:
        x, y = np.round(analysis.pose.middle_px(pair)[frame]).astype(int)
        assert tuple(picture[y, x]) == overlay.SKELETON
    assert tuple(picture[5, 5]) == (128, 128, 128)


def test_an_arc_spans_the_angle_that_is_written_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis, spans = staged(), []

    def keep(_picture: Bytes, _pen: drawing.Pen, _at: Floats, turn: tuple[float, float], _look: Any) -> None:
        spans.append(abs(float(np.degrees(turn[1] - turn[0]))))

    monkeypatch.setattr(drawing, "wedge", keep)
    frame = at(analysis, analysis.reps[0].rep.liftoff_s)
    overlay.arcs(grey(), overlay.Scene.of(analysis), frame, PEN)
    angles = analysis.angles
    wanted = [angles.hip_flexion, angles.knee_flexion, angles.lumbar_flexion]
    assert spans == pytest.approx([float(angle.value_deg[frame]) for angle in wanted])


def test_what_is_not_measured_is_said_in_place_and_no_number_freezes(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    frame = at(analysis, (analysis.reps[0].rep.liftoff_s + analysis.reps[0].rep.lockout_s) / 2)
    told = written(monkeypatch, analysis, frame)
    assert any(text.startswith("low back ") and "±" in text for text in told)
    angles = replace(
        analysis.angles, lumbar_flexion=lost(analysis.angles.lumbar_flexion, frame - 3, frame + 3, Code.LIFTER_UNSEEN)
    )
    told = written(monkeypatch, replace(analysis, angles=angles), frame)
    assert "low back not measured" in told
    assert "hips and low back not measured in this frame" in told
    assert sum("±" in text for text in told) == 2  # hip and knee still are


def test_the_share_is_told_from_lockout_on_with_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    rep = analysis.reps[0]
    before = written(monkeypatch, analysis, at(analysis, rep.rep.liftoff_s + 0.2))
    assert not any("%" in text for text in before)
    after = written(monkeypatch, analysis, at(analysis, rep.rep.lockout_s + 0.1))
    assert f"low back {wording.measure(annotated.SHARE, rep.values[annotated.SHARE])}" in after


def test_a_repetition_without_a_share_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    first = analysis.reps[0]
    unknown = replace(
        first.values[annotated.SHARE], value=np.nan, low=np.nan, high=np.nan, reason=Reason(Code.NO_LOCKOUT)
    )
    reps = (replace(first, values=dict(first.values) | {annotated.SHARE: unknown}), *analysis.reps[1:])
    told = written(monkeypatch, replace(analysis, reps=reps), at(analysis, first.rep.lockout_s + 0.1))
    assert "hips and low back not measured: the repetition never locked out" in told


def test_an_unseen_lifter_leaves_only_words(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    frame = 40
    xy_px = analysis.pose.xy_px.copy()
    xy_px[frame] = np.nan
    told = written(monkeypatch, replace(analysis, pose=replace(analysis.pose, xy_px=xy_px)), frame)
    assert annotated.NO_LIFTER in told
    assert not any("±" in text for text in told)


def test_a_retouch_is_applied_to_the_full_picture_before_anything_is_drawn() -> None:
    analysis, given = staged(), []

    def hide(rgb: Bytes, time_s: float) -> Bytes:
        given.append((rgb.shape, time_s, int(rgb.max())))
        return np.zeros_like(rgb)

    drawn = next(annotated.draw(analysis, [Frame(0.0, grey(), 1.0)], hide))
    assert given == [((*SIZE, 3), 0.0, 128)]
    assert int(drawn.rgb[200, 20:60].max()) == 0


def test_a_whole_result_is_written_and_a_retouch_reaches_every_picture(tmp_path: Path) -> None:
    """Film, key frames and the film inside the page, of a grey clip that is painted black."""
    analysis = staged()
    clip = write_video(tmp_path / "grey.mp4", blank_pictures(list(analysis.angles.time_s)))
    wanted = result_folder.Wanted(single_file=True, retouch=lambda rgb, _: np.zeros_like(rgb))
    folder.write(tmp_path / "out", result_folder.files(analysis, clip, wanted))
    film = Video(tmp_path / "out" / result_folder.FILM).frames_at([0.0])[0]
    assert int(film[SIZE[0] // 2 : SIZE[0] // 2 + 9, -9:].max()) < 10
    sheet = cv2.imread(str(tmp_path / "out" / "keyframes.png"))
    assert sheet is not None
    assert int(np.median(sheet[100:500])) < 10
    page = (tmp_path / "out" / result_folder.PAGE).read_text(encoding="utf-8")
    inside = page.split('id="film-inside">')[1].split("</script>")[0]
    assert base64.b64decode(inside) == (tmp_path / "out" / result_folder.FILM).read_bytes()
    plain = result_folder.files(analysis, clip, result_folder.Wanted(film=False))
    assert list(plain) == ["angles.csv", "keyframes.png", "report.html", "analysis.json"]


@pytest.mark.parametrize("size", [(2000, 900), (900, 2000), (500, 281)])
def test_pictures_of_any_size_are_scaled_and_drawn_on(size: tuple[int, int]) -> None:
    analysis = staged()
    video = replace(analysis.video, height=size[0], width=size[1])
    frame = Frame(0.0, np.full((*size, 3), 128, np.uint8), 1.0)
    got = next(annotated.draw(replace(analysis, video=video), [frame]))
    assert max(got.rgb.shape) == (annotated.SCALED_PX if max(size) > annotated.LARGEST_PX else max(size))
    assert got.scale == pytest.approx(got.rgb.shape[0] / size[0], rel=1e-3)


def test_phases_follow_each_other_without_a_gap_in_any_style() -> None:
    floor = Rep(1, "floor", 2.0, 1.8, 2.0, 2.5, 3.0, 3.2, 4.0, 5.0, True)
    assert [(p.start_s, p.text) for p in phases.of(floor)] == [
        *((1.8, "pull begins"), (2.0, "lifting"), (2.5, "past the knee"), (3.0, "lockout"), (4.0, "lowering")),
    ]
    nan = float("nan")
    missed = Rep(2, "floor", 2.0, 1.8, 2.0, nan, nan, 2.6, 2.9, 3.5, False)
    assert [p.text for p in phases.of(missed)] == ["pull begins", "lifting", "lowering"]
    romanian = Rep(1, "romanian", 1.0, 2.9, 3.0, 3.5, 4.0, 4.0, nan, 4.0, True)
    assert [p.text for p in phases.of(romanian)] == ["lowering", "pull begins", "lifting", "past the knee"]
    for rep in (floor, missed, romanian):
        found = phases.of(rep)
        assert all(a.end_s == b.start_s for a, b in itertools.pairwise(found))
        assert found[-1].end_s == phases.end_s(rep)


def test_key_frames_of_events_that_did_not_happen_stay_empty() -> None:
    analysis = staged()
    rep = replace(analysis.reps[0].rep, lockout_s=float("nan"))
    reps = (replace(analysis.reps[0], rep=rep), *analysis.reps[1:])
    frames = keyframes.take(replace(analysis, reps=reps), blank_pictures)
    assert [frame.picture is None for frame in frames[:3]] == [False, False, True]
    assert frames[2].lines == ("did not happen",)
    assert keyframes.sheet(frames).startswith(b"\x89PNG")


def test_a_folder_is_whole_or_untouched_when_a_file_cannot_be_streamed(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError

    out = tmp_path / "out"
    with pytest.raises(RuntimeError):
        folder.write(out, {"film.mp4": fails, folder.MARKER: b"{}"})
    assert list(tmp_path.iterdir()) == []
    folder.write(out, {"film.mp4": Path.touch, folder.MARKER: b"{}"})
    assert sorted(p.name for p in out.iterdir()) == ["analysis.json", "film.mp4"]


def test_the_samples_film_shows_every_frame_at_its_time(result: Path, sample_clip: Path) -> None:
    film, clip = Video(result / "annotated.mp4"), Video(sample_clip)
    times_s = [frame.time_s for frame in film.frames()]
    assert times_s == pytest.approx([frame.time_s for frame in clip.frames()], abs=1e-3)
    assert (film.width, film.height) == (clip.width, clip.height)
