"""Blurs leave the lifter's body below the shoulders sharp, and still cover every head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.privacy import blurring, head_tracks, redactor
from hingecheck.privacy.bodies import Body
from hingecheck.privacy.head_tracks import Track
from hingecheck.records import Bytes, Floats, Frame, PoseTrack
from tests import lifter

HEIGHT, WIDTH = 420, 340
BENT = lifter.Set(bends=((-2.0, -1.0, 9.0, 10.0),), last_s=3.0, lean_deg=85.0)
PULL = lifter.Set(bends=((-2.0, -1.0, 0.5, 2.0),), last_s=3.0)
JOINTS = (*landmarks.HIPS, *landmarks.KNEES, *landmarks.ANKLES, *landmarks.WRISTS)
RED, WHITE = (255, 0, 0), (255, 255, 255)


def pose(of: lifter.Set, facing: str = "right") -> PoseTrack:
    return lifter.track(of.posture(), lifter.Camera(stature_px=280.0, ankle_px=(160.0, 370.0), facing=facing))


def noise() -> Bytes:
    return np.random.default_rng(7).integers(0, 200, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def with_spot(at_px: Floats, colour: tuple[int, int, int] = WHITE) -> Bytes:
    picture = noise()
    x, y = at_px.round().astype(int)
    picture[y - 5 : y + 6, x - 5 : x + 6] = colour
    return picture


class Bright:
    """Takes a white spot for a face, and a red one surely."""

    def faces(self, rgb: Bytes) -> Floats:
        ys, xs = np.nonzero(rgb[..., 0] > 240)
        if not len(xs):
            return np.zeros((0, 5))
        score = 0.8 if (rgb[ys, xs, 1] < 10).all() else 0.4
        return np.array([[xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1, score]])


def hide(track: PoseTrack, picture: Bytes, time_s: float) -> Bytes:
    """The picture after blurring, in a clip that shows it in every frame."""
    frames: Iterator[Frame] = (Frame(float(t), picture, 1.0) for t in track.time_s)
    return shown(redactor.hiding(track, frames, Bright())(picture, time_s))


def shown(picture: Bytes | None) -> Bytes:
    """The picture, which must not be left out."""
    assert picture is not None
    return picture


def changed(picture: Bytes, out: Bytes, at_px: Floats) -> bool:
    x, y = at_px.round().astype(int)
    return not np.array_equal(out[y - 3 : y + 4, x - 3 : x + 4], picture[y - 3 : y + 4, x - 3 : x + 4])


@pytest.mark.parametrize("facing", ["left", "right"])
@pytest.mark.parametrize("part", [landmarks.HIPS, landmarks.KNEES, landmarks.ANKLES, landmarks.TOES, landmarks.WRISTS])
@pytest.mark.parametrize("posture", [BENT, lifter.Set(last_s=1.0)])
def test_a_false_face_on_the_body_stays_sharp(posture: lifter.Set, part: landmarks.Pair, facing: str) -> None:
    track = pose(posture, facing)
    spot = track.middle_px(part)[0]
    picture = with_spot(spot)
    assert not changed(picture, hide(track, picture, 0.5), spot)


def test_a_false_face_on_the_buttocks_or_a_plate_stays_sharp() -> None:
    track = pose(BENT)
    hip, hands = track.middle_px(landmarks.HIPS)[0], track.middle_px(landmarks.WRISTS)[0]
    trunk_px = lifter.TRUNK * 280
    for spot in (hip - np.array([0.25 * trunk_px, 0.0]), hands + np.array([0.4 * trunk_px, 0.0])):
        picture = with_spot(spot)
        assert not changed(picture, hide(track, picture, 0.5), spot)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_a_head_at_hip_height_is_blurred(facing: str) -> None:
    track = pose(BENT, facing)
    head = track.middle_px(landmarks.EARS)[0]
    assert head[1] > track.middle_px(landmarks.HIPS)[0, 1] - 30
    for picture in (noise(), with_spot(head)):
        out = hide(track, picture, 0.5)
        assert changed(picture, out, head)
        assert changed(picture, out, track.xy_px[0, landmarks.Point.NOSE])


@pytest.mark.parametrize("half_px", [3, 5, 20])
def test_a_face_away_from_the_lifter_is_blurred(half_px: int) -> None:
    track = pose(BENT)
    picture = noise()
    picture[60 - half_px : 61 + half_px, 40 - half_px : 41 + half_px] = WHITE
    out = hide(track, picture, 0.5)
    assert not np.array_equal(out[50:70, 30:50], picture[50:70, 30:50])


@pytest.mark.parametrize(("colour", "blurred"), [(RED, True), (WHITE, False)])
def test_a_face_before_the_legs_is_blurred_only_if_it_is_surely_one(
    colour: tuple[int, int, int], *, blurred: bool
) -> None:
    track = pose(lifter.Set(last_s=3.0))
    spot = track.middle_px(landmarks.KNEES)[0] + np.array([18.0, 25.0])
    picture = with_spot(spot, colour)
    assert changed(picture, hide(track, picture, 1.5), spot) is blurred


@pytest.mark.parametrize("facing", ["left", "right"])
def test_joints_below_the_shoulders_are_never_blurred(facing: str) -> None:
    track = pose(PULL, facing)
    xy_px = track.xy_px.copy()
    xy_px[20:35] = np.nan
    picture = noise()
    frames = (Frame(float(t), picture, 1.0) for t in track.time_s)
    retouch = redactor.hiding(replace(track, xy_px=xy_px), frames, Bright())
    for time_s, points in zip(track.time_s[::3], track.xy_px[::3], strict=True):
        out = shown(retouch(picture, float(time_s)))
        assert [joint for joint in JOINTS if changed(picture, out, points[joint])] == []


def test_a_stale_head_track_does_not_blur_the_body() -> None:
    track = pose(PULL)
    hip = track.middle_px(landmarks.HIPS)[-1]
    stale = Track(np.array([0.0, 3.0]), np.array([[*hip, 30.0]] * 2))
    picture = noise()
    out = shown(blurring.retouch([stale], Body.of(track))(picture, 2.9))
    assert np.array_equal(out, picture)


def test_a_blur_circle_stops_at_the_body() -> None:
    track = pose(lifter.Set(last_s=1.0))
    hip = track.middle_px(landmarks.HIPS)[0]
    beside = Track(np.array([0.0, 1.0]), np.array([[hip[0] + 70, hip[1], 68.0]] * 2))
    picture = noise()
    out = shown(blurring.retouch([beside], Body.of(track))(picture, 0.5))
    assert changed(picture, out, hip + np.array([70.0, 0.0]))
    assert not changed(picture, out, hip + np.array([8.0, 0.0]))


def test_the_head_blur_reaches_no_farther_than_the_shoulders() -> None:
    track = pose(PULL)
    own = head_tracks.lifter(track)
    assert own is not None
    shoulders = track.middle_px(landmarks.SHOULDERS)
    for time_s, shoulder in zip(track.time_s, shoulders, strict=True):
        circle = own.at(float(time_s))
        assert circle is not None
        assert circle[2] <= np.hypot(*(circle[:2] - shoulder)) + 0.5
