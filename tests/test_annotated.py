"""The annotated film and the key frames: the drawing follows the measurements and names what is not measured."""

from __future__ import annotations

import base64
import itertools
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.records import Analysis, Bytes, Code, Floats, Frame, Reason, Rep, RepMetrics
from hingecheck.report import phases, result_folder, wording
from hingecheck.report.film import annotated, drawing, keyframes, overlay
from hingecheck.report.film.scene import Scene
from hingecheck.results import folder
from hingecheck.video import planes, working_copy
from hingecheck.video.reading import Video
from tests.conftest import noise_pictures, write_video
from tests.staged import blank_pictures, every, lost, staged
from tests.test_motion import SIZE

PEN = drawing.Pen(0.0, 0.0, 1.0)


def grey() -> Bytes:
    return np.full((*SIZE, 3), 128, np.uint8)


def words_in_frame(monkeypatch: pytest.MonkeyPatch, analysis: Analysis, frame: int) -> list[str]:
    """Return all words that are drawn in a frame."""
    drawn_words: list[str] = []

    def plain(_picture: Bytes, _at: tuple[int, int], text: str, _look: Any) -> None:
        drawn_words.append(text)

    monkeypatch.setattr(drawing, "plain_words", plain)
    blank = (Frame(float(s), grey(), 1.0) for s in analysis.angles.time_s)
    for index, _ in enumerate(annotated.draw(analysis, blank)):
        if index == frame:
            return drawn_words
        drawn_words.clear()
    raise AssertionError


def frame_at(analysis: Analysis, time_s: float) -> int:
    return int(np.argmin(np.abs(analysis.angles.time_s - time_s)))


def contrast(first: Bytes, second: Bytes) -> float:
    """Contrast of two colours (3,) as WCAG defines it."""

    def luminance(colour: Bytes) -> float:
        part = colour.astype(float) / 255
        linear = np.where(part <= 0.03928, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_label_of_film_and_key_frames_has_a_contrast_of_four_and_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured on the drawn pixels, for measured and unmeasured angles, and for remarks."""
    words, ratios = drawing.plain_words, dict[str, float]()

    def measured(picture: Bytes, at: tuple[int, int], text: str, look: Any) -> None:
        before = picture.copy()
        words(picture, at, text, look)
        changed = (picture != before).any(axis=2)
        if changed.any():
            ground, ink = before[changed], picture[changed]
            assert np.ptp(ground, axis=0).max() == 0, text  # it stands on one colour, not on the picture
            core = ink[np.abs(ink.astype(int) - ground).sum(axis=1).argmax()]
            ratios[text] = contrast(core, ground[0])

    monkeypatch.setattr(drawing, "plain_words", measured)
    analysis = staged()
    hidden = replace(analysis.angles, hip_flexion=lost(analysis.angles.hip_flexion, 0, 400, Code.LEGS_HIDDEN))
    for shown in (analysis, replace(analysis, angles=hidden)):
        frames = (Frame(float(s), np.full((640, 360, 3), 128, np.uint8), 1.0) for s in shown.angles.time_s[::15])
        assert len(list(annotated.draw(shown, frames))) > 10
    list(annotated.draw(analysis, [Frame(0.0, grey(), 1.0)], lambda _picture, _time_s: None))
    keyframes.sheet(keyframes.take(analysis, blank_pictures), ("A", "B"))
    assert {"hip not measured", wording.LEFT_OUT, "hips"} <= ratios.keys()
    assert {text: ratio for text, ratio in ratios.items() if ratio < 4.5} == {}


def test_the_drawn_skeleton_passes_through_the_joints() -> None:
    analysis = staged()
    picture, frame = grey(), frame_at(analysis, analysis.reps[0].rep.liftoff_s)
    overlay.skeleton(picture, Scene.of(analysis).at(float(analysis.angles.time_s[frame])), PEN)
    for pair in landmarks.CHAIN:
        x, y = np.round(analysis.pose.middle_px(pair)[frame]).astype(int)
        assert tuple(picture[y, x]) == overlay.SKELETON
    assert tuple(picture[5, 5]) == (128, 128, 128)


def test_each_arc_spans_the_measured_angle(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis, spans = staged(), []

    def keep(_picture: Bytes, _pen: drawing.Pen, _at: Floats, turn: tuple[float, float], _look: Any) -> None:
        spans.append(abs(float(np.degrees(turn[1] - turn[0]))))

    monkeypatch.setattr(drawing, "wedge", keep)
    frame = frame_at(analysis, analysis.reps[0].rep.liftoff_s)
    scene, angles = Scene.of(analysis), analysis.angles
    overlay.arcs(grey(), scene, scene.at(float(angles.time_s[frame])), PEN)
    wanted = [angles.hip_flexion, angles.knee_flexion, angles.lumbar_flexion]
    assert spans == pytest.approx([float(angle.value_deg[frame]) for angle in wanted])


def test_an_unmeasured_angle_is_labelled_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    frame = frame_at(analysis, analysis.reps[0].rep.knee_pass_s + 0.2)
    drawn_words = words_in_frame(monkeypatch, analysis, frame)
    assert any(re.match(r"low back .*° \(", text) for text in drawn_words)
    angles = replace(
        analysis.angles, lumbar_flexion=lost(analysis.angles.lumbar_flexion, frame - 3, frame + 3, Code.LIFTER_UNSEEN)
    )
    drawn_words = words_in_frame(monkeypatch, replace(analysis, angles=angles), frame)
    assert "low back not measured" in drawn_words
    assert "progress not measured in this frame" in drawn_words
    assert sum("° (" in text for text in drawn_words) == 2  # hip and knee are still measured


def test_the_low_back_share_appears_with_its_interval_from_the_top_on(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    rep = analysis.reps[0]
    before = words_in_frame(monkeypatch, analysis, frame_at(analysis, rep.rep.liftoff_s + 0.2))
    assert not any("%" in text for text in before)
    after = words_in_frame(monkeypatch, analysis, frame_at(analysis, rep.rep.top_s + 0.1))
    assert f"low back {wording.measure(annotated.SHARE, rep.values[annotated.SHARE])}" in after


def test_a_repetition_without_a_low_back_share_shows_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    first = analysis.reps[0]
    unknown = replace(
        first.values[annotated.SHARE], value=np.nan, low=np.nan, high=np.nan, reason=Reason(Code.NO_LOCKOUT)
    )
    reps = (replace(first, values=dict(first.values) | {annotated.SHARE: unknown}), *analysis.reps[1:])
    drawn_words = words_in_frame(
        monkeypatch, replace(analysis, reps=reps), frame_at(analysis, first.rep.lockout_s + 0.1)
    )
    assert {"lumbar share not measured", "the repetition never locked out"} <= set(drawn_words)


def test_a_frame_without_a_lifter_shows_a_message_and_no_angles(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    frame = 40
    xy_px = analysis.pose.xy_px.copy()
    xy_px[frame] = np.nan
    drawn_words = words_in_frame(monkeypatch, replace(analysis, pose=replace(analysis.pose, xy_px=xy_px)), frame)
    assert annotated.NO_LIFTER in drawn_words
    assert not any("° (" in text for text in drawn_words)


def test_the_retouch_runs_on_the_full_picture_before_drawing() -> None:
    analysis, calls = staged(), []

    def hide(rgb: Bytes, time_s: float) -> Bytes:
        calls.append((rgb.shape, time_s, int(rgb.max())))
        return np.zeros_like(rgb)

    drawn = next(annotated.draw(analysis, [Frame(0.0, grey(), 1.0)], hide))
    assert calls == [((*SIZE, 3), 0.0, 128)]
    assert int(drawn.rgb[200, 20:60].max()) == 0


def test_a_picture_that_must_not_be_shown_is_grey_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    analysis, texts_drawn = staged(), []
    black = np.zeros_like(grey())
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "plain_words", lambda *arguments: texts_drawn.append(arguments[2]))
        drawn = next(annotated.draw(analysis, [Frame(0.0, black, 1.0)], lambda *_: None))
    assert wording.LEFT_OUT in texts_drawn
    assert int(drawn.rgb[200, 20:60].min()) > 100
    frames = keyframes.take(analysis, lambda times_s: [None] * len(times_s))
    assert all(frame.picture is None and wording.LEFT_OUT in frame.lines for frame in frames if frame.time_s > 0)
    clip = write_video(tmp_path / "grey.mp4", blank_pictures(list(analysis.angles.time_s)))
    wanted = result_folder.Wanted(False, retouch=lambda *_: None)
    folder.write(tmp_path / "out", result_folder.files(analysis, clip, wanted))
    page = (tmp_path / "out" / result_folder.PAGE).read_text(encoding="utf-8")
    assert f"{len(frames)} pictures are left out" in page


def test_a_complete_result_applies_the_retouch_to_every_picture(tmp_path: Path) -> None:
    """The retouch paints a grey clip black: check the film, the key frames and the film inside the page."""
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
    assert list(plain) == [
        "angles.csv",
        "angles.csv-metadata.json",
        "landmarks.csv",
        "bar.csv",
        "keyframes.png",
        "report.html",
        "analysis.json",
    ]


@pytest.mark.parametrize("size", [(2000, 900), (900, 2000), (500, 281)])
def test_pictures_of_any_size_are_scaled_and_annotated(size: tuple[int, int]) -> None:
    analysis = staged()
    video = replace(analysis.video, height=size[0], width=size[1])
    frame = Frame(0.0, np.full((*size, 3), 128, np.uint8), 1.0)
    annotated_frame = next(annotated.draw(replace(analysis, video=video), [frame]))
    height, width = annotated_frame.rgb.shape[:2]
    scaled = working_copy.SCALED_PX if max(size) > working_copy.LARGEST_PX else max(size)
    assert annotated_frame.scale == pytest.approx(scaled / max(size), rel=1e-3)
    assert width == pytest.approx(annotated_frame.scale * size[1], abs=1)
    assert height % annotated.LINES == 0
    strips = (annotated.TOP + annotated.BOTTOM) * min(width / 360, annotated_frame.scale * size[0] / 260)
    assert height == pytest.approx(annotated_frame.scale * size[0] + strips, abs=6)


@pytest.mark.parametrize(
    ("filmed_hz", "shown_hz"), [(24, 24), (25, 25), (30, 30), (48, 24), (50, 25), (60, 30), (120, 30), (240, 30)]
)
def test_the_film_has_at_most_thirty_frames_a_second(filmed_hz: int, shown_hz: int, tmp_path: Path) -> None:
    clip = Video(write_video(tmp_path / "clip.mkv", noise_pictures(filmed_hz, height=40, width=60), rate_hz=filmed_hz))
    times_s = [frame.time_s for frame in clip.frames(apart_s=working_copy.APART_S)]
    assert round(annotated.rate_hz(filmed_hz)) == shown_hz
    assert len(times_s) in (shown_hz, shown_hz + 1)  # the last frame is always shown
    assert np.diff(times_s)[: shown_hz - 1] == pytest.approx(np.full(shown_hz - 1, 1 / shown_hz), abs=0.002)
    assert clip.info().frames_read == filmed_hz


def test_the_full_film_shows_every_frame_in_the_size_of_the_clip(tmp_path: Path) -> None:
    pictures = noise_pictures(12, height=1300, width=320)
    clip = Video(write_video(tmp_path / "clip.mp4", pictures, rate_hz=60))
    analysis = staged()
    analysis = replace(analysis, video=replace(analysis.video, height=1300, width=320, rate_hz=60.0))
    films = []
    for full in (False, True):
        result_folder.film(tmp_path / f"{full}.mp4", analysis, clip, result_folder.Wanted(full_film=full))
        film = Video(tmp_path / f"{full}.mp4")
        films.append((len(list(film.frames())), film.width))
    assert films == [(7, 236), (12, 320)]


def test_the_same_analysis_gives_the_same_bytes_of_film(tmp_path: Path) -> None:
    analysis, films = staged(), []
    clip = Video(write_video(tmp_path / "clip.mp4", blank_pictures(list(analysis.angles.time_s[:60]))))
    for name in ("a.mp4", "b.mp4"):
        result_folder.film(tmp_path / name, analysis, clip)
        films.append((tmp_path / name).read_bytes())
    assert films[0] == films[1]


def test_a_film_that_fails_raises_its_error_and_stops_all_threads(tmp_path: Path) -> None:
    def fails(rgb: Bytes, time_s: float) -> Bytes:
        if time_s > 0.3:
            raise RuntimeError("no face model")
        return rgb

    clip = Video(write_video(tmp_path / "clip.mp4", blank_pictures([0.0] * 60)))
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="no face model"):
        result_folder.film(tmp_path / "film.mp4", staged(), clip, result_folder.Wanted(retouch=fails))
    assert threading.active_count() == before


def test_the_film_is_drawn_on_the_working_copy_if_there_is_one(tmp_path: Path) -> None:
    analysis = staged()
    clip = Video(write_video(tmp_path / "clip.mp4", blank_pictures([0.0] * 3)))
    given = [planes.of_rgb(frame.rgb // 4, frame.time_s, frame.scale) for frame in clip.frames()]
    with working_copy.WorkingCopy() as copy:
        assert len(list(copy.kept(given[:2]))) == 2
        result_folder.film(tmp_path / "film.mp4", analysis, clip, result_folder.Wanted(copy=copy))
    film = list(Video(tmp_path / "film.mp4").frames())
    assert len(film) == 2
    assert int(film[0].rgb[300, -20:].max()) < 45  # the clip is grey, 128


def test_phases_have_no_gaps_in_any_style() -> None:
    def described(rep: Rep) -> RepMetrics:
        return RepMetrics(rep, every(), rep.onset_s)

    floor = described(Rep(1, "floor", 2.0, 1.8, 2.0, 2.5, 3.0, 3.2, 4.0, 5.0, True))
    assert [(p.start_s, p.text) for p in phases.of(floor)] == [
        *((1.8, "before lift-off"), (2.0, "lifting"), (2.5, "past the knee"), (3.2, "standing"), (4.0, "lowering")),
    ]
    unknown = float("nan")
    missed = described(Rep(2, "floor", 2.0, 1.8, 2.0, unknown, unknown, 2.6, 2.9, 3.5, False))
    assert [p.text for p in phases.of(missed)] == ["before lift-off", "lifting", "lowering"]
    romanian = described(Rep(1, "romanian", 1.0, 2.9, 3.0, 3.5, 4.0, 4.0, unknown, 4.0, True))
    assert [p.text for p in phases.of(romanian)] == ["lowering", "before lift-off", "lifting", "past the knee"]
    later = described(Rep(1, "romanian", 1.0, 2.9, 3.0, 3.5, 4.0, 4.2, 4.5, 4.0, True))  # the hands rest after lockout
    assert [p.text for p in phases.of(later)] == ["lowering", "before lift-off", "lifting", "past the knee", "standing"]
    assert phases.Timeline.of([later]).at(4.1)[1] == "past the knee"
    assert phases.Timeline.of([later]).at(4.6)[1] == "after the set"
    for rep in (floor, missed, romanian, later):
        phases_of_rep = phases.of(rep)
        assert {phase.text for phase in phases_of_rep}.isdisjoint(phases.POSTURES.values())
        assert all(a.end_s == b.start_s for a, b in itertools.pairwise(phases_of_rep))
        assert phases_of_rep[-1].end_s == phases.end_s(rep.rep)


def test_a_picture_of_a_posture_has_the_name_and_the_angles_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    for key_frame in keyframes.take(analysis, blank_pictures):
        shown = next(s for s in analysis.angles.time_s if s >= key_frame.time_s - 1e-6)
        drawn_words = words_in_frame(monkeypatch, analysis, frame_at(analysis, shown))
        assert f"rep {key_frame.rep.number} of {len(analysis.reps)}  {key_frame.posture}" in drawn_words
        assert set(key_frame.lines) <= set(drawn_words)


def test_a_key_frame_is_empty_if_its_posture_did_not_happen() -> None:
    analysis = staged()
    rep = replace(analysis.reps[0].rep, complete=False)
    reps = (replace(analysis.reps[0], rep=rep), *analysis.reps[1:])
    frames = keyframes.take(replace(analysis, reps=reps), blank_pictures)
    assert [frame.picture is None for frame in frames[:3]] == [False, False, True]
    assert frames[2].lines == ("did not happen",)
    assert keyframes.sheet(frames).startswith(b"\x89PNG")


def test_a_failed_write_leaves_no_folder(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError

    out = tmp_path / "out"
    with pytest.raises(RuntimeError):
        folder.write(out, {"film.mp4": fails, folder.MARKER: b"{}"})
    assert list(tmp_path.iterdir()) == []
    folder.write(out, {"film.mp4": Path.touch, folder.MARKER: b"{}"})
    assert sorted(p.name for p in out.iterdir()) == ["analysis.json", "film.mp4"]


def test_the_film_of_the_sample_shows_every_frame_at_its_time(result: Path, sample_clip: Path) -> None:
    film, clip = Video(result / "annotated.mp4"), Video(sample_clip)
    times_s = [frame.time_s for frame in film.frames()]
    assert times_s == pytest.approx([frame.time_s for frame in clip.frames()], abs=1e-3)
    assert film.width == clip.width
    assert film.height > clip.height  # the strips above and below
