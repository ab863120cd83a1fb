"""The parts of a report that rest on the lifter's own words: load, soreness, sitting, note, drills, whom to ask.

These can change after the measurement.  So each part stands between two comments in the page, and `retell` replaces
the parts in a finished report.  Nothing that was measured changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from markupsafe import Markup

from hingecheck.records import Advice, SelfReport
from hingecheck.report import sentences
from hingecheck.report.page import template
from hingecheck.results import folder

PARTS: Final = ("load", "flags", "report", "see")
"""The names of the parts, in the order of the page."""


def parts(report: SelfReport, advice: Advice, style: str) -> dict[str, Markup]:
    """Every part of PARTS as HTML, with its comments.  `style`: the style of the lift in words."""
    context = {"load": sentences.load(report.load_kg), "told": _lines(report), "advice": advice, "style": style}
    return {name: Markup(_marked(name, template.fragment("told.html", context | {"part": name}))) for name in PARTS}


def retell(page: Path, made: Mapping[str, Markup]) -> bool:
    """Replace the parts in a finished report.  Raises OSError.

    Returns False, and changes nothing, if the page has no place for them, because an older version wrote it.
    """
    text = page.read_text(encoding="utf-8")
    for name, part in made.items():
        begin, end = text.find(f"<!--told {name}-->"), text.find(f"<!--/told {name}-->")
        if begin < 0 or end < begin:
            return False
        text = text[:begin] + str(part) + text[end + len(f"<!--/told {name}-->") :]
    folder.put(page, text.encode())
    return True


def _marked(name: str, html: str) -> str:
    return f"<!--told {name}-->{html.strip()}<!--/told {name}-->"


def _lines(report: SelfReport) -> list[tuple[str, str]]:
    """The lifter's own words as pairs of label and text."""
    lines = [(f"Soreness, {site.replace('-', ' ')}", f"{value:g} of 10") for site, value in report.soreness.items()]
    for label, value, sign in (
        ("Sitting", report.sitting_hours, " hours a day"),
        ("Load", report.load_kg, " kg"),
        ("Effort (RPE)", report.rpe, " of 10"),
    ):
        if value is not None:
            lines.append((label, f"{value:g}{sign}"))
    return lines + ([("Note", report.note)] if report.note else [])
