"""`report.html`: everything that was measured of a clip, as one page that needs nothing but itself.

What is shown comes from the records as they are: tables have a row for whatever metric, rule or reason there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from hingecheck.history import error_card
from hingecheck.judgement.criteria import Criteria
from hingecheck.records import Analysis, RepMetrics, listed
from hingecheck.report import sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.film.keyframes import KeyFrame
from hingecheck.report.page import plots, series, template

STYLES: Final = ("uplot/uPlot.min.css", "page.css")
SCRIPTS: Final = ("uplot/uPlot.iife.min.js", "page.js")
SHARE: Final = "lumbar_share_trunk"
CARD: Final = ("hip_change_deg", "knee_change_deg", "lumbar_change_deg", SHARE, "concentric_s")
"""What a repetition's card shows first; the full table has everything."""

CARD_METRICS: Final = ("lumbar_change_deg", "hip_change_deg", SHARE)
PICTURE_BYTES: Final = 120_000
LADDER: Final = ((360, 72), (300, 66), (240, 60), (200, 50), (160, 40), (120, 35))
"""Width and quality of the key frames: the first with which all of them stay below PICTURE_BYTES."""

STATUS: Final = {"flag": "flag", "ok": "ok", "not_assessed": "not assessed"}


@dataclass(frozen=True, slots=True)
class Film:
    """The annotated film: beside the page under `name`, or, as base64, inside it."""

    name: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a page shows beside the analysis: key frames, the film if there is one, the thresholds judged by."""

    frames: Sequence[KeyFrame]
    rules: Criteria
    film: Film | None = None


def html(analysis: Analysis, extra: Extra) -> str:
    """The page."""
    context: dict[str, object] = {
        "analysis": analysis,
        "verdict": _verdict(analysis, extra.rules),
        "cards": _cards(analysis, extra.frames),
        "table": _table(analysis),
        "over_set": _over_set(analysis),
        "findings": _findings(analysis, extra.rules),
        "coupling": plots.coupling(analysis),
        "trends": plots.trends(analysis),
        "missing": missing(analysis),
        "self_report": _self_report(analysis),
        "errors": _errors(analysis),
        "error_columns": ("bias", "mean abs. error", "95 % limits", "inside 90 % interval", "unread"),
        "rules": extra.rules,
        "methods": _methods(analysis),
        "film": extra.film,
        "film_inside": Markup(extra.film.inside) if extra.film else "",
        "data": series.data(analysis),
        "wording": wording,
        "sentences": sentences,
    }
    return template.render("report.html", context, styles=STYLES, scripts=SCRIPTS)


def missing(analysis: Analysis) -> list[str]:
    """What was not measured and why, as sentences: metrics first, then stretches of the clip, then remarks."""
    return [*_missing_metrics(analysis), *_missing_frames(analysis), *_remarks(analysis)]


def _missing_metrics(analysis: Analysis) -> list[str]:
    found: dict[str, dict[str, list[int]]] = {}
    for rep in analysis.reps:
        for metric in listed([each.values for each in analysis.reps]):
            reason = rep.values[metric].reason
            if reason:
                found.setdefault(reason, {}).setdefault(wording.name(metric), []).append(rep.rep.number)
    lines = [_reason_line(reason, names, len(analysis.reps)) for reason, names in found.items()]
    over_set = {measure.reason for measure in analysis.over_set.values() if measure.reason}
    return lines + [f"Over the set: {sentences.sentence(reason)}" for reason in sorted(over_set)]


def _reason_line(reason: str, names: Mapping[str, Sequence[int]], count: int) -> str:
    reps = sorted({number for numbers in names.values() for number in numbers})
    where = "every repetition" if len(reps) == count else f"repetition {', '.join(map(str, reps))}"
    what = ", ".join(list(names)[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{sentences.sentence(reason)} Not measured in {where}: {what}."


def _missing_frames(analysis: Analysis) -> list[str]:
    """A line a reason and number of frames, with the angles it holds for."""
    found: dict[tuple[str, int], list[str]] = {}
    for name, angle in series.angles(analysis):
        for reason, count in Counter(filter(None, angle.reason.tolist())).most_common():
            found.setdefault((reason, count), []).append(wording.name(name))
    frames = max(len(analysis.angles.time_s), 1)
    return [
        f"{sentences.sentence(reason)} Unknown in {count} frames ({count / frames:.0%}): {', '.join(names)}."
        for (reason, count), names in found.items()
    ]


def _remarks(analysis: Analysis) -> list[str]:
    notes = dict.fromkeys(note for rep in analysis.reps for note in rep.notes)
    lines = [sentences.sentence(note) for note in (*notes, *analysis.view.reasons, *analysis.verdict.reasons)]
    if analysis.video.frames_failed:
        lines.append(f"{analysis.video.frames_failed} frames of the video could not be decoded.")
    filled = int(analysis.pose.filled.any(axis=1).sum())
    if filled:
        lines.append(f"In {filled} frames some points of the body were not seen and were filled from their neighbours.")
    return lines


def _errors(analysis: Analysis) -> list[dict[str, Any]]:
    """The error card's rows for the clip's conditions."""
    yaw, video = analysis.view.yaw_deg, analysis.video
    clip = error_card.Clip(
        yaw_deg=yaw.value if yaw.known else None,
        styles=sorted({rep.rep.style for rep in analysis.reps}),
        rate_hz=video.rate_hz,
        shorter_side_px=min(video.width, video.height),
        facing=analysis.view.facing,
    )
    return [
        {"condition": row.condition, "clips": row.clips, "metric": wording.name(row.metric), "cells": _cells(row)}
        for row in error_card.chosen(clip, CARD_METRICS)
    ]


def _cells(row: error_card.Row) -> tuple[str, ...]:
    limits = "–"
    if row.limits_low is not None and row.limits_high is not None:
        limits = wording.span(row.metric, row.limits_low, row.limits_high)
    inside = "–" if row.inside_percent is None else f"{row.inside_percent:.0f} %"
    ends = (wording.difference(row.metric, row.bias), wording.size(row.metric, row.mean_abs))
    return (*ends, limits, inside, f"{row.unread_percent:.0f} %")


def _verdict(analysis: Analysis, rules: Criteria) -> dict[str, Any]:
    """The sentence and the share on its scale; the bands' limits come from the thresholds that were judged by."""
    verdict, axis = analysis.verdict, plots.Axis(0.0, 1.0, 10, 350)
    share = verdict.share
    limits = [rules.verdict[name].value for name in ("hip_led_below", "low_back_led_above") if name in rules.verdict]
    return {
        "pattern": verdict.pattern,
        "outcome": sentences.pattern(verdict.pattern),
        "share_name": wording.name(SHARE),
        "share": wording.measure(SHARE, share),
        "known": share.known,
        "places": [axis.place(value) for value in (share.value, share.low, share.high)] if share.known else [],
        "limits": [(axis.place(value), wording.limit(SHARE, value)) for value in limits],
    }


def _cards(analysis: Analysis, frames: Sequence[KeyFrame]) -> list[dict[str, Any]]:
    shown = pictures(frames)
    return [
        {
            "rep": rep.rep,
            "notes": [sentences.sentence(note) for note in rep.notes],
            "different": rep.rep.number == analysis.most_different,
            "metrics": _told(rep, CARD),
            "frames": [
                {"frame": frame, "picture": shown[index], "seek_s": _seek_s(analysis, frame)}
                for index, frame in enumerate(frames)
                if frame.rep.number == rep.rep.number
            ],
        }
        for rep in analysis.reps
    ]


def _seek_s(analysis: Analysis, frame: KeyFrame) -> float:
    """Time of the very frame that is pictured."""
    if frame.picture is None:
        return frame.time_s
    return float(analysis.angles.time_s[keyframes.frame_at(analysis, frame.time_s)])


def _told(rep: RepMetrics, names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": wording.name(name),
            "known": rep.values[name].known,
            "text": wording.measure(name, rep.values[name]),
            "reason": rep.values[name].reason,
        }
        for name in names
    ]


def pictures(frames: Sequence[KeyFrame]) -> list[str]:
    """Each key frame as an address that holds it, "" for what did not happen; all together of limited size."""
    shown: list[bytes] = []
    for width_px, quality in LADDER:
        shown = [b"" if frame.picture is None else keyframes.webp(frame.picture, width_px, quality) for frame in frames]
        if sum(map(len, shown)) <= PICTURE_BYTES:
            break
    return [template.data_uri("image/webp", data) if data else "" for data in shown]


def _table(analysis: Analysis) -> list[dict[str, Any]]:
    """A row a metric, a cell a repetition."""
    return [
        {
            "name": wording.name(name),
            "key": name,
            "cells": [_told(rep, [name])[0] for rep in analysis.reps],
        }
        for name in listed([rep.values for rep in analysis.reps])
    ]


def _over_set(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {"name": wording.name(name), "text": wording.measure(name, measure), "reason": measure.reason}
        for name, measure in analysis.over_set.items()
    ]


def _findings(analysis: Analysis, rules: Criteria) -> list[dict[str, Any]]:
    found = []
    for finding in analysis.findings:
        rule = rules.rules.get(finding.rule)
        found.append(
            {
                "title": rule.title if rule else finding.rule.replace("_", " ").capitalize(),
                "rule": finding.rule,
                "status": finding.status,
                "word": STATUS.get(finding.status, finding.status.replace("_", " ")),
                "text": finding.text,
                "value": wording.measure(rule.metric, finding.measure)
                if rule
                else wording.read_as(finding.unit, finding.measure),
                "reason": finding.measure.reason,
                "limit": f"{rule.side} {wording.limit(rule.metric, finding.limit)}"
                if rule
                else wording.threshold(finding.limit, finding.unit),
                "unit": finding.unit,
                "reps": ", ".join(map(str, finding.reps)),
                "evidence_s": finding.evidence_s,
                "source": finding.source,
            }
        )
    return found


def _self_report(analysis: Analysis) -> list[tuple[str, str]]:
    report = analysis.self_report
    lines = [(f"Soreness, {site.replace('-', ' ')}", f"{value:g} of 10") for site, value in report.soreness.items()]
    for label, value, sign in (
        ("Sitting", report.sitting_hours, " hours a day"),
        ("Load", report.load_kg, " kg"),
        ("Effort (RPE)", report.rpe, " of 10"),
    ):
        if value is not None:
            lines.append((label, f"{value:g}{sign}"))
    return lines + ([("Note", report.note)] if report.note else [])


def _methods(analysis: Analysis) -> list[tuple[str, str]]:
    """Video, view and provenance as lines of name and text, whatever they hold."""
    video = analysis.video
    yaw = wording.measure("yaw_deg", analysis.view.yaw_deg)
    lines = [
        ("Video", f"{video.width} × {video.height}, {video.rate_hz:.1f} frames a second, {video.duration_s:.1f} s"),
        ("Frames", f"{video.frames_read} read, {video.frames_failed} not decoded"),
        ("Video SHA-256", video.sha256),
        ("View", f"{analysis.view.side} side, facing {analysis.view.facing}, yaw {yaw}"),
        ("Zero of the angles", analysis.spine.zero),
    ]
    return lines + [line for name, value in analysis.provenance.items() for line in sentences.flat(name, value)]
