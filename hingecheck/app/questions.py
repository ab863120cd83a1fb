"""What a person says about a clip on the page: checked once here, trusted afterwards.

The page sends text.  `changed` takes the answers as they are and the new texts, and gives the new answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from hingecheck import names
from hingecheck.errors import UsageError
from hingecheck.judgement import self_report
from hingecheck.judgement import style as styles
from hingecheck.records import SelfReport
from hingecheck.video import wishes

NUMBERS: Final = ("load_kg", "rpe", "sitting_hours", "height_cm")
"""Answers that are numbers."""

TEXTS: Final = ("athlete", "date", "note", "style", "person", "standing", "redact")
"""Answers that are texts."""

SORENESS: Final = "soreness "
"""What the field of a part of the body begins with."""

LABELS: Final = {
    "load_kg": "Load",
    "rpe": "Effort (RPE)",
    "sitting_hours": "Sitting",
    "height_cm": "Height",
}
"""The names of the numbers on the page."""

_ID: Final = re.compile("[0-9a-z][0-9a-z-]{0,79}")


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said about a clip; empty where nothing is.

    `person`: who of several people is the lifter.  `standing`: the id of the clip of the lifter's standing.  `redact`:
    blur the faces in pictures and film.
    """

    athlete: str = ""
    date: str = ""
    report: SelfReport = field(default_factory=SelfReport)
    style: str = styles.AUTO
    person: str = "auto"
    standing: str = ""
    redact: bool = False


def changed(before: Answers, said: Mapping[str, object]) -> Answers:
    """The answers with the new texts in `said`; an empty text takes an answer back.

    Raises UsageError for an unknown field and for a text that cannot be the answer.
    """
    soreness = dict(before.report.soreness)
    now, report = before, before.report
    for name, value in said.items():
        text = "" if value is None else str(value).strip()
        if name.startswith(SORENESS):
            soreness.pop(name.removeprefix(SORENESS), None)
            soreness |= self_report.parse_soreness(f"{name.removeprefix(SORENESS)}={text}") if text else {}
        elif name in NUMBERS:
            report = replace(report, **{name: _number(name, text)})  # type: ignore[arg-type]
        elif name in TEXTS:
            now, report = _text(name, text, now, report)
        else:
            raise UsageError(f"{names.shown(name)}: there is no such question", "Reload the page.")
    return replace(now, report=_checked(replace(report, soreness=soreness)))


def _text(name: str, text: str, now: Answers, report: SelfReport) -> tuple[Answers, SelfReport]:
    """The answers and the report with one new text; raises UsageError."""
    if name == "note":
        return now, replace(report, note=text.replace("\r\n", "\n"))
    values: dict[str, object] = {name: text}
    if name == "athlete":
        if len(text) > names.LONGEST_SHOWN:
            raise UsageError(f"Athlete: longer than {names.LONGEST_SHOWN} characters", "Shorten the name.")
        values = {"athlete": names.shown(text)}
    elif name == "date":
        values = {"date": _date(text)}
    elif name == "style":
        values = {"style": styles.parse(text or styles.AUTO) or styles.AUTO}
    elif name == "person":
        wishes.person(text or "auto")
        values = {"person": text or "auto"}
    elif name == "standing" and text and not is_id(text):
        raise UsageError("the standing clip is not known", "Reload the page, then choose it again.")
    elif name == "redact":
        values = {"redact": text.lower() in ("true", "on", "1")}
    return replace(now, **values), report  # type: ignore[arg-type]


def _date(text: str) -> str:
    """The date as YYYY-MM-DD; "" for no text; raises UsageError."""
    date = names.date_of(text)
    if text and not date:
        raise UsageError(f"{names.shown(text)}: is not a valid date", "Write it like 2026-03-01.")
    return date


def _number(name: str, text: str) -> float | None:
    """The number in a text, with "." or "," as decimal sign; None for no text; raises UsageError."""
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise UsageError(
            f"{LABELS[name]}: {names.shown(text)} is not a number", "Write it like 120 or 82.5."
        ) from error
    low, high = self_report.LIMITS[name]
    if not low <= value <= high:
        raise UsageError(f"{LABELS[name]}: {value:g} is out of range", f"Give a number from {low:g} to {high:g}.")
    return value


def _checked(report: SelfReport) -> SelfReport:
    """The report; raises UsageError in the words of the page."""
    if len(report.note) > self_report.LONGEST_NOTE:
        raise UsageError(f"Note: longer than {self_report.LONGEST_NOTE} characters", "Shorten the note.")
    return self_report.checked(report)


def is_id(text: str) -> bool:
    """True if a text may be the id of a clip."""
    return _ID.fullmatch(text) is not None


def measures_anew(before: Answers, now: Answers, lift_type: str) -> bool:
    """True if the measurement rests on what has changed.

    `lift_type`: the type of the lift that was measured.  A style of this type is only a name.
    """
    if before.style != now.style:
        named = styles.parse(now.style)
        if named is None or styles.LIFT_TYPES[named] != lift_type:
            return True
    return _measured(before) != _measured(now)


def _measured(answers: Answers) -> tuple[object, ...]:
    """What a measurement rests on, beside the style."""
    return answers.person, answers.standing, answers.redact, answers.report.height_cm


def flat(answers: Answers) -> dict[str, object]:
    """The answers as the fields of the page."""
    report = answers.report
    plain = {name: getattr(answers, name) for name in TEXTS if name != "note"}
    numbers = {name: getattr(report, name) for name in NUMBERS}
    sore = {f"{SORENESS}{site}": report.soreness.get(site) for site in self_report.SITES}
    return plain | {"note": report.note} | numbers | sore


def as_text(answers: Answers) -> str:
    """The answers as JSON, to be stored."""
    return json.dumps(asdict(answers), ensure_ascii=True)


def from_text(text: str) -> Answers:
    """The answers that were stored."""
    content: dict[str, Any] = json.loads(text)
    return Answers(**content | {"report": SelfReport(**content["report"])})
