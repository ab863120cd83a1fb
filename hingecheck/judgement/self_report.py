"""The lifter's own report: read, checked, and set beside what was measured; never merged into the verdict.

No study shows that the place of soreness tells how a lift was done, and a camera sees no muscle (BIOMECHANICS
section 5).  So both are told, agreement and disagreement alike.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from hingecheck.errors import UsageError
from hingecheck.records import Pattern, SelfReport

SITES: Final = ("low-back", "upper-back", "glutes", "hamstrings", "thighs", "hips", "knees", "calves")
HIP_SITES: Final = ("glutes", "hamstrings")
CLEARLY_MORE: Final = 2.0
"""Points of 10 by which one site must be sorer than another to be called the main one."""

MUCH: Final = 7.0
LIMITS: Final = {
    "sitting_hours": (0.0, 24.0),
    "load_kg": (0.0, 600.0),
    "rpe": (0.0, 10.0),
    "height_cm": (100.0, 250.0),
}
LONGEST_NOTE: Final = 2000

ALARM: Final = re.compile(
    r"numb|saddle|groin|bladder|bowel|incontinen|urin|fever|weight loss|fell\b|fall\b|accident|night|cancer|tumou?r"
    r"|tingl|leg gives way|losing strength|taub|blase|fieber|sturz|krebs",
    re.IGNORECASE,
)
RED_FLAGS: Final = (
    "numbness in the saddle area",
    "new trouble with bladder or bowel",
    "a leg that keeps losing strength",
    "fever or unexplained weight loss together with back pain",
    "pain after a fall",
    "night pain that does not ease",
    "a history of cancer",
)
SEE: Final = "If pain persists, take this report to a clinician or a qualified coach."
SEE_SOON: Final = "Take this report to a clinician, soon if any of these applies, whatever the video shows: "

_WORDS: Final[Mapping[Pattern, str]] = {
    "hip_led": "a pattern consistent with a hip-led lift",
    "mixed": "a pattern consistent with a mixed lift",
    "low_back_led": "a pattern consistent with a low-back-led lift",
    "cannot_tell": "no clear pattern",
}


def parse_soreness(text: str) -> dict[str, float]:
    """`low-back=6,glutes=1` as numbers by site; raises UsageError that names what is wrong."""
    found: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, value = (piece.strip().lower() for piece in part.partition("="))
        if name not in SITES:
            near = difflib.get_close_matches(name, SITES, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"--soreness {part}: no such site", f"{hint}The sites are: {', '.join(SITES)}.")
        score = _number(value)
        if not equals or score is None or not 0.0 <= score <= 10.0:  # nan fails too
            raise UsageError(
                f"--soreness {part}: not a number from 0 to 10", f"Write it like {name}=6 (0 none, 10 worst)."
            )
        found[name] = score
    return found


def checked(report: SelfReport) -> SelfReport:
    """The same report; raises UsageError if a number cannot be meant."""
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
    """Sentences that set the report beside the measured pattern."""
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
    """Whether soreness or note call for the list of red flags."""
    return report.soreness.get("low-back", 0.0) >= MUCH or ALARM.search(report.note) is not None


def _agreement(report: SelfReport, pattern: Pattern) -> str:
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
        f"Soreness mostly in the {where} and the measured pattern do not point the same way. Both are told; "
        "where one is sore does not by itself tell how a lift was done."
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
