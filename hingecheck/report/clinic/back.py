"""Page 2 of the clinician's report: how the numbers came about, how far they are off, what they are not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from hingecheck.history import detectable, error_card
from hingecheck.judgement import criteria, self_report
from hingecheck.records import Measure
from hingecheck.records.stored import Stored
from hingecheck.report import wording
from hingecheck.report.clinic import printable

CARD_METRICS: Final = ("lumbar_share_trunk", "lumbar_change_deg", "hip_change_deg")
CARD_HEAD: Final = ("Condition", "Clips / reps", *(wording.name(metric) for metric in CARD_METRICS))
MOST_CONDITIONS: Final = 4
MOST_RULES: Final = 16

DEFINITIONS: Final = (
    ("Signs", "Degrees; 0 = the lifter's own standing (trunk: upright); flexion and forward lean positive; side view."),
    ("Lumbar flexion", "Forward turn of the thoraco-lumbar junction less that of the pelvis (S1 to T12/L1)."),
    ("Hip flexion", "Forward turn of the pelvis plus the thigh's forward pitch."),
    ("Change", "The position the lifter pulls from less the position at the top."),
    ("Lumbar share", "Lumbar change / (lumbar + pelvis change). Compare it only within one definition."),
    ("Interval", "90 %, for the clip as filmed; the error of clothes and view does not average out over repetitions."),
)
LIMITS: Final = (
    "Describes movement; not a diagnosis.",
    "It reads the body's outline in one video: no muscles, no pain, no load on the spine, no left against right.",
    "It was measured against rendered lifters whose joints are known, not against people in a motion laboratory.",
    "Absolute posture of the spine is not measured, only the change from the lifter's own standing.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What page 2 says of the files: how the video was checked, whether heads are blurred, whose names are left out."""

    video_check: str
    redacted: bool
    file: str
    anonymous: bool
    date_note: str


def page(stored: Stored, facts: Facts) -> dict[str, Any]:
    """Everything that page 2 shows, as text, numbers and lists."""
    return {
        "definitions": [list(row) for row in DEFINITIONS],
        "recording": [list(row) for row in _recording(stored, facts)],
        "software": [list(row) for row in _software(stored, facts)],
        "rules": [list(row) for row in _rules(stored)],
        "rules_note": _rules_note(stored, facts),
        "card_head": list(CARD_HEAD),
        "card": _card(stored),
        "card_note": f"Error = measured less true, on rendered lifters, hingecheck {error_card.version()} "
        "(samples/ERRORS.md). Clothes, light and build of this clip are not known and not chosen for.",
        "references": [[v["what"], v["number"], v["population"], v["source"]] for v in references()],
        "detectable": f"Minimal detectable change (95 %): {detectable.METHOD}. How much a lifter varies from day to "
        "day is not in it.",
        "limits": list(LIMITS),
        "red_flags": list(self_report.RED_FLAGS),
    }


@cache
def references() -> tuple[Mapping[str, str], ...]:
    """Published values with their population."""
    return tuple(tomllib.loads(Path(__file__).with_name("references.toml").read_text(encoding="utf-8"))["value"])


def _recording(stored: Stored, facts: Facts) -> Iterator[tuple[str, str]]:
    video, view = stored.video, stored.view
    rate = "rate not known" if video.rate_hz is None else f"{video.rate_hz:.2f} frames a second"
    yaw = wording.measure("yaw_deg", view.yaw_deg)
    yield "Video", f"{printable.text(facts.file, 80)}, {video.width} × {video.height}, {video.duration_s:.2f} s, {rate}"
    yield "Video's SHA-256", printable.text(video.sha256)
    yield "Is it this video?", facts.video_check
    view_words = "" if view.assessable else "; too far off the side view"
    yield "View", f"facing {view.facing}; camera off the side view {yaw}{view_words} (+ sees more of the back)"
    yield "Gaps", _gaps(stored)
    yield "Zero", printable.text(str(stored.provenance.get("zero", "not told")), 120)
    yield "Heads in pictures", "blurred" if facts.redacted else "not blurred by hingecheck"
    yield "Date", facts.date_note


def _gaps(stored: Stored) -> str:
    losses = stored.provenance.get("losses")
    told = losses if isinstance(losses, dict) else {}
    parts = [f"{stored.video.frames_read} frames read, {stored.video.frames_failed} not decoded"]
    parts += [
        f"{printable.text(name.replace('_', ' '), 40)}: {_short(count)}" for name, count in list(told.items())[:5]
    ]
    return printable.text("; ".join(parts), 220)


def _software(stored: Stored, facts: Facts) -> Iterator[tuple[str, str]]:
    """Versions and model hashes as the analysis holds them."""
    versions, models = (stored.provenance.get(name) for name in ("versions", "models"))
    if isinstance(versions, dict):
        listed = ", ".join(f"{_short(name)} {_short(of)}" for name, of in versions.items())
        yield "Versions", printable.text(listed, 260)
    for role, model in list(models.items())[:4] if isinstance(models, dict) else ():
        if isinstance(model, dict):
            name = (
                "a file of the user's own" if facts.anonymous and "." in str(model.get("name")) else model.get("name")
            )
            yield f"Model {_short(role)}", f"{_short(name)}, SHA-256 {printable.text(str(model.get('sha256')), 64)}"
    yield "analysis.json", f"SHA-256 {printable.text(stored.sha256)}"


def _short(value: object) -> str:
    return printable.text(str(value).replace("_", " "), 40)


def _rules(stored: Stored) -> Iterator[tuple[str, str, str, str]]:
    """Title, limit, outcome and source of every rule; the verdict's thresholds where they are those of this version."""
    known = criteria.load()
    words = {"ok": "not flagged", "flag": "flagged", "not_assessed": "not assessed"}
    for finding in stored.findings[:MOST_RULES]:
        rule = known.rules.get(finding.rule)
        title = rule.title if rule is not None else finding.rule.replace("_", " ").capitalize()
        limit, read = _looked_at(rule, (finding.limit, finding.unit), finding.measure)
        outcome = f"{words[finding.status]}: {read}" if finding.measure.known else words[finding.status]
        yield printable.text(title, 40), limit, outcome, printable.text(finding.source, 110)
    if _plain_version(stored) == known.version:
        for name, threshold in known.verdict.items():
            title = f"Verdict: {name.replace('_', ' ')}"
            yield title, wording.threshold(threshold.value, threshold.unit), "–", printable.text(threshold.source, 110)


def _looked_at(rule: criteria.Rule | None, limit: tuple[float, str], found: Measure) -> tuple[str, str]:
    """A rule's limit and what it looked at; by the unit beside the limit if the rule is not known."""
    value, unit = limit
    if rule is None:
        unit = printable.text(unit, 30)
        return f"limit {wording.threshold(value, unit)}", wording.read_as(unit, found)
    return f"{rule.side} {wording.limit(rule.metric, value)}", wording.measure(rule.metric, found)


def _plain_version(stored: Stored) -> str:
    return str(stored.provenance.get("criteria", ""))


def _rules_note(stored: Stored, facts: Facts) -> str:
    version = _plain_version(stored)
    if " with " in version and facts.anonymous:
        version = version.split(" with ", maxsplit=1)[0] + " with a file of the user's own"
    note = f"Criteria version {printable.text(version, 80)}. Numbers in brackets: the sources in hingecheck's README."
    if _plain_version(stored) != criteria.load().version:
        note += " The verdict's own thresholds are not listed: they are not those of this version of hingecheck."
    more = len(stored.findings) - MOST_RULES
    return note + (f" {more} more rules are in analysis.json." if more > 0 else "")


def _card(stored: Stored) -> list[list[str]]:
    """A row a condition: error of each metric with its limits and the share of intervals that held the truth."""
    found = error_card.chosen(_conditions(stored), CARD_METRICS)
    names = list(dict.fromkeys(row.condition for row in found))
    names = names if len(names) <= MOST_CONDITIONS else [*names[: MOST_CONDITIONS - 1], names[-1]]
    table = []
    for name in names:
        rows = {row.metric: row for row in found if row.condition == name}
        first = next(iter(rows.values()))
        table.append([name, f"{first.clips} / {first.reps}", *(_error(rows.get(metric)) for metric in CARD_METRICS)])
    return table


def _error(row: error_card.Row | None) -> str:
    if row is None:
        return "not read"
    limits = "–"
    if row.limits_low is not None and row.limits_high is not None:
        limits = wording.span(row.metric, row.limits_low, row.limits_high)
    inside = "–" if row.inside_percent is None else f"{row.inside_percent:.0f} %"
    return f"{wording.size(row.metric, row.mean_abs)}; {limits}; {inside}"


def _conditions(stored: Stored) -> error_card.Clip:
    video, yaw = stored.video, stored.view.yaw_deg
    return error_card.Clip(
        yaw_deg=yaw.value if yaw.known else None,
        styles=sorted({rep.style for rep in stored.reps}),
        rate_hz=video.rate_hz,
        shorter_side_px=min(video.width, video.height),
        facing=stored.view.facing,
    )
