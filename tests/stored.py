"""A result folder as an analysis writes it, made from given numbers without a measurement."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
import math
from pathlib import Path
from typing import Any

RATE_HZ, SET_UP_S, REP_S = 20.0, 2.0, 4.0
METRICS = {
    "lumbar_share_trunk": (0.25, 0.08),
    "lumbar_change_deg": (18.0, 7.0),
    "pelvis_change_deg": (54.0, 6.0),
    "hip_change_deg": (110.0, 7.0),
    "knee_change_deg": (65.0, 6.0),
    "concentric_s": (1.0, 0.1),
    "bar_path_m": (0.5, 0.02),
}


def measure(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def rep(number: int, *, complete: bool = True, style: str = "floor") -> dict[str, Any]:
    start_s = SET_UP_S + (number - 1) * REP_S
    events = {"start_s": 0.15, "onset_s": 0.0, "liftoff_s": 0.15, "knee_pass_s": 0.6, "lockout_s": 1.1, "top_s": 1.3}
    events |= {"lowering_s": 2.0, "end_s": 3.0}
    times: dict[str, float | None] = {name: round(start_s + s, 4) for name, s in events.items()}
    if not complete:
        times |= {"lockout_s": None, "top_s": None}
    metrics: dict[str, Any] = {name: measure(value + number, half) for name, (value, half) in METRICS.items()}
    metrics["lumbar_share_trunk"] = measure(0.25, 0.08)
    metrics["thoracic_change_deg"] = None
    return {
        "number": number,
        "style": style,
        **times,
        "complete": complete,
        "metrics": metrics,
        "reasons": {"thoracic_change_deg": "the upper back is covered"},
        "notes": [],
    }


SELF_REPORT = {"soreness": {"low-back": 6.0}, "sitting_hours": 9.0, "load_kg": 120.0, "rpe": 8.0, "note": "ok"}
PROVENANCE = {
    "versions": {"hingecheck": "0.1.0"},
    "models": {"pose": {"name": "full", "sha256": "a" * 64}},
    "criteria": "2026-11",
    "own_clips": {"standing": None, "max_bend": None},
    "zero": "own standing",
    "losses": {"frames_filled": 0},
}


def document(reps: int = 2, *, video_sha256: str = "0" * 64, **own: Any) -> dict[str, Any]:
    """A document with `reps` repetitions; `own` replaces whole keys."""
    duration_s = SET_UP_S + reps * REP_S + 1.0
    made = {
        "schema": "hingecheck/analysis/1",
        "video": {
            **{"file": "jane_doe.mp4", "sha256": video_sha256, "width": 540, "height": 960, "duration_s": duration_s},
            **{"frames_read": round(duration_s * RATE_HZ), "frames_failed": 0, "rotation_deg": 0, "rate_hz": RATE_HZ},
        },
        "view": {"side": "right", "facing": "right", "yaw_deg": measure(2.0, 5.0), "assessable": True, "reasons": []},
        "style": {"name": "trap_bar", "confidence": 0.8, "given": True},
        "reps": [rep(number) for number in range(1, reps + 1)],
        "verdict": {
            "pattern": "hip_led",
            "lumbar_share_trunk": measure(0.25, 0.08),
            "reasons": [],
            "reps_used": list(range(1, reps + 1)),
            "sentence": "The pattern is consistent with a hip-led lift.",
            "cue": "Keep this.",
        },
        "findings": [
            finding("low_back_led", "ok", 0.55),
            finding("hips_shoot_up", "flag", 5.0),
            finding("new_rule", "ok", 1),
        ],
        "set": {"metrics": {"drift": None}, "reasons": {"drift": "a drift needs 3 repetitions"}},
        "self_report": SELF_REPORT,
        "advice": {"context": ["You reported soreness."], "drills": [], "see": "See a clinician.", "red_flags": []},
        "provenance": PROVENANCE,
    }
    return copy.deepcopy(made | own)


def finding(rule: str, status: str, limit: float) -> dict[str, Any]:
    """The finding of a rule."""
    fields = {"rule": rule, "status": status, "limit": limit, "unit": "deg", "reps": [1], "evidence_s": [2.0, 3.0]}
    return fields | measure(1.0, 0.5) | {"text": f"About {rule}.", "source": "own choice"}


def write(folder: Path, made: dict[str, Any] | None = None, *, video: bytes | None = None) -> Path:
    """Write `analysis.json`, its `angles.csv` and `keyframes.png`, and the video if given; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)
    content = made or document()
    if video is not None:
        content["video"]["sha256"] = hashlib.sha256(video).hexdigest()
        (folder / content["video"]["file"]).write_bytes(video)
    import cv2  # imported here because the stand-in's workers use this file and have little memory
    import numpy as np

    (folder / "analysis.json").write_text(json.dumps(content), encoding="utf-8")
    _angles(folder / "angles.csv", content["video"]["frames_read"])
    cv2.imwrite(str(folder / "keyframes.png"), np.full((100 * len(content["reps"]), 300, 3), 200, np.uint8))
    return folder / "analysis.json"


def _angles(path: Path, frames: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        angles = ("trunk_lean", "hip_flexion", "lumbar_flexion")
        names = (*angles, "lumbar_low", "lumbar_high", "hip_flexion_low", "hip_flexion_high")
        rows.writerow(["time_s", *(f"{name}_deg" for name in names)])
        for index in range(frames):
            bent = math.sin(math.pi * index / frames) ** 2
            lumbar = ("", "", "") if index % 37 == 5 else tuple(f"{18 * bent + off:.2f}" for off in (0, -5, 5))
            hip = tuple(f"{110 * bent + off:.2f}" for off in (-9, 9))
            rows.writerow([f"{index / RATE_HZ:.4f}", f"{70 * bent:.2f}", f"{110 * bent:.2f}", *lumbar, *hip])
