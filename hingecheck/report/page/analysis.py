"""Make `report.html`: every measurement of one clip on one page.

Input: the analysis, the key frames, the criteria and optionally the film.  Output: HTML text that needs no other file,
except a film beside it.  The tables have a row for every metric, rule and reason in the analysis, so a new metric
appears without a change here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from hingecheck import texts
from hingecheck.history import error_card
from hingecheck.judgement.criteria import Criteria
from hingecheck.records import Analysis, Reason, RepMetrics, counting, for_readers
from hingecheck.report import missing, sentences, wording
from hingecheck.report.film import keyframes, scene
from hingecheck.report.film.keyframes import KeyFrame
from hingecheck.report.page import bar, plots, series, template, told

STYLES: Final = ("uplot/uPlot.min.css", "page.css")
SCRIPTS: Final = ("uplot/uPlot.iife.min.js", "page.js")
SHARE: Final = "lumbar_share_trunk"
CARD: Final = {
    SHARE: "Lumbar share",
    "lumbar_at_start_deg": "Lumbar flexion at pull start",
    "hip_change_deg": "Hip change",
}
"""Metrics of each repetition in the short table, and their heads.  The full table has all metrics."""

CHARTS: Final = ("Hip, low back and pelvis, degrees", "The other angles, degrees")
"""Titles of the charts, by the number of the chart of a line."""

BANDS: Final = ("hip_led", "mixed", "low_back_led")
"""The patterns in the order of their bands on the scale."""

CARD_METRICS: Final = ("lumbar_change_deg", "hip_change_deg", SHARE)
PICTURE_BYTES: Final = 120_000
LADDER: Final = ((360, 72), (300, 66), (240, 60), (200, 50), (160, 40), (120, 35))
"""Width in pixels and WebP quality of the key frames.  The first pair that keeps all below PICTURE_BYTES is used."""


@dataclass(frozen=True, slots=True)
class Film:
    """The annotated film: the file `name` beside the page, or the base64 text `inside` embedded in the page."""

    name: str
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """What the page shows besides the analysis: key frames, the criteria of the verdict, and the film, if any.

    `left_out`: number of pictures of film and key frames that are not shown, because heads could not be followed.
    """

    frames: Sequence[KeyFrame]
    rules: Criteria
    film: Film | None = None
    left_out: int = 0


def html(analysis: Analysis, extra: Extra) -> str:
    """The page as HTML text."""
    cards, findings = _cards(analysis, extra.frames), _findings(analysis, extra.rules)
    lines = series.data(analysis)
    context: dict[str, object] = {
        "analysis": analysis,
        "told": told.parts(analysis.self_report, analysis.advice, sentences.style(analysis.style)),
        "verdict": _verdict(analysis),
        "main": _main(cards),
        "folded": not analysis.view.assessable,
        "cards": cards,
        "rep_head": [head for name, head in CARD.items() if name in _shown(analysis)],
        "flags": [row for row in findings if row["status"] == "flag"][1:],  # the cue gives the first one as its reason
        "unassessed": [row["title"] for row in findings if not row["measured"]],
        "table": _table(analysis),
        "over_set": _over_set(analysis),
        "findings": findings,
        "bar": bar.context(analysis),
        "coupling": plots.coupling(analysis),
        "trends": plots.trends(analysis),
        "missing": [*missing.lines(analysis), *_left_out(extra.left_out)],
        "errors": _errors(analysis),
        "error_columns": ("bias", "mean abs. error", "95 % limits", "inside 90 % interval", "not measured"),
        "rules": extra.rules,
        "criteria": texts.criteria(analysis.criteria),
        "methods": _methods(analysis),
        "zero": texts.reason(Reason(analysis.spine.zero)),
        "film": extra.film,
        "film_inside": Markup(extra.film.inside) if extra.film else "",
        "data": lines,
        "charts": [(n, title) for n, title in enumerate(CHARTS) if any(line["chart"] == n for line in lines["angles"])],
        "wording": wording,
    }
    return template.render("report.html", context, styles=STYLES, scripts=SCRIPTS)


def _left_out(count: int) -> list[str]:
    """A sentence that says how many pictures are not shown."""
    if not count:
        return []
    pictures = "1 picture is" if count == 1 else f"{count} pictures are"
    return [f"{pictures} left out of film and key frames: a head could not be followed, so a face may be visible."]


def _errors(analysis: Analysis) -> list[dict[str, Any]]:
    """Rows of the error card for the conditions of this clip.  The card holds videos only."""
    if analysis.tracks:
        return []
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
    inside = "–" if row.inside_percent is None else wording.number("lumbar_peak_percent_of_max", row.inside_percent)
    errors = (wording.difference(row.metric, row.bias), wording.size(row.metric, row.mean_abs))
    return (*errors, limits, inside, wording.number("lumbar_peak_percent_of_max", row.unread_percent))


def _verdict(analysis: Analysis) -> dict[str, Any]:
    """The verdict's sentence, and the places of the share and of the limits between the patterns on the scale."""
    verdict, axis = analysis.verdict, plots.Axis(0.0, 1.0, 10, 350)
    share, limits = verdict.share, verdict.bands
    outcome = sentences.outcome(verdict.pattern, measured=share.known)
    return {
        "pattern": verdict.pattern,
        "camera": texts.camera(analysis.view),
        "sentence": sentences.below(outcome, texts.verdict(verdict)),
        "rounding": texts.rounding(verdict),
        "found": "" if share.known else sentences.found(len(analysis.reps)),
        "cue": texts.cue(verdict, analysis.view),
        "surer": texts.surer(verdict, analysis.view),
        "outcome": outcome,
        "bands": _bands(axis, limits),
        "bands_text": sentences.bands(verdict),
        "share_name": wording.name(SHARE),
        "share": wording.measure(SHARE, share),
        "known": share.known,
        "places": [axis.place(value) for value in (share.value, share.low, share.high)] if share.known else [],
        "limits": [(axis.place(value), wording.limit(SHARE, value)) for value in limits],
    }


def _bands(axis: plots.Axis, limits: Sequence[float]) -> list[dict[str, Any]]:
    """The bands of the patterns on the scale: their names, and where each begins and ends."""
    ends = [axis.place(value) for value in (0.0, *limits, 1.0)]
    return [
        {"key": key, "name": sentences.pattern(key), "from": begin, "to": end}
        for key, begin, end in zip(BANDS, ends, ends[1:], strict=False)
    ]


def _main(cards: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The picture beside the answer: the first posture of the first repetition whose pictures are shown."""
    shown = [item for card in cards if card["open"] for item in card["frames"] if item["picture"]]
    return shown[0] if shown else None


def _cards(analysis: Analysis, frames: Sequence[KeyFrame]) -> list[dict[str, Any]]:
    shown = pictures(frames)
    used = [rep.rep.number for rep in analysis.reps if rep.rep.number in analysis.verdict.reps_used]
    counted = counting(analysis.reps)
    whole = [rep.rep.number for rep in counted if np.isfinite(rep.pulled_from_s)]
    open_reps = {(used or whole or [counted[0].rep.number])[0], analysis.most_different}
    return [
        {
            "rep": rep.rep,
            "open": rep.rep.number in open_reps,
            "different": rep.rep.number == analysis.most_different,
            "metrics": _values(rep, _shown(analysis)),
            "frames": [
                {"frame": frame, "picture": shown[index], "seek_s": _seek_s(analysis, frame)}
                for index, frame in enumerate(frames)
                if frame.rep.number == rep.rep.number
            ],
        }
        for rep in analysis.reps
    ]


def _shown(analysis: Analysis) -> list[str]:
    """The metrics of the short table that were measured in any repetition."""
    return [name for name in CARD if any(rep.values[name].known for rep in analysis.reps)]


def _seek_s(analysis: Analysis, frame: KeyFrame) -> float:
    """Time in seconds of the frame in the picture, so that a click on it shows the same frame."""
    if frame.picture is None:
        return frame.time_s
    return float(analysis.angles.time_s[scene.frame_at(analysis, frame.time_s)])


def _values(rep: RepMetrics, names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": wording.name(name),
            "known": rep.values[name].known,
            "text": wording.measure(name, rep.values[name]),
            "reason": texts.reason(rep.values[name].reason),
        }
        for name in names
    ]


def pictures(frames: Sequence[KeyFrame]) -> list[str]:
    """Each key frame as a data URI, "" for an event that did not happen.

    All frames together stay below PICTURE_BYTES, or have the smallest size of LADDER.
    """
    encoded: list[bytes] = []
    for width_px, quality in LADDER:
        encoded = [
            b"" if frame.picture is None else keyframes.webp(frame.picture, width_px, quality) for frame in frames
        ]
        if sum(map(len, encoded)) <= PICTURE_BYTES:
            break
    return [template.data_uri("image/webp", data) if data else "" for data in encoded]


def _table(analysis: Analysis) -> list[dict[str, Any]]:
    """The table of all numbers: one row for each metric that was measured, one cell for each repetition."""
    return [
        {
            "name": wording.name(name),
            "key": name,
            "cells": [_values(rep, [name])[0] for rep in analysis.reps],
        }
        for name in for_readers([rep.values for rep in analysis.reps])
        if any(rep.values[name].known for rep in analysis.reps)
    ]


def _over_set(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {"name": wording.name(name), "text": wording.over_set(name, measure)}
        for name, measure in analysis.over_set.items()
        if measure.known
    ]


def _findings(analysis: Analysis, rules: Criteria) -> list[dict[str, Any]]:
    rows = []
    for finding in analysis.findings:
        rule, word = rules.rules.get(finding.rule), sentences.rule(finding)
        rows.append(
            {
                "title": rule.title if rule else finding.rule.replace("_", " ").capitalize(),
                "rule": finding.rule,
                "status": finding.status,
                "word": word,
                "measured": finding.measure.known,
                "text": "" if word == sentences.SEE_VERDICT else texts.finding(finding),
                "value": wording.measure(rule.metric, finding.measure)
                if rule
                else wording.read_as(finding.unit, finding.measure),
                "limit": f"{rule.side} {wording.limit(rule.metric, finding.limit)}"
                if rule
                else wording.threshold(finding.limit, finding.unit),
                "evidence_s": finding.evidence_s,
            }
        )
    return rows


def _methods(analysis: Analysis) -> list[tuple[str, str]]:
    """Video or tracks, view and provenance as pairs of label and text."""
    lines = [*_recorded(analysis), ("Zero of the angles", texts.reason(Reason(analysis.spine.zero)))]
    provenance = texts.provenance(analysis)
    return lines + [line for name, value in provenance.items() for line in sentences.flat(name, value)]


def _recorded(analysis: Analysis) -> list[tuple[str, str]]:
    """What was recorded, as pairs of label and text."""
    video, view = analysis.video, analysis.view
    pace = f"{video.rate_hz:.1f} frames a second, {video.duration_s:.1f} s"
    if analysis.tracks:
        return [("Tracks", pace), ("SHA-256", video.sha256)]
    yaw = wording.measure("yaw_deg", view.yaw_deg)
    return [
        ("Video", f"{video.width} × {video.height}, {pace}"),
        ("Frames", f"{video.frames_read} read, {video.frames_failed} not decoded"),
        ("Video SHA-256", video.sha256),
        ("View", f"{view.side} side, facing {view.facing}, camera {yaw} off the side view"),
    ]
