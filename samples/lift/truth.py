"""Exact angles and events of a set, for the truth file.

Input: body, plan and the lifter at every frame. Output: the tables that the error card and the tests read.

Thigh, shank and trunk angles come from the joint centres. Pelvis and spine angles come from the bones' rotations. All
lie in the lifter's own sagittal plane. Thigh, shank, pelvis and spine are 0 in the lifter's own standing.
`trunk_lean_deg` and `trunk_thigh_deg` are measured from the vertical.
"""

from itertools import compress
from typing import Any

import numpy as np

from samples.lift.performance import Instant
from samples.lift.timeline import PlannedRep, SetPlan
from samples.lifter.body import Array, Body
from samples.lifter.posture import Posture, pose
from samples.lifter.skeleton import Posed
from samples.spec import FROM_THE_TOP, NO_LIFT, ClipSpec

EVENT_RISE_M = 0.01  # the contract's limit for lift-off, lockout and end
BAR = ((0, "bar_forward_m"), (1, "bar_height_m"))
EVENTS = ("start_s", "liftoff_s", "lockout_s", "end_s")
CHANGES = (
    ("lumbar", "lumbar_flexion_deg"),
    ("pelvis", "pelvis_tilt_deg"),
    ("hip", "hip_flexion_deg"),
    ("knee", "knee_flexion_deg"),
)


def raw_angles(body: Body, posed: Posed) -> dict[str, float]:
    """Return the pitch from the vertical of shank, thigh and trunk, and the bones' rotation from rest, degrees."""
    forward = posed.rotations[body.bone("root")][:, 1]
    ahead = np.cross(forward, [0.0, 0.0, 1.0])  # pelvis' left axis x vertical = the lifter's forward
    places = {name: _middle(body, posed, name) for name in ("upperarm01", "upperleg01", "lowerleg01", "foot")}

    def lean(low: str, high: str) -> float:
        along = places[high] - places[low]
        return float(np.degrees(np.arctan2(along @ ahead, along[2])))

    bones = {name: _bone_pitch(body, posed, ahead, name) for name in ("root", "spine02", "spine01")}
    return {
        "shank": lean("foot", "lowerleg01"),
        "thigh": -lean("lowerleg01", "upperleg01"),
        "trunk": lean("upperleg01", "upperarm01"),
        "pelvis": bones["root"],
        "lumbar": bones["spine02"] - bones["root"],
        "thoracic": bones["spine01"] - bones["spine02"],
    }


def _middle(body: Body, posed: Posed, name: str) -> Array:
    """Midpoint of the left and right joint."""
    middle: Array = 0.5 * (posed.joints[body.bone(f"{name}.L")] + posed.joints[body.bone(f"{name}.R")])
    return middle


def _bone_pitch(body: Body, posed: Posed, ahead: Array, name: str) -> float:
    """Forward pitch of a bone in the lifter's sagittal plane, degrees."""
    up = posed.rotations[body.bone(name)][:, 2]
    return float(np.degrees(np.arctan2(up @ ahead, up[2])))


def frame_angles(body: Body, plan: SetPlan, instants: list[Instant]) -> dict[str, list[float]]:
    """Return one column per angle and one value per frame, zeroed on the lifter's standing."""
    zero = raw_angles(body, pose(body, plan.stance, Posture(), plan.bar_rest_m))
    rows = [_row(raw_angles(body, instant.posed), zero) for instant in instants]
    columns = {"time_s": [round(instant.time_s, 4) for instant in instants]}
    columns |= {name: [round(row[name], 3) for row in rows] for name in (rows[0] if rows else {})}
    places = {name: [round(float(instant.bar_m[axis]), 4) for instant in instants] for axis, name in BAR}
    return columns | places


def _row(raw: dict[str, float], zero: dict[str, float]) -> dict[str, float]:
    """The angles of one frame."""
    from_standing = {name: raw[name] - zero[name] for name in raw}
    return {
        "trunk_lean_deg": raw["trunk"],
        "trunk_thigh_deg": raw["trunk"] + raw["thigh"],
        "knee_flexion_deg": from_standing["thigh"] + from_standing["shank"],
        "hip_flexion_deg": from_standing["pelvis"] + from_standing["thigh"],
        "pelvis_tilt_deg": from_standing["pelvis"],
        "lumbar_flexion_deg": from_standing["lumbar"],
        "thoracic_flexion_deg": from_standing["thoracic"],
        "thigh_deg": from_standing["thigh"],
        "shank_deg": from_standing["shank"],
    }


def rep_truth(plan: SetPlan, frames: dict[str, list[float]], style: str) -> list[dict[str, Any]]:
    """Return events and changes of every repetition."""
    reps = [_rep(number, rep, frames, style) for number, rep in enumerate(plan.reps, start=1)]
    return [_recorded(rep, plan.duration_s) for rep in reps]


def _recorded(rep: dict[str, Any], duration_s: float) -> dict[str, Any]:
    """Limit a repetition to the recording: events outside it become null.

    It is complete if its start, lift-off and lockout are recorded. `cut` says at which end the recording cuts it.
    """
    inside = {name: rep[name] is not None and 0.0 <= rep[name] <= duration_s for name in EVENTS}
    recorded_events = {name: rep[name] if inside[name] else None for name in EVENTS}
    lifted = inside["start_s"] and inside["liftoff_s"] and inside["lockout_s"]
    starts_before = any(rep[name] is not None and rep[name] < 0.0 for name in EVENTS)
    ends_after = any(rep[name] is not None and rep[name] > duration_s for name in EVENTS)
    cut = "start" if starts_before else "end" if ends_after else ""
    return rep | recorded_events | {"complete": rep["complete"] and lifted} | ({"cut": cut} if cut else {})


def _rep(number: int, rep: PlannedRep, frames: dict[str, list[float]], style: str) -> dict[str, Any]:
    """One repetition: events, changes between planned lift-off and lockout, shares, and changes at the events."""
    times = np.array(frames["time_s"])
    events = _events(rep, times, np.array(frames["bar_height_m"]), style)
    changes = {}
    for name, column in CHANGES:
        values = np.array(frames[column])
        at_both = np.interp([rep.liftoff_s, rep.lockout_s], times, values)
        changes[f"{name}_change_deg"] = round(float(at_both[0] - at_both[1]), 3)
    lumbar, pelvis, hip = (changes[f"{name}_change_deg"] for name in ("lumbar", "pelvis", "hip"))
    planned = {name: getattr(rep, name) for name in ("start_s", "liftoff_s", "lockout_s", "end_s")}
    shares = {"lumbar_share_trunk": lumbar / (lumbar + pelvis), "lumbar_share_thigh": lumbar / (lumbar + hip)}
    ends = np.array([events["liftoff_s"], events["lockout_s"]], dtype=float)
    at_events = {
        f"{name}_change_deg": round(float(-np.diff(np.interp(ends, times, frames[column]))[0]), 3)
        for name, column in CHANGES
    }
    return {
        "number": number,
        **events,
        "complete": rep.complete,
        **changes,
        **shares,
        "planned": planned,
        "at_events": at_events,
    }


def _events(rep: PlannedRep, times: Array, bar: Array, style: str) -> dict[str, float | None]:
    """Events of a repetition, by the bar's height.

    Lift-off: the bar has risen 1 cm. Lockout: the bar is within 1 cm of its top. End: the bar is back within 1 cm of
    the floor, or None if it is not put down.
    """
    top = np.interp(rep.lockout_s, times, bar)
    lockout = _first(times, (times > rep.liftoff_s) & (bar >= top - EVENT_RISE_M), rep.lockout_s)
    if style in FROM_THE_TOP:
        liftoff = _first(times, times >= rep.liftoff_s, rep.liftoff_s)
        return {"start_s": rep.start_s, "liftoff_s": liftoff, "lockout_s": lockout, "end_s": lockout}
    floor = np.interp([rep.liftoff_s, rep.end_s], times, bar)
    risen = (times >= rep.liftoff_s) & (bar >= floor[0] + EVENT_RISE_M)
    liftoff = _first(times, risen, rep.liftoff_s)
    low = _first(times, (times > rep.lockout_s) & (bar <= floor[1] + EVENT_RISE_M), rep.end_s)
    end = low if rep.put_down else None
    return {"start_s": liftoff, "liftoff_s": liftoff, "lockout_s": lockout, "end_s": end}


def _first(times: Array, which: Any, otherwise: float) -> float:
    """First of the times that fulfil a condition; `otherwise` if there is none."""
    matching = times[which]
    return round(float(matching[0]) if len(matching) else otherwise, 3)


def clip_truth(spec: ClipSpec, body: Body, plan: SetPlan, instants: list[Instant]) -> dict[str, Any]:
    """Return everything in the truth file except the spec."""
    frames = frame_angles(body, plan, instants)
    reps = rep_truth(plan, frames, spec.lift.style)
    rate, count = spec.video.rate_hz, int(plan.duration_s * spec.video.rate_hz)
    shown = [0 <= round(time * rate) < count for time in frames["time_s"]]
    frames = {name: list(compress(values, shown)) for name, values in frames.items()}
    if not spec.scene.lifter:
        frames = {"time_s": frames["time_s"]}
    head = {
        "name": spec.name,
        "style": spec.lift.style,
        "movement": movement(spec),
        "pattern": spec.lift.pattern,
        "yaw_deg": spec.camera.yaw_deg,
        "facing": spec.camera.facing,
    }
    return head | {"reps": reps, "frames": frames}


def movement(spec: ClipSpec) -> str:
    """Return the movement's name in the analyzer's terms.

    `rdl` is "romanian". A kettlebell lift is "kettlebell". A clip without a repetition is "none".
    """
    if spec.lift.style in NO_LIFT or not spec.lift.reps or not spec.scene.lifter:
        return "none"
    if spec.bar.load == "kettlebell" and spec.lift.style not in FROM_THE_TOP:
        return "kettlebell"
    return "romanian" if spec.lift.style == "rdl" else spec.lift.style
