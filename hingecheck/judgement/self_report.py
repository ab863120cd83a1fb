"""The lifter's own report: check it and show it beside the measurement.

In: what the lifter reports (soreness, sitting, load, effort, height, a note).  Out: the checked report, and sentences
that show it beside the measured pattern.  It never changes the verdict.  Why: no study shows that the place of soreness
says how a lift was done, and a camera sees no muscle (BIOMECHANICS section 5).  So the report shows both, whether they
agree or not.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from hingecheck.errors import UsageError
from hingecheck.records import Pattern, SelfReport

SITES: Final = ("low-back", "upper-back", "glutes", "hamstrings", "thighs", "hips", "knees", "calves")
"""Parts of the body for which soreness can be given."""

HIP_SITES: Final = ("glutes", "hamstrings")
"""Parts of the body whose soreness fits a hip-led lift."""

CLEARLY_MORE: Final = 2.0
"""Smallest difference, in points of 10, with which the sorer part of the body is called the main one."""

MUCH: Final = 7.0
"""Smallest soreness of the low back, in points of 10, with which the red flags are shown."""

LIMITS: Final = {
    "sitting_hours": (0.0, 24.0),
    "load_kg": (0.0, 600.0),
    "rpe": (0.0, 10.0),
    "height_cm": (100.0, 250.0),
}
"""Smallest and largest value of each number that a person can mean."""

LONGEST_NOTE: Final = 2000
"""Largest number of characters of the note."""

ALARM: Final = re.compile(
    r"numb|saddle|groin|bladder|bowel|incontinen|urin|fever|weight loss|fell\b|fall\b|accident|night|cancer|tumou?r"
    r"|tingl|leg gives way|losing strength|taub|blase|fieber|sturz|krebs",
    re.IGNORECASE,
)
"""Words in the note, English or German, with which the red flags are shown."""

RED_FLAGS: Final = (
    "numbness in the saddle area",
    "new trouble with bladder or bowel",
    "a leg that keeps losing strength",
    "fever or unexplained weight loss together with back pain",
    "pain after a fall",
    "night pain that does not ease",
    "a history of cancer",
)
"""Signs with which a person should see a clinician soon, whatever the lift looks like (BIOMECHANICS section 5)."""

SEE: Final = "If pain persists, take this report to a clinician or a qualified coach."
"""Whom to ask, always."""

SEE_SOON: Final = "Take this report to a clinician, soon if any of these applies, whatever the video shows: "
"""Whom to ask if the red flags are shown; they follow."""

_WORDS: Final[Mapping[Pattern, str]] = {
    "hip_led": "a pattern consistent with a hip-led lift",
    "mixed": "a pattern consistent with a mixed lift",
    "low_back_led": "a pattern consistent with a low-back-led lift",
    "cannot_tell": "no clear pattern",
}
"""Each pattern as what the video shows."""


def parse_soreness(text: str) -> dict[str, float]:
    """Soreness by part of the body, 0 to 10, from text like `low-back=6,glutes=1`.

    Raises UsageError for an unknown part of the body and for a number out of range.
    """
    soreness: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, value = (piece.strip().lower() for piece in part.partition("="))
        if name not in SITES:
            near = difflib.get_close_matches(name, SITES, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"--soreness {part}: unknown part of the body", f"{hint}Use one of: {', '.join(SITES)}.")
        score = _number(value)
        if not equals or score is None or not 0.0 <= score <= 10.0:  # nan fails too
            raise UsageError(
                f"--soreness {part}: not a number from 0 to 10", f"Write it like {name}=6 (0 none, 10 worst)."
            )
        soreness[name] = score
    return soreness


def checked(report: SelfReport) -> SelfReport:
    """The report unchanged.  Raises UsageError if a number is out of range or the note is too long."""
    for name, (low, high) in LIMITS.items():
        value = getattr(report, name)
        if value is not None and not low <= value <= high:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} {value:g}: out of range", f"Give a number from {low:g} to {high:g}.")
    parse_soreness(",".join(f"{site}={score}" for site, score in report.soreness.items()))
    if len(report.note) > LONGEST_NOTE:
        raise UsageError(f"--note: longer than {LONGEST_NOTE} characters", "Shorten the note.")
    return report


def beside(report: SelfReport, pattern: Pattern) -> tuple[str, ...]:
    """Sentences that show the report beside the measured pattern."""
    lines = []
    if report.soreness:
        scores = ", ".join(f"{site.replace('-', ' ')} {score:g}" for site, score in report.soreness.items())
        lines.append(f"You reported soreness (0 to 10): {scores}; the video shows {_WORDS[pattern]}.")
        lines.append(_agreement(report, pattern))
    if report.sitting_hours is not None:
        lines.append(
            f"You reported {report.sitting_hours:g} hours of sitting a day. "
            "A camera cannot see muscle activity; this is kept as context."
        )
    return tuple(lines)


def alarming(report: SelfReport) -> bool:
    """True if soreness or note call for the list of red flags."""
    return report.soreness.get("low-back", 0.0) >= MUCH or ALARM.search(report.note) is not None


def _agreement(report: SelfReport, pattern: Pattern) -> str:
    """A sentence that says whether the main place of soreness fits the measured pattern."""
    back = report.soreness.get("low-back", 0.0)
    hips = max((report.soreness.get(site, 0.0) for site in HIP_SITES), default=0.0)
    if abs(back - hips) < CLEARLY_MORE:
        return "The soreness has no clear main site, so the two cannot be compared."
    if pattern == "cannot_tell":
        return "The video neither agrees nor disagrees with that."
    where = "low back" if back > hips else "glutes and hamstrings"
    expected: dict[Pattern, bool] = {"low_back_led": back > hips, "hip_led": hips > back}
    if pattern not in expected:
        return f"Soreness mostly in the {where} neither agrees nor disagrees with a mixed lift."
    if expected[pattern]:
        return f"Soreness mostly in the {where} and the measured pattern point the same way; neither proves the other."
    return (
        f"Soreness mostly in the {where} and the measured pattern do not point the same way. Both are shown, "
        "because the place of soreness alone does not show how a lift was done."
    )


def _number(text: str) -> float | None:
    """The number that a text holds; None if it holds none."""
    try:
        return float(text)
    except ValueError:
        return None
