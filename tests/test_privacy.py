"""Heads are blurred, names and metadata are removed, nothing is sent, files are private."""

from __future__ import annotations

import json
import platform
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream

from hingecheck.backends import bundles
from hingecheck.backends.face_network import FaceNetwork
from hingecheck.errors import UsageError
from hingecheck.privacy import blurring, giveaways, head_tracks, redactor
from hingecheck.privacy import heads as head_search
from hingecheck.privacy.bodies import trunk_lengths
from hingecheck.privacy.head_tracks import Track
from hingecheck.records import Bytes, Floats, Frame, PoseTrack, VideoInfo
from hingecheck.video import recording_day
from hingecheck.video.reading import Video
from tests import lifter, stored
from tests.no_network import SOCKET_CALL
from tests.staged import staged

SECRETS = ("jane", "_doe", "52.5200", "13.4050", "2024-05-17", "SecretPhone")
ROOT = Path(__file__).parents[1]


class Bright:
    """Takes every bright spot for a face."""

    def faces(self, rgb: Bytes) -> Floats:
        ys, xs = np.nonzero(rgb[..., 0] > 240)
        if not len(xs):
            return np.zeros((0, 5))
        return np.array([[xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1, 0.66]])


def scene(spots: list[tuple[int, int]], radius: int = 20) -> Bytes:
    picture = np.random.default_rng(3).integers(0, 200, (240, 320, 3)).astype(np.uint8)
    for spot in spots:
        cv2.circle(picture, spot, radius, (255, 255, 255), -1)
    return picture


def test_a_blur_removes_detail_only_inside_its_circle() -> None:
    picture = scene([])
    out = blurring.blur(picture, [np.array([160.0, 120.0, 50.0])])
    rows, columns = np.mgrid[:240, :320]
    away = np.hypot(columns - 160, rows - 120)
    assert out[away < 48].astype(float).std(axis=0).max() < 0.2 * picture[away < 48].astype(float).std(axis=0).min()
    assert np.array_equal(out[away > 62], picture[away > 62])
    edge = blurring.blur(picture, [np.array([-5.0, 239.0, 50.0]), np.array([900.0, 10.0, 20.0])])
    assert edge.shape == picture.shape


def test_a_head_track_bridges_a_short_gap_and_is_held_at_its_end() -> None:
    circles = np.array([[0.0, 0, 10], [10, 0, 10], [40, 30, 10]])
    track = Track(np.array([1.0, 2.0, 5.0]), circles, gap_s=2.0, hold_s=0.5)
    middle, held = track.at(1.5), track.at(4.6)
    assert middle is not None
    assert held is not None
    assert middle == pytest.approx([5, 0, 10])
    assert held == pytest.approx([40, 30, 10])  # not on the way from a sighting that is too long ago
    assert [track.at(time_s) is not None for time_s in (0.4, 0.6, 2.4, 3.5, 4.6, 5.4, 5.6)] == [
        *(False, True, True, False, True, True, False)
    ]


def test_a_blurred_head_is_at_most_1_4_heads_wide() -> None:
    truth = lifter.track(lifter.Set().posture())
    trunk_px = trunk_lengths(truth.xy_px).max()
    radius = head_tracks.heads(truth.xy_px, np.full(len(truth.xy_px), trunk_px))[:, 2]
    assert (1 + blurring.RIM) * radius.max() <= 1.4 * head_tracks.SKULL * trunk_px


def test_the_lifters_head_is_covered_while_the_landmarks_are_lost() -> None:
    posture = lifter.Set().posture()
    truth = lifter.track(posture)
    xy_px = truth.xy_px.copy()
    lost = slice(len(xy_px) // 3, len(xy_px) // 3 + 5)
    xy_px[lost] = np.nan
    own = head_tracks.lifter(replace(truth, xy_px=xy_px))
    assert own is not None
    heads = head_tracks.heads(truth.xy_px, trunk_lengths(truth.xy_px))
    for time_s, head in zip(truth.time_s, heads, strict=True):
        circle = own.at(float(time_s))
        assert circle is not None
        assert np.hypot(*(circle - head)[:2]) < 0.5 * circle[2]
    assert own.at(truth.time_s[-1] + 100) is None
    assert head_tracks.lifter(replace(truth, xy_px=np.full_like(xy_px, np.nan))) is None


def test_two_heads_keep_their_tracks_through_a_short_gap() -> None:
    def seen() -> Iterator[tuple[float, Floats]]:
        for step in range(20):
            both = np.array([[100.0 + 2 * step, 50, 15, 0.4], [300.0 - 2 * step, 50, 15, 0.7]])
            yield 0.5 * step, both[:1] if step in (7, 8, 9) else both

    tracks = head_tracks.link(seen())
    assert [track.sure for track in tracks] == [False, True]
    gone = [circle for track in tracks if (circle := track.at(4.0)) is not None]
    assert sorted(circle[0] for circle in gone) == pytest.approx([116, 284])


@pytest.mark.parametrize(("score", "kept"), [(0.4, 0), (0.7, 1)])
def test_a_head_that_is_seen_once_counts_only_if_it_is_surely_one(score: float, kept: int) -> None:
    once = [(1.0, np.array([[5.0, 5, 5, score]])), (9.0, np.zeros((0, 4)))]
    assert len(head_tracks.link(once)) == kept


def test_a_head_that_is_much_larger_than_the_lifters_must_be_surely_one() -> None:
    own = Track(np.array([0.0, 1.0]), np.array([[50.0, 50, 20]] * 2))
    seen = np.array([[55.0, 50, 20, 0.9], [200, 50, 39, 0.3], [300, 50, 41, 0.3], [400, 50, 41, 0.7]])
    assert head_tracks.others(seen, own, 0.5)[:, 0].tolist() == [200, 400]
    assert len(head_tracks.others(seen, None, 0.5)) == len(seen)


def test_the_circle_of_a_head_covers_its_face() -> None:
    found = head_search.circles(scene([(60, 60)]), Bright())
    assert found[0] == pytest.approx([60.5, 60.5, head_search.FACE_RADIUS * 41, 0.66], abs=1.0)
    assert head_search.circles(scene([]), Bright()).shape == (0, 4)


def test_the_face_network_finds_faces_of_any_size_and_no_plate(sample_clip: Path) -> None:
    network = FaceNetwork(bundles.face().path)
    picture = next(iter(Video(sample_clip).frames_at([0.5])))
    small = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    found, halved = network.faces(picture), network.faces(small)
    assert len(found) == len(halved) == 1
    assert found[0, :2] == pytest.approx(2 * halved[0, :2], abs=10)
    assert found[0, 1] < 0.4 * picture.shape[0]


def test_a_picture_in_which_the_lifter_is_lost_is_left_out() -> None:
    truth = lifter.track(lifter.Set().posture())
    xy_px = truth.xy_px.copy()
    xy_px[truth.time_s > 6.0] = np.nan
    picture = scene([(160, 120)])

    def left_out(pose: PoseTrack, time_s: float) -> bool:
        return redactor.hiding(pose, [], Bright())(picture, time_s) is None

    lost = replace(truth, xy_px=xy_px)
    assert [left_out(lost, time_s) for time_s in (1.0, 5.0, 9.0)] == [False, False, True]
    assert left_out(replace(truth, xy_px=np.full_like(xy_px, np.nan)), 5.0)


def test_pictures_around_a_face_that_one_look_found_are_left_out() -> None:
    truth = lifter.track(lifter.Set().posture())
    beside = replace(truth, xy_px=truth.xy_px + 5000.0)
    frames = [Frame(float(s), scene([(160, 120)] if 2.0 <= s < 2.2 else [], 8), 1.0) for s in truth.time_s]

    class Sure(Bright):
        def faces(self, rgb: Bytes) -> Floats:
            return super().faces(rgb) * [1, 1, 1, 1, 1.2]

    hide = redactor.hiding(beside, frames, Sure())
    assert [hide(scene([]), time_s) is None for time_s in (1.5, 2.0, 2.1, 2.6)] == [False, True, True, False]


def test_a_face_is_looked_for_often_and_stays_blurred_between_two_looks() -> None:
    class Counting(Bright):
        calls = 0

        def faces(self, rgb: Bytes) -> Floats:
            self.calls += 1
            return super().faces(rgb)

    truth, detector = lifter.track(lifter.Set().posture()), Counting()
    picture = scene([(160, 120)], 8)
    frames = [Frame(float(s), picture, 1.0) for s in truth.time_s]
    beside = replace(truth, xy_px=truth.xy_px + 5000.0)
    hide = redactor.hiding(beside, frames, detector)
    assert detector.calls == pytest.approx(truth.time_s[-1] / redactor.LOOK_PAUSE_S, rel=0.2)
    for time_s in (1.0, 1.05, 1.13):
        out = hide(picture, time_s)
        assert out is not None
        assert not np.array_equal(out[115:125, 155:165], picture[115:125, 155:165])
        assert np.array_equal(out[:100], picture[:100])


def test_landmarks_that_appear_for_a_moment_show_no_head() -> None:
    truth = lifter.track(lifter.Set().posture())
    xy_px = truth.xy_px.copy()
    moment = (truth.time_s > 6.0) & (truth.time_s < 6.2)
    xy_px[(truth.time_s > 5.0) & (truth.time_s < 7.0) & ~moment] = np.nan
    own = head_tracks.lifter(replace(truth, xy_px=xy_px))
    assert own is not None
    assert [own.at(time_s) is not None for time_s in (4.9, 6.1, 7.1)] == [True, False, True]


def test_what_breaks_a_pseudonym_is_said(tmp_path: Path, sample_clip: Path) -> None:
    clip = phone_clip(tmp_path / "jane_doe.mp4", sample_clip, 0.2)
    lines = giveaways.giveaways(clip, tmp_path / "Jane 1", "Jane's first set")
    assert [line.split()[1] for line in lines] == ["note", "results", "clip's"]
    assert "title" in lines[2]
    assert "SecretPhone" not in lines[2]
    assert giveaways.giveaways(sample_clip, tmp_path / "p17", "") == []


def test_the_pseudonym_replaces_file_names() -> None:
    provenance: dict[str, object] = {
        "own_clips": {"standing": "jane still.mp4", "max_bend": None},
        "models": {"pose": {"name": "jane.task", "sha256": "0"}, "spine_head": {"name": "head", "sha256": "1"}},
        "settings": {"model": "jane.task", "frame_height_px": 512},
    }
    video = VideoInfo("jane.MOV", "0" * 64, 1, 1, 1.0, 1, 0, 0, 30.0)
    analysis = replace(staged(), video=video, provenance=provenance)
    analysis = redactor.marked(analysis, pseudonym="P17", heads_blurred=False)
    marked_provenance = analysis.provenance
    assert analysis.video.file == "P17.mov"
    assert "jane" not in json.dumps(dict(marked_provenance))
    assert marked_provenance["own_clips"] == {"standing": "P17 standing.mp4", "max_bend": None}
    assert marked_provenance["models"] == {
        "pose": {"name": redactor.OWN_MODEL, "sha256": "0"},
        "spine_head": {"name": "head", "sha256": "1"},
    }
    assert redactor.checked("P-17 left.2") == "P-17 left.2"
    for bad in ("../x", "..", "", "a/b", "x" * 70, "a\nb"):
        with pytest.raises(UsageError):
            redactor.checked(bad)


UTC_ONLY: Final = MappingProxyType({"creation_time": "2024-05-17T10:00:00.000000Z"})


def phone_clip(path: Path, source: Path, last_s: float, times: Mapping[str, str] = UTC_ONLY) -> Path:
    """The first seconds of `source` with the metadata of a phone: place, owner, device and times."""
    notes = {
        "title": "jane doe",
        "location": "+52.5200+013.4050/",
        "com.apple.quicktime.location.ISO6709": "+52.5200+013.4050/",
        "com.apple.quicktime.model": "SecretPhone",
        **times,
    }
    with (
        av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out,
        av.open(str(source)) as read,
    ):
        out.metadata.update(notes)
        stream = out.add_stream("libx264", rate=30)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = read.streams.video[0].width, read.streams.video[0].height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for picture in read.decode(video=0):
            if picture.time is None or picture.time > last_s:
                break
            frame = av.VideoFrame.from_ndarray(picture.to_ndarray(format="rgb24"), format="rgb24")
            frame.pts, frame.time_base = round(picture.time * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def test_the_recording_day_is_read_only_if_the_clip_contains_it(tmp_path: Path, sample_clip: Path) -> None:
    assert recording_day.day(phone_clip(tmp_path / "phone.mp4", sample_clip, 0.2)) == (2024, 5, 17, True)
    assert recording_day.day(sample_clip) is None


def test_the_day_of_the_phones_own_clock_comes_before_the_day_in_utc(tmp_path: Path, sample_clip: Path) -> None:
    late = {"creation_time": "2024-05-17T22:30:00.000000Z"}
    clip = phone_clip(tmp_path / "utc.mp4", sample_clip, 0.2, late)
    assert recording_day.day(clip) == (2024, 5, 17, True)
    late |= {"com.apple.quicktime.creationdate": "2024-05-18T00:30:00+0200"}
    clip = phone_clip(tmp_path / "local.mp4", sample_clip, 0.2, late)
    assert recording_day.day(clip) == (2024, 5, 18, False)


@pytest.mark.network
@pytest.mark.skipif(platform.machine() not in SOCKET_CALL or sys.platform != "linux", reason="needs Linux seccomp")
def test_results_contain_no_face_name_place_or_time_and_no_socket_is_opened(tmp_path: Path, sample_clip: Path) -> None:
    clip = phone_clip(tmp_path / "jane_doe.mp4", sample_clip, 6.6)
    out = tmp_path / "out"
    watched = [sys.executable, "-m", "tests.no_network", "hingecheck.cli"]
    caught = subprocess.run([*watched[:3], "tests.opens_a_socket"], capture_output=True, cwd=ROOT, check=False)
    assert caught.returncode == -signal.SIGSYS  # the check itself detects a socket
    command = ["analyze", clip, "--out", out, "--redact-face", "--pseudonym", "P17"]
    done = subprocess.run([*watched, *map(str, command)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    for path in out.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        data = path.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in data] == []
    document = json.loads((out / "analysis.json").read_text())
    assert document["video"]["file"] == "P17.mp4"
    assert document["provenance"]["privacy"] == {"heads_blurred": True, "pseudonym": True}
    sheet = cv2.imread(str(out / "keyframes.png"))
    assert sheet is not None
    assert not _has_face(np.ascontiguousarray(sheet[..., ::-1]))
    lockout_s = document["reps"][0]["lockout_s"]
    times_s = [0.5, lockout_s, lockout_s + 0.3]
    before, after = (
        [_has_face(picture) for picture in Video(film).frames_at(times_s)] for film in (clip, out / "annotated.mp4")
    )
    assert before == [True] * 3
    assert after == [False] * 3


def _has_face(picture: Bytes) -> bool:
    return len(FaceNetwork(bundles.face().path).faces(picture)) > 0


@pytest.mark.skipif(platform.machine() not in SOCKET_CALL or sys.platform != "linux", reason="needs Linux seccomp")
@pytest.mark.parametrize("command", ["report", "doctor"])
def test_report_and_doctor_open_no_socket(command: str, tmp_path: Path) -> None:
    path = stored.write(tmp_path / "result")
    options = ["report", path, "--pdf", tmp_path / "a.pdf", "--fhir", tmp_path / "a.json"]
    watched = [sys.executable, "-m", "tests.no_network", "hingecheck.cli"]
    arguments = map(str, options if command == "report" else ["doctor"])
    done = subprocess.run([*watched, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
