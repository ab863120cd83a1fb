"""Make page 2 of the clinician's report: definitions, limits, recording, software, rules, errors and sources.

Input: a stored analysis.  Output: text and lists for the template pages.typ, which lays them out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from hingecheck import texts
from hingecheck.history import detectable, error_card
from hingecheck.judgement import criteria, self_report
from hingecheck.records import Measure
from hingecheck.records.stored import Stored
from hingecheck.report import sentences, wording
from hingecheck.report.clinic import printable

CARD_METRICS: Final = ("lumbar_share_trunk", "lumbar_change_deg", "hip_change_deg")
CARD_HEAD: Final = ("Condition", "Clips / reps", *(wording.name(metric) for metric in CARD_METRICS))
MOST_CONDITIONS: Final = 4
MOST_RULES: Final = 16
OWN_CHOICE: Final = re.compile(r"^own choice\b[,:;]?\s*")

DEFINITIONS: Final = (
    (
        "Signs",
        "Degrees, side view. 0 = the lifter's own standing, or what stands for it (see Zero; trunk: upright). Flexion "
        "and forward lean are positive.",
    ),
    ("Lumbar flexion", "Forward turn of the thoraco-lumbar junction minus that of the pelvis (S1 to T12/L1)."),
    ("Hip flexion", "Forward turn of the pelvis plus the thigh's forward pitch."),
    ("Change", "Angle at the start of the pull minus angle at the top."),
    ("Lumbar share", "Lumbar change / (lumbar + pelvis change). Compare it only within one definition."),
    ("Interval", "90 %, for this clip. Errors from clothes and camera view do not average out over repetitions."),
)
LIMITS: Final = (
    "Describes movement; not a diagnosis.",
    "Reads the outline of the body in one video. Shows no muscles, pain, load on the spine or left-right difference.",
    "Errors were measured on rendered lifters with known joints, not on people in a motion laboratory.",
    "Does not measure the absolute posture of the spine, only the change from the lifter's own standing.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What page 2 says about the files.

    `video_check`: whether the video was compared with its stored hash.  `redacted`: whether heads are blurred.
    `file`: the name to show.  `anonymous`: leave out names of the user's own files.  `date_note`: the date, or why it
    is not known.
    """

    video_check: str
    redacted: bool
    file: str
    anonymous: bool
    date_note: str


def page(stored: Stored, facts: Facts) -> dict[str, Any]:
    """All content of page 2 by name: texts and lists of rows."""
    return {
        "definitions": [list(row) for row in DEFINITIONS],
        "recording": [list(row) for row in _recording(stored, facts)],
        "software": [list(row) for row in _software(stored, facts)],
        "rules": [list(row) for row in _rules(stored)],
        "rules_note": _rules_note(stored, facts),
        "card_head": list(CARD_HEAD),
        "card": _card(stored),
        "card_note": f"Error = measured minus true, on rendered lifters, hingecheck {error_card.version()} "
        "(samples/ERRORS.md). The error figures do not account for this lifter's clothes, light or build.",
        "sources": [f"[{number}] {words}" for number, words in sources().items()],
        "references": [[v["what"], v["number"], v["population"], v["source"]] for v in references()],
        "detectable": f"Minimal detectable change (95 %): {detectable.METHOD}. It does not include how much a lifter "
        "varies from day to day.",
        "limits": list(LIMITS),
        "red_flags": list(self_report.RED_FLAGS),
    }


@cache
def references() -> tuple[Mapping[str, str], ...]:
    """Published values with their population and source, from references.toml."""
    return tuple(tomllib.loads(Path(__file__).with_name("references.toml").read_text(encoding="utf-8"))["value"])


@cache
def sources() -> dict[str, str]:
    """The sources of rules, thresholds and published values in full, by their number."""
    path = Path(__file__).with_name("references.toml")
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["source"])


def _rests_on(source: str) -> str:
    """What a limit rests on.  Where the criteria call it their own choice, what that choice rests on."""
    return OWN_CHOICE.sub("", source, count=1) or "no published value; set by hingecheck"


def _recording(stored: Stored, facts: Facts) -> Iterator[tuple[str, str]]:
    video, view = stored.video, stored.view
    rate = "rate not known" if video.rate_hz is None else f"{video.rate_hz:.2f} frames a second"
    yaw = wording.measure("yaw_deg", view.yaw_deg)
    yield "Video", f"{printable.text(facts.file, 80)}, {video.width} × {video.height}, {video.duration_s:.2f} s, {rate}"
    yield "Video's SHA-256", printable.text(video.sha256)
    yield "Video checked", facts.video_check
    too_far = "" if view.assessable else "; too far off the side view"
    yield "View", f"facing {view.facing}; camera angle off the side view {yaw}{too_far} (+ shows more of the back)"
    yield "Gaps", _gaps(stored)
    yield "Zero", printable.text(str(stored.provenance.get("zero", "not recorded")), 160)
    yield "Heads in pictures", "blurred" if facts.redacted else "not blurred by hingecheck"
    yield "Date", facts.date_note


def _gaps(stored: Stored) -> str:
    losses = stored.provenance.get("losses")
    counts = losses if isinstance(losses, dict) else {}
    parts = [f"{stored.video.frames_read} frames read, {stored.video.frames_failed} not decoded"]
    parts += [
        f"{printable.text(name.replace('_', ' '), 40)}: {_short(count)}" for name, count in list(counts.items())[:5]
    ]
    return printable.text("; ".join(parts), 220)


def _software(stored: Stored, facts: Facts) -> Iterator[tuple[str, str]]:
    """Versions and model hashes as the analysis stores them."""
    versions, models = (stored.provenance.get(name) for name in ("versions", "models"))
    if isinstance(versions, dict):
        listed = ", ".join(f"{_short(name)} {_short(version)}" for name, version in versions.items())
        yield "Versions", printable.text(listed, 260)
    for role, model in list(models.items())[:4] if isinstance(models, dict) else ():
        if isinstance(model, dict):
            name = texts.OWN_FILE if facts.anonymous and "." in str(model.get("name")) else model.get("name")
            yield f"Model {_short(role)}", f"{_short(name)}, SHA-256 {printable.text(str(model.get('sha256')), 64)}"
    yield "analysis.json", f"SHA-256 {printable.text(stored.sha256)}"


def _short(value: object) -> str:
    return printable.text(str(value).replace("_", " "), 40)


def _rules(stored: Stored) -> Iterator[tuple[str, str, str, str]]:
    """Title, limit, outcome and source of every rule, then the thresholds of the verdict.

    The thresholds are listed only if the analysis used the criteria of this version.
    """
    known = criteria.load()
    for finding in stored.findings[:MOST_RULES]:
        rule = known.rules.get(finding.rule)
        title = rule.title if rule is not None else finding.rule.replace("_", " ").capitalize()
        limit, value = _limit_and_value(rule, (finding.limit, finding.unit), finding.measure)
        words = sentences.rule(finding)
        outcome = f"{words}: {value}" if finding.measure.known else words
        yield printable.text(title, 40), limit, outcome, printable.text(_rests_on(finding.source), 160)
    if _criteria(stored) == texts.criteria(known.used):
        for name, threshold in known.verdict.items():
            title = f"Verdict: {name.replace('_', ' ')}"
            yield (
                title,
                wording.threshold(threshold.value, threshold.unit),
                "–",
                printable.text(_rests_on(threshold.source), 160),
            )


def _limit_and_value(rule: criteria.Rule | None, limit: tuple[float, str], measure: Measure) -> tuple[str, str]:
    """A rule's limit and measured value as text.  `limit`: number and unit, as stored; used for an unknown rule."""
    number, unit = limit
    if rule is None:
        unit = printable.text(unit, 30)
        return f"limit {wording.threshold(number, unit)}", wording.read_as(unit, measure)
    return f"{rule.side} {wording.limit(rule.metric, number)}", wording.measure(rule.metric, measure)


def _criteria(stored: Stored) -> str:
    return str(stored.provenance.get("criteria", ""))


def _rules_note(stored: Stored, facts: Facts) -> str:
    used = texts.stored_criteria(_criteria(stored))
    if used.own_file and facts.anonymous:
        used = replace(used, own_file=texts.OWN_FILE)
    version = printable.text(texts.criteria(used), 80)
    note = f"Criteria version {version}. Limits between published values are set by hingecheck. [n]: see Sources."
    if _criteria(stored) != texts.criteria(criteria.load().used):
        note += " The thresholds of the verdict are not listed, because this version of hingecheck has others."
    more = len(stored.findings) - MOST_RULES
    return note + (f" {more} more rules are in analysis.json." if more > 0 else "")


def _card(stored: Stored) -> list[list[str]]:
    """Rows of the error card: one for each condition, with the error of each metric of CARD_METRICS."""
    card = error_card.chosen(_conditions(stored), CARD_METRICS)
    names = list(dict.fromkeys(row.condition for row in card))
    names = names if len(names) <= MOST_CONDITIONS else [*names[: MOST_CONDITIONS - 1], names[-1]]
    table = []
    for name in names:
        rows = {row.metric: row for row in card if row.condition == name}
        first = next(iter(rows.values()))
        table.append([name, f"{first.clips} / {first.reps}", *(_error(rows.get(metric)) for metric in CARD_METRICS)])
    return table


def _error(row: error_card.Row | None) -> str:
    if row is None:
        return "not measured"
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
