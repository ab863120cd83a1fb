"""Tracks of other programs: repetitions, angles and shares of a known motion, with the errors of their source."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pytest
import scipy

import hingecheck as api
from hingecheck.analysis import Asked
from hingecheck.errors import InputError, NobodyFound, NoRepetition, UsageError, VideoNotFound
from hingecheck.exchange import analysis, body, c3d, clusters, mediapipe_files, mot, sources, tracks, trc
from hingecheck.exchange import openpose as openpose_files
from hingecheck.exchange.tracks import Markers, Motion
from hingecheck.records import Analysis, Code, Floats, Reason
from tests import lifter
from tests.conftest import hingecheck
from tests.doc_commands import ROOT
from tests.staged import THREE_BENDS

TABLE: Final = ROOT / "docs" / "tracks.md"
HEIGHT_MM: Final = 1800.0
SHARE: Final = 0.4
"""The part of the trunk's lean that is lumbar flexion."""

WIDTHS: Final = {"hip": 0.1, "shoulder": 0.12, "wrist": 0.14, "knee": 0.08, "ankle": 0.08, "heel": 0.08, "toe": 0.09}
VICON: Final = {"shoulder": "SHO", "wrist": "WRA", "knee": "KNE", "ankle": "ANK", "heel": "HEE", "toe": "TOE"}
SPORTS2D: Final = {
    **{"hip": "Hip", "shoulder": "Shoulder", "wrist": "Wrist", "knee": "Knee"},
    **{"ankle": "Ankle", "heel": "Heel", "toe": "BigToe"},
}


def turned(offset: tuple[float, float], angle_deg: Floats) -> Floats:
    """An offset (forward, up) that turns forward with a segment, (N, 2)."""
    a = np.radians(angle_deg)
    return np.stack([offset[0] * np.cos(a) + offset[1] * np.sin(a), offset[1] * np.cos(a) - offset[0] * np.sin(a)], 1)


def joints(posture: lifter.Posture) -> dict[str, Floats]:
    found = lifter.joints(posture)
    ankle = found["ankle"]
    return found | {"heel": ankle + np.array([-0.04, -0.04]), "toe": ankle + np.array([0.12, -0.04])}


def spine(posture: lifter.Posture) -> dict[str, Floats]:
    """Markers on pelvis and thorax: the pelvis takes its part of the lean, the thorax all of it."""
    hip, pelvis_deg = lifter.joints(posture)["hip"], (1 - SHARE) * posture.lean_deg
    return {
        "ASI": hip + turned((0.04, 0.06), pelvis_deg),
        "PSI": hip + turned((-0.07, 0.06), pelvis_deg),
        "T10": hip + turned((-0.06, 0.17), posture.lean_deg),
        "C7": hip + turned((-0.05, 0.29), posture.lean_deg),
    }


@dataclass(frozen=True)
class Laboratory:
    """Axes of a laboratory: the directions of forward, up and the lifter's right."""

    forward: tuple[float, float, float] = (0.0, 1.0, 0.0)
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    right: tuple[float, float, float] = (1.0, 0.0, 0.0)

    def place(self, flat: Floats, aside: float) -> Floats:
        """Points (N, 2) in the laboratory, in millimetres; the body sways a little."""
        sway = 0.002 * np.sin(np.arange(len(flat)) / 20)[:, None]
        parts = ((flat[:, :1] + sway) * self.forward, flat[:, 1:] * self.up, (aside + sway) * self.right)
        return HEIGHT_MM * np.asarray(sum(parts))


MIRRORED: Final = Laboratory(right=(-1.0, 0.0, 0.0))
TURNED: Final = Laboratory(forward=(-0.6, 0.0, 0.8), up=(0.0, 1.0, 0.0), right=(-0.8, 0.0, -0.6))


def markers(posture: lifter.Posture, lab: Laboratory | None = None, *, with_spine: bool = True) -> Markers:
    """What a laboratory records: markers on both sides, names of Plug-in Gait, millimetres."""
    lab = lab or Laboratory()
    named: dict[str, Floats] = {}
    pairs = {VICON[name]: flat for name, flat in joints(posture).items() if name in VICON}
    widths = {VICON[name]: width for name, width in WIDTHS.items() if name in VICON}
    back = spine(posture)
    pairs |= {name: back[name] for name in ("ASI", "PSI")}
    for name, flat in pairs.items():
        for side, sign in (("L", -1), ("R", 1)):
            named[f"Ana:{side}{name}"] = lab.place(flat, sign * widths.get(name, 0.07))
    if with_spine:
        named |= {name: lab.place(back[name], 0.0) for name in ("T10", "C7")}
    rate_hz = 1 / float(np.median(np.diff(posture.time_s)))
    return Markers(posture.time_s.copy(), rate_hz, tuple(named), np.stack(list(named.values()), axis=1), "mm")


def picture(posture: lifter.Posture, *, facing: int = 1) -> Markers:
    """What Sports2D writes: points of one picture, metres, names of HALPE_26."""
    named = {
        f"{side}{SPORTS2D[name]}": flat * np.array([facing, 1.0])
        for name, flat in joints(posture).items()
        if name in SPORTS2D
        for side in "RL"
    }
    xy = np.stack(list(named.values()), axis=1) * HEIGHT_MM / 1000
    return Markers(posture.time_s.copy(), 30.0, tuple(named), np.concatenate([xy, 0 * xy[..., :1]], axis=2), "m")


def write(found: Markers, path: Path) -> Path:
    path.write_text(trc.text(found, path.name), encoding="utf-8")
    return path


def values(result: Analysis, name: str) -> list[float]:
    return [rep.values[name].value for rep in result.reps]


LIFT: Final = THREE_BENDS.posture()


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """The analysis of the markers of a laboratory."""
    return analysis.analyze(write(markers(LIFT), tmp_path_factory.mktemp("lab") / "lift.trc"))


def test_markers_give_repetitions_lumbar_angle_and_share(laboratory: Analysis) -> None:
    assert len(laboratory.reps) == 2
    assert values(laboratory, "lumbar_change_deg") == pytest.approx([SHARE * 65.0] * 2, abs=0.5)
    assert values(laboratory, "pelvis_change_deg") == pytest.approx([(1 - SHARE) * 65.0] * 2, abs=0.5)
    assert values(laboratory, "lumbar_share_trunk") == pytest.approx([SHARE] * 2, abs=0.01)
    assert values(laboratory, "hip_change_deg") == pytest.approx([(1 - SHARE) * 65.0 + 50.0] * 2, abs=3.0)
    assert values(laboratory, "knee_change_deg") == pytest.approx([62.0] * 2, abs=3.0)
    share = laboratory.reps[0].values["lumbar_share_trunk"]
    assert share.low < SHARE < share.high
    assert laboratory.verdict.pattern in ("mixed", "cannot_tell")
    assert laboratory.spine.zero is Code.STANDING_AROUND


@pytest.mark.parametrize("lab", [MIRRORED, TURNED], ids=["mirrored", "turned"])
def test_mirrored_and_turned_laboratories_give_equal_numbers(
    lab: Laboratory, laboratory: Analysis, tmp_path: Path
) -> None:
    found = markers(LIFT, lab)
    if lab is MIRRORED:  # right and left change their places
        other = {"L": "R", "R": "L"}
        names = [n.replace(f":{n[4]}", f":{other[n[4]]}") if n.startswith("Ana:") else n for n in found.names]
        found = replace(found, names=tuple(names))
    again = analysis.analyze(write(found, tmp_path / "lift.trc"))
    assert [rep.rep.liftoff_s for rep in again.reps] == pytest.approx([r.rep.liftoff_s for r in laboratory.reps])
    for name in ("lumbar_change_deg", "hip_change_deg", "knee_change_deg", "lumbar_share_trunk", "trunk_change_deg"):
        assert values(again, name) == pytest.approx(values(laboratory, name), abs=1e-3), name


def test_points_of_a_picture_have_no_lumbar_angle_and_say_so(tmp_path: Path) -> None:
    left, right = (
        analysis.analyze(write(picture(LIFT, facing=facing), tmp_path / f"{facing}.trc")) for facing in (-1, 1)
    )
    assert values(left, "knee_change_deg") == pytest.approx(values(right, "knee_change_deg"), abs=1e-6)
    assert values(left, "trunk_change_deg") == pytest.approx([65.0] * 2, abs=1.0)
    for name in ("lumbar_change_deg", "pelvis_change_deg", "hip_change_deg", "lumbar_share_trunk", "hip_at_top_deg"):
        measure = right.reps[0].values[name]
        assert measure.reason is not None
        assert Code.TRACKS_WITHOUT_SPINE in measure.reason.codes, name
    assert right.verdict.pattern == "cannot_tell"
    assert "pelvis" in right.verdict.cue
    assert "film" not in right.verdict.cue.lower()
    assert not right.view.yaw_deg.known


def test_a_pelvis_without_a_spine_gives_hips_but_no_lumbar_angle(tmp_path: Path) -> None:
    found = analysis.analyze(write(markers(LIFT, with_spine=False), tmp_path / "lift.trc"))
    assert not found.reps[0].values["lumbar_change_deg"].known
    assert found.reps[0].values["trunk_change_deg"].known


def test_a_static_trial_is_the_zero_of_tracks_without_standing(tmp_path: Path) -> None:
    shape = lifter.Set(bends=((-1.0, -0.2, 0.5, 1.5), (1.7, 2.7, 3.2, 4.2), (4.4, 5.4, 6.0, 7.0)), last_s=6.1)
    path = write(markers(shape.posture()), tmp_path / "lift.trc")
    still = write(markers(lifter.Set(bends=(), last_s=2.0).posture()), tmp_path / "static.trc")
    found = analysis.analyze(path, Asked(standing=still))
    assert found.spine.zero is Code.STANDING_ELSEWHERE
    assert values(found, "lumbar_change_deg")[0] == pytest.approx(SHARE * 65.0, abs=1.0)
    with pytest.raises(NobodyFound, match="nobody stands"):
        analysis.analyze(path, Asked(standing=write(markers(bent()), tmp_path / "bent.trc")))


def bent() -> lifter.Posture:
    time_s = np.arange(30) / 30
    return lifter.Posture(time_s, 50 + 0 * time_s, 12 + 0 * time_s, 65 + 0 * time_s)


@pytest.mark.parametrize("lumbar", sources.LUMBAR)
def test_coordinates_of_an_opensim_model_give_all_angles(lumbar: str, tmp_path: Path) -> None:
    pelvis_deg = (1 - SHARE) * LIFT.lean_deg
    columns = {
        "pelvis_tilt": -pelvis_deg,
        lumbar: -SHARE * LIFT.lean_deg,
        **{f"hip_flexion_{side}": pelvis_deg + LIFT.thigh_deg for side in "rl"},
        **{f"knee_angle_{side}": LIFT.thigh_deg + LIFT.shank_deg for side in "rl"},
    }
    path = tmp_path / "lift.mot"
    path.write_text(mot.text(Motion(LIFT.time_s, columns), "lift"), encoding="utf-8")
    found = analysis.analyze(path)
    assert len(found.reps) == 2
    assert values(found, "lumbar_share_trunk") == pytest.approx([SHARE] * 2, abs=0.01)
    assert values(found, "hip_change_deg") == pytest.approx([0.6 * 65.0 + 50.0] * 2, abs=1.0)
    assert values(found, "knee_change_deg") == pytest.approx([62.0] * 2, abs=1.0)


@pytest.mark.parametrize("turned_deg", [0.0, 90.0, 178.0])
def test_a_model_that_faces_another_way_gives_equal_numbers(turned_deg: float, tmp_path: Path) -> None:
    """Leaning forward is tilt or list, by the way that the model faces; at 178 degrees the sign of the tilt changes."""
    pelvis_deg = (1 - SHARE) * LIFT.lean_deg
    lean, turn = np.radians(pelvis_deg), np.radians(turned_deg)
    ahead = np.sin(lean) * np.cos(turn), -np.sin(lean) * np.sin(turn)  # of the upward axis, along x and z
    list_deg = np.degrees(np.arcsin(ahead[1]))
    tilt_deg = np.degrees(np.arctan2(-ahead[0], np.cos(lean)))
    rotation = scipy.spatial.transform.Rotation
    undone = rotation.from_euler("ZX", np.stack([tilt_deg, list_deg], axis=1), degrees=True).inv()
    right = undone.apply(np.tile([np.sin(turn), 0.0, np.cos(turn)], (len(lean), 1)))
    columns = {
        "pelvis_tilt": tilt_deg,
        "pelvis_list": list_deg,
        "pelvis_rotation": np.degrees(np.arctan2(right[:, 0], right[:, 2])),
        "lumbar_extension": -SHARE * LIFT.lean_deg,
        "hip_flexion_r": pelvis_deg + LIFT.thigh_deg,
        "knee_angle_r": LIFT.thigh_deg + LIFT.shank_deg,
    }
    path = tmp_path / "lift.mot"
    path.write_text(mot.text(Motion(LIFT.time_s, columns), "lift"), encoding="utf-8")
    assert sources.read(path).pelvis_deg == pytest.approx(pelvis_deg, abs=1e-3)
    assert values(analysis.analyze(path), "lumbar_share_trunk") == pytest.approx([SHARE] * 2, abs=0.01)


def test_each_source_has_its_own_interval(laboratory: Analysis, tmp_path: Path) -> None:
    """Markers are surer than a model that was fitted to a video, as the table says."""
    for source, spreads in analysis.SPREADS.items():
        assert spreads.keys() == analysis.SPREADS["markers"].keys(), source
    wide, narrow = analysis.SPREADS["model"], analysis.SPREADS["markers"]
    assert all(wide[name].bias_deg > narrow[name].bias_deg for name in wide)
    measure = laboratory.reps[0].values["lumbar_change_deg"]
    assert 3.0 < measure.high - measure.value < 15.0


def test_the_table_of_the_documentation_is_the_one_that_is_used() -> None:
    rows = re.findall(r"^\| (markers|points|model) \|(.*)\|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [source for source, _ in rows] == list(analysis.SPREADS)
    columns = ("trunk", "thigh", "shank", "pelvis", "lumbar", "junction")
    for source, cells in rows:
        for name, cell in zip(columns, cells.split("|"), strict=True):
            spread = analysis.SPREADS[cast(body.Source, source)][name]
            words = f"{spread.noise_deg:g}° {spread.bias_deg:g}° {100 * spread.slope:g} %"
            assert cell.strip() == ("not measured" if spread == analysis.NOT_HELD else words), f"{source}, {name}"


def with_clusters(posture: lifter.Posture) -> Markers:
    """Markers of a laboratory with three on each shank and on the sacrum."""
    found, flat = markers(posture), lifter.joints(posture)
    lab = Laboratory()
    pelvis_deg, added = (1 - SHARE) * posture.lean_deg, {}
    for side, sign in (("L", -1), ("R", 1)):
        for number, offset in enumerate(((0.02, 0.05), (-0.02, 0.1), (0.03, 0.15)), 1):
            added[f"{side}TIB{number}"] = lab.place(
                flat["ankle"] + turned(offset, posture.shank_deg), sign * (0.08 + 0.01 * number)
            )
        added[f"{side}SACR"] = lab.place(flat["hip"] + turned((-0.07, 0.05), pelvis_deg), sign * 0.03)
    added["USACR"] = lab.place(flat["hip"] + turned((-0.08, 0.09), pelvis_deg), 0.0)
    return replace(
        found,
        names=(*found.names, *added),
        xyz=np.concatenate([found.xyz, np.stack([*added.values()], axis=1)], axis=1),
    )


def test_clusters_carry_the_joints_of_a_static_trial(laboratory: Analysis, tmp_path: Path) -> None:
    """The lift shows neither knees nor front pelvis; the static trial does."""
    lift = without(without(with_clusters(LIFT), "KNE"), "ASI")
    path = write(lift, tmp_path / "lift.trc")
    still = write(with_clusters(lifter.Set(bends=(), last_s=2.0).posture()), tmp_path / "static.trc")
    with pytest.raises(InputError, match="no knee"):
        analysis.analyze(path)
    found = analysis.analyze(path, Asked(standing=still))
    for name in ("knee_change_deg", "hip_change_deg", "pelvis_change_deg", "lumbar_change_deg"):
        assert values(found, name) == pytest.approx(values(laboratory, name), abs=1.5), name
    hidden = replace(lift, xyz=np.where(np.arange(len(LIFT.time_s))[:, None, None] == 50, np.nan, lift.xyz))
    assert (
        np.isfinite(clusters.completed(hidden, with_clusters(LIFT)).point("lkne")).all(axis=1).sum()
        == len(LIFT.time_s) - 1
    )


def test_fast_tracks_are_thinned(tmp_path: Path) -> None:
    shape = replace(THREE_BENDS, rate_hz=200.0, last_s=1.0)
    found = sources.read(write(markers(shape.posture()), tmp_path / "fast.trc"))
    assert found.rate_hz == pytest.approx(50.0)
    assert len(found.track.time_s) == 50


def test_the_command_writes_a_folder_without_pictures(tmp_path: Path) -> None:
    path = write(markers(LIFT), tmp_path / "monday.trc")
    done = hingecheck("analyze", path, "--out", tmp_path / "out", "--height-cm", "180")
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        *("analysis.json", "angles.csv", "angles.csv-metadata.json", "bar.csv", "report.html")
    }
    data = json.loads((tmp_path / "out" / "analysis.json").read_text(encoding="utf-8"))
    assert data["video"]["file"] == "monday.trc"
    assert data["provenance"]["settings"] == {"tracks": "markers"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "monday.trc" in page
    a = api.load(tmp_path / "out")
    assert len(a.reps) == 2
    assert len(a.angles["time_s"]) == len(LIFT.time_s)


def test_a_pseudonym_replaces_the_name_of_tracks(tmp_path: Path) -> None:
    path = write(markers(LIFT), tmp_path / "jane_doe.trc")
    done = hingecheck("analyze", path, "--out", tmp_path / "jane", "--pseudonym", "P17", "--redact-face")
    assert done.returncode == 0, done.stderr
    assert "shares a word" in " ".join(done.stderr.split())
    for file in (tmp_path / "jane").iterdir():
        assert "jane_doe" not in file.read_text(encoding="utf-8"), file.name


def test_a_table_without_points_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "angles.csv"
    path.write_text("time_s,hip_flexion_deg\n0,1\n0.1,2\n")
    with pytest.raises(InputError, match="no columns like left_hip_x"):
        sources.read(path)


def test_python_reads_tracks_too(tmp_path: Path) -> None:
    a = api.analyze(write(markers(LIFT), tmp_path / "monday.trc"))
    assert a.reps[0].metrics["lumbar_share_trunk"].value == pytest.approx(SHARE, abs=0.01)
    assert a.save(tmp_path / "out").is_dir()


def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    path = write(markers(LIFT), tmp_path / "lift.trc")
    plain = analysis.analyze(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert values(analysis.analyze(path), "lumbar_share_trunk") == values(plain, "lumbar_share_trunk")


def openpose(folder: Path) -> Path:
    """A folder of OpenPose: the points of a picture in pixels, y down."""
    found = picture(LIFT)
    places = {name: found.names.index(f"{name[0].upper()}{SPORTS2D[name.split('_')[1]]}") for name in POINTS}
    folder.mkdir()
    for number, xyz in enumerate(found.xyz):
        rows = [[*(xyz[places[name], :2] * [400, -400] + 900), 0.9] if name in places else [0.0] * 3 for name in BODY]
        person = {"pose_keypoints_2d": np.ravel(rows).tolist()}
        (folder / f"lift_{number:012d}_keypoints.json").write_text(json.dumps({"people": [person]}))
    return folder


BODY: Final = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("mid_hip", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
    *("left_toe", "left_small_toe", "left_heel", "right_toe", "right_small_toe", "right_heel"),
)
POINTS: Final = [n for n in BODY if n.count("_") == 1 and n.split("_")[1] in SPORTS2D and not n.startswith("mid")]


def test_a_folder_of_openpose_needs_its_rate(tmp_path: Path) -> None:
    folder = openpose(tmp_path / "poses")
    refused = hingecheck("analyze", folder, "--json")
    assert refused.returncode == UsageError.exit_code
    assert "--rate-hz" in refused.stderr
    found = analysis.analyze(folder, Asked(rate_hz=30.0))
    assert values(found, "trunk_change_deg") == pytest.approx([65.0] * 2, abs=1.0)


def without(found: Markers, part: str) -> Markers:
    kept = [place for place, name in enumerate(found.names) if part not in name]
    return replace(found, names=tuple(found.names[place] for place in kept), xyz=found.xyz[:, kept])


def test_missing_points_are_named_and_arms_are_taken_to_hang(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no knee"):
        sources.read(write(without(picture(LIFT), "Knee"), tmp_path / "a.trc"))
    armless = analysis.analyze(write(without(picture(LIFT), "Wrist"), tmp_path / "b.trc"))
    assert len(armless.reps) == 2
    right = analysis.analyze(write(without(picture(LIFT), "L"), tmp_path / "c.trc"))
    assert values(right, "knee_change_deg") == pytest.approx(values(armless, "knee_change_deg"), abs=1e-6)


def test_short_gaps_are_bridged_and_long_ones_stay(tmp_path: Path) -> None:
    found = picture(LIFT)
    xyz = found.xyz.copy()
    xyz[20:24], xyz[320:350] = np.nan, np.nan
    seen = analysis.analyze(write(replace(found, xyz=xyz), tmp_path / "gaps.trc")).pose.seen
    assert seen[18:26].all()
    assert not seen[325:345].any()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda path: path, VideoNotFound, "no such file"),
        (lambda path: write(picture(bent()), path), NoRepetition, "no repetition was found"),
    ],
)
def test_what_cannot_be_measured_is_said(make: Any, error: type[Exception], match: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=match):
        analysis.analyze(make(tmp_path / "lift.trc"))


def test_a_mot_without_a_models_coordinates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "angles.mot"
    path.write_text("Coordinates\nendheader\ntime\telbow_flex_r\n0\t1\n0.1\t2\n")
    with pytest.raises(InputError, match="no coordinates of an OpenSim model") as refused:
        analysis.analyze(path)
    assert ".trc" in refused.value.remedy
    with pytest.raises(UsageError, match="--max-bend"):
        analysis.analyze(path, Asked(max_bend=path))


def sports2d(folder: Path, *, facing: int = 1, upright: float = 90.0) -> Path:
    """Angles as Sports2D 0.8 writes them; its signs change if it takes the lifter for facing the other way."""
    trunk = upright - facing * np.sign(upright) * LIFT.lean_deg
    hip, knee = LIFT.lean_deg + LIFT.thigh_deg, LIFT.thigh_deg + LIFT.shank_deg
    columns = {"trunk": trunk, "pelvis": 0 * hip}
    for side in ("right", "left"):
        columns |= {f"{side} hip": facing * hip, f"{side} knee": facing * knee}
    head = ["Coordinates", "version=1", f"nRows={len(hip)}", "nColumns=6", "inDegrees=yes", "", "endheader"]
    rows = np.stack([LIFT.time_s, *columns.values()], axis=1)
    lines = ["\t".join(f"{value:.6f}" for value in row) for row in rows]
    lines[3] = "\t".join([*lines[3].split("\t")[:5], "", ""])  # pandas writes nothing for NaN
    path = folder / f"lift_{facing}_{upright:g}.mot"
    path.write_text("\n".join([*head, "\t".join(["time", *columns]), *lines]) + "\n", encoding="utf-8")
    return path


def test_angles_of_sports2d_give_trunk_knee_and_repetitions_whichever_way_it_sees(tmp_path: Path) -> None:
    results = [
        analysis.analyze(sports2d(tmp_path, facing=facing, upright=upright))
        for facing, upright in ((1, 90.0), (-1, 90.0), (1, -90.0))
    ]
    for found in results:
        assert len(found.reps) == 2
        assert values(found, "trunk_change_deg") == pytest.approx([65.0] * 2, abs=1.0)
        assert values(found, "knee_change_deg") == pytest.approx([62.0] * 2, abs=1.0)
        assert not found.reps[0].values["lumbar_change_deg"].known
        assert values(found, "knee_change_deg") == pytest.approx(values(results[0], "knee_change_deg"), abs=1e-6)
        assert found.provenance["settings"] == {"tracks": "points"}


@pytest.mark.parametrize("ending", ["trc", "mot"])
def test_files_that_sports2d_wrote_give_the_numbers_of_the_video(ending: str) -> None:
    """Sports2D 0.8.34 wrote them for the first 6 s of `hip_led.mp4`, from our points of that clip (`--load_trc_px`).

    The video itself gives lift-off at 3.06 s, and changes of 71.2° (trunk) and 72.6° (knee).
    """
    found = analysis.analyze(Path(__file__).parent / "sports2d" / f"hip_led.{ending}")
    (rep,) = found.reps
    assert rep.rep.complete
    assert rep.rep.liftoff_s == pytest.approx(3.06, abs=0.05)
    for name, seen_deg in (("trunk_change_deg", 71.2), ("knee_change_deg", 72.6)):
        measure = rep.values[name]
        assert measure.value == pytest.approx(seen_deg, abs=6.0)
        assert measure.low < seen_deg < measure.high
    assert not rep.values["lumbar_change_deg"].known
    assert rep.values["bar_displacement_m"].known is (ending == "trc")  # angles hold no metres


SIZE_PX: Final = (1080, 1920)
NAMED: Final = mediapipe_files.NAMES
ENUM: Final = [f"PoseLandmark.{name.upper()}" for name in NAMED]
MEDIAPIPE: Final = {
    name: place for place, name in enumerate(mediapipe_files.NAMES) if name.partition("_")[2] in (*WIDTHS, "foot_index")
}


def seen_by_mediapipe() -> Floats:
    """Landmarks (N, 33, 3) of a picture as parts of its size, with a visibility; points that are not drawn are 0."""
    found, out = picture(LIFT), np.zeros((len(LIFT.time_s), len(mediapipe_files.NAMES), 3))
    for name, place in MEDIAPIPE.items():
        side, joint = name.split("_", 1)
        at = found.names.index(f"{side[0].upper()}{SPORTS2D.get(joint, 'BigToe')}")
        out[:, place, :2] = (found.xyz[:, at, :2] * [600, -600] + [500, 1500]) / SIZE_PX
        out[:, place, 2] = 0.95
    return out


def points(row: Floats) -> list[dict[str, float]]:
    return [{"x": x, "y": y, "z": 0.0, "visibility": v} for x, y, v in row.tolist()]


def as_json(data: Any) -> str:
    return json.dumps(data)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return "\n".join(",".join(map(str, row)) for row in (head, *rows)) + "\n"


def wide(head: Callable[[int, str], list[str]], time: str = "timestamp_ms", factor: float = 1000.0) -> str:
    seen = seen_by_mediapipe()
    columns = [column for place, name in enumerate(mediapipe_files.NAMES) for column in head(place, name)]
    return table([time, *columns], [[t * factor, *row.ravel()] for t, row in zip(LIFT.time_s, seen, strict=True)])


SHAPES: Final[dict[str, Callable[[], tuple[str, str]]]] = {
    "list of frames": lambda: ("lift.json", as_json([points(row) for row in seen_by_mediapipe()])),
    "people in frames": lambda: (
        "lift.json",
        as_json([{"frame": i, "landmarks": [points(row)]} for i, row in enumerate(seen_by_mediapipe())]),
    ),
    "object with facts": lambda: (
        "lift.json",
        as_json(
            {
                "fps": 30.0,
                "video": {"width": SIZE_PX[0], "height": SIZE_PX[1]},
                "frames": [{"poseLandmarks": points(row)} for row in seen_by_mediapipe()],
            }
        ),
    ),
    "numbered frames": lambda: (
        "lift.json",
        as_json({str(i): {"pose_landmarks": {"landmark": points(row)}} for i, row in enumerate(seen_by_mediapipe())}),
    ),
    "lists and lines": lambda: (
        "lift.jsonl",
        "\n".join(
            json.dumps({"time": t, "keypoints": [[x, y, 0.0, v] for x, y, v in row.tolist()]})
            for t, row in zip(LIFT.time_s, seen_by_mediapipe(), strict=True)
        ),
    ),
    "named points": lambda: (
        "lift.json",
        as_json(
            [
                {
                    "timestamp": 1e6 * t,
                    "landmarks": {
                        f"PoseLandmark.{n.upper()}": p for n, p in zip(mediapipe_files.NAMES, points(row), strict=True)
                    },
                }
                for t, row in zip(LIFT.time_s, seen_by_mediapipe(), strict=True)
            ]
        ),
    ),
    "names in columns": lambda: ("lift.csv", wide(lambda _, name: [f"{name}_x", f"{name}_y", f"{name}_visibility"])),
    "names behind": lambda: ("lift.csv", wide(lambda _, name: [f"x_{name}", f"y_{name}", f"v_{name}"], "time", 1.0)),
    "numbers from 1": lambda: ("lift.csv", wide(lambda n, _: [f"x{n + 1}", f"y{n + 1}", f"v{n + 1}"])),
    "numbers from 0": lambda: (
        "lift.csv",
        wide(lambda n, _: [f"landmark_{n}_{axis}" for axis in "xyv"]),
    ),
    "a row a point": lambda: (
        "lift.csv",
        table(
            ("frame", "landmark", "x", "y", "z", "visibility"),
            [
                (i, name, x, y, 0, v)
                for i, row in enumerate(seen_by_mediapipe())
                for name, (x, y, v) in zip(mediapipe_files.NAMES, row.tolist(), strict=True)
            ],
        ),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_landmarks_of_mediapipe_are_read_in_their_usual_shapes(shape: str, tmp_path: Path) -> None:
    name, content = SHAPES[shape]()
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = sources.read(tmp_path / name, sources.Hints(30.0, SIZE_PX))
    expected = sources.read(write(picture(LIFT), tmp_path / "same.trc"))
    assert found.track.xy_px[:, 23] - found.track.xy_px[:, 27] == pytest.approx(
        expected.track.xy_px[:, 23] - expected.track.xy_px[:, 27], abs=0.1
    )
    assert found.track.time_s == pytest.approx(LIFT.time_s, abs=1e-3)


def test_mediapipe_is_analyzed_by_command_and_asks_for_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "lift.json"
    path.write_text(SHAPES["list of frames"]()[1], encoding="utf-8")
    for given, wanted in ((("--rate-hz", "30"), "--picture-size"), (("--picture-size", "1080x1920"), "--rate-hz")):
        refused = hingecheck("analyze", path, "--json", *given)
        assert refused.returncode == UsageError.exit_code
        assert wanted in refused.stderr
    assert hingecheck("analyze", path, "--json", "--picture-size", "wide").returncode == UsageError.exit_code
    found = api.analyze(path, rate_hz=30.0, picture_size="1080x1920")
    assert [rep.metrics["trunk_change_deg"].value for rep in found.reps] == pytest.approx([65.0] * 2, abs=1.0)


def test_world_landmarks_of_mediapipe_need_no_size(tmp_path: Path) -> None:
    metres = seen_by_mediapipe() * [*np.divide(SIZE_PX, 600), 1.0]
    hips = metres[:, [23, 24], :2].mean(axis=1)
    metres[..., :2] -= hips[:, None]
    path = tmp_path / "world.json"
    path.write_text(
        as_json([{"time": t, "worldLandmarks": [points(row)]} for t, row in zip(LIFT.time_s, metres, strict=True)])
    )
    found = analysis.analyze(path)
    assert values(found, "trunk_change_deg") == pytest.approx([65.0] * 2, abs=1.0)
    assert values(found, "knee_change_deg") == pytest.approx([62.0] * 2, abs=3.0)
    assert found.reps[0].values["bar_displacement_m"].reason is not None, "its metres are those of an average person"


@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1}',
        "[]",
        "[1, 2]",
        "not json",
        '[{"landmarks": [[1]]}]',
        '{"frames": [{"landmarks": [{"x": 1}]}]}',
        '[[{"x": 1, "y": "?"}]]',
        "[" * 100_000,
    ],
    ids=lambda content: content[:20],
)
def test_json_that_holds_no_landmarks_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "lift.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"lift.json: (cannot be read as landmarks|holds no left_hip)"):
        sources.read(path, sources.Hints(30.0, SIZE_PX))


def test_tracks_in_metres_give_the_velocity_of_the_hands(laboratory: Analysis) -> None:
    """The hands hang from the shoulders by the same length all the time, so they rise as the shoulders do."""
    shoulder = lifter.joints(LIFT)["shoulder"][:, 1] * HEIGHT_MM / 1000
    way = laboratory.reps[0].values["bar_displacement_m"]
    assert way.value == pytest.approx(float(np.ptp(shoulder)), rel=0.03)
    assert laboratory.bar is not None
    assert (laboratory.bar.scale, laboratory.bar.by) == ("recorded", "hands")


def as_c3d(path: Path) -> Path:
    pytest.importorskip("ezc3d", reason="extra `c3d` is not installed")
    c3d.write(markers(LIFT), path)
    return path


def as_pixels(path: Path) -> Path:
    """Our own landmarks.csv of a picture."""
    found = picture(LIFT)
    rows = [[t, *(xyz[:, :2] * [600, -600]).ravel()] for t, xyz in zip(LIFT.time_s, found.xyz, strict=True)]
    named = [f"{'left' if name[0] == 'L' else 'right'}_{name[1:].lower()}" for name in found.names]
    path.write_text(table(["time_s", *[f"{name}_{axis}_px" for name in named for axis in "xy"]], rows))
    return path


def as_mediapipe(path: Path) -> Path:
    path.write_text(SHAPES["names in columns" if path.suffix == ".csv" else "object with facts"]()[1])
    return path


FILES: Final[dict[str, Callable[[Path], Path]]] = {
    "trc": lambda folder: write(markers(LIFT), folder / "lift.trc"),
    "mot": sports2d,
    "c3d": lambda folder: as_c3d(folder / "lift.c3d"),
    "csv": lambda folder: as_pixels(folder / "lift.csv"),
    "csv of mediapipe": lambda folder: as_mediapipe(folder / "media.csv"),
}
WITH_A_LENGTH: Final = ("trc", "mot", "c3d")


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("kept", [0.6, 0.99])
def test_a_file_that_is_cut_off_says_so(kind: str, kept: float, tmp_path: Path) -> None:
    path = FILES[kind](tmp_path)
    assert sources.read(path, sources.Hints(30.0, SIZE_PX)).notes == ()
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    (note,) = sources.read(path, sources.Hints(30.0, SIZE_PX)).notes
    read, promised = map(float, note.values)
    assert note.code is Code.ROWS_LOST
    assert promised == (len(LIFT.time_s) if kind in WITH_A_LENGTH else read + 1)
    assert kept - 0.05 < read / len(LIFT.time_s) < 1.0


@pytest.mark.parametrize("kind", ["trc", "mot"])
def test_a_text_that_ends_after_a_row_is_cut_off_if_its_head_promises_more(kind: str, tmp_path: Path) -> None:
    path = FILES[kind](tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-5]))
    assert sources.read(path).notes == (Reason(Code.ROWS_LOST, (len(LIFT.time_s) - 5.0, float(len(LIFT.time_s)))),)


def test_what_is_cut_off_is_in_the_result_or_to_blame(tmp_path: Path) -> None:
    data = write(picture(LIFT), tmp_path / "whole.trc").read_bytes()
    first = tmp_path / "first.trc"
    first.write_bytes(data[: int(0.7 * len(data))])
    result = api.analyze(first)
    assert len(result.reps) >= 1
    (note,) = result.to_dict()["video"]["notes"]
    assert re.fullmatch(r"the file holds only \d+ of the 360 frames that it promises: .*", note)
    first.write_bytes(data[: int(0.1 * len(data))])
    with pytest.raises(InputError, match=r"no repetition was found.*\. But the file holds only 3\d of the 360 frames"):
        api.analyze(first)


def test_json_with_fewer_frames_than_it_says_is_cut_off(tmp_path: Path) -> None:
    data = json.loads(SHAPES["object with facts"]()[1])
    (tmp_path / "lift.json").write_text(json.dumps({"frame_count": 400, **data}))
    notes = sources.read(tmp_path / "lift.json").notes
    assert notes == (Reason(Code.ROWS_LOST, (float(len(LIFT.time_s)), 400.0)),)


@pytest.mark.parametrize("named", ["12.png", 0])
def test_frames_that_are_missing_by_their_numbers_keep_their_time(named: str | int, tmp_path: Path) -> None:
    rows = [{"frame": i, "landmarks": points(row)} for i, row in enumerate(seen_by_mediapipe())]
    path, hints = tmp_path / "lift.json", sources.Hints(30.0, SIZE_PX)
    path.write_text(as_json([row for row in rows if not 100 <= int(cast(int, row["frame"])) < 120]))
    assert sources.read(path, hints).track.time_s[[99, 100]] == pytest.approx([99 / 30, 120 / 30])
    (gap,) = analysis.analyze(path, Asked(rate_hz=30.0, picture_size=SIZE_PX)).video.gaps_s
    assert gap == pytest.approx((99 / 30, 120 / 30))
    path.write_text(as_json([row | {"frame": named} for row in rows[:50]]))  # numbers that say nothing
    assert sources.read(path, hints).track.time_s == pytest.approx(np.arange(50) / 30)


def test_openpose_files_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (2, 3, 10, 11):
        person = {"pose_keypoints_2d": [float(number), 1.0, 1.0] * 25}
        (tmp_path / f"lift_{number}_keypoints.json").write_text(as_json({"people": [person]}))
    found, numbers = openpose_files.read(tmp_path)
    assert numbers.tolist() == [2.0, 3.0, 10.0, 11.0] == found[:, 0, 0].tolist()
    assert tracks.steps(numbers).tolist() == [0.0, 1.0, 8.0, 9.0]
