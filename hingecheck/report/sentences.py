"""Patterns, groups, styles and changes in words, the same in the terminal, the tables and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hingecheck import texts
from hingecheck.history.trends import HEADLINE, Change
from hingecheck.records import LiftStyle
from hingecheck.report import wording

PATTERNS: Final = {
    "hip_led": "hip-led",
    "mixed": "mixed",
    "low_back_led": "low-back-led",
    "cannot_tell": "cannot tell",
}
GROUPS: Final = {
    "low_back_led": "low-back-led",
    "changed": "changed",
    "not_measured": "not measured",
    "other": "the rest",
}


def pattern(key: str) -> str:
    """A pattern in words."""
    return PATTERNS.get(key, key.replace("_", " "))


def outcome(key: str) -> str:
    """What a clip shows, as a title."""
    return "This clip cannot tell" if key == "cannot_tell" else pattern(key).capitalize()


def change(told: Change, metric: str = HEADLINE) -> str:
    """What can be said of a clip against the days before it."""
    if told.status == "not_told":
        return f"not compared: {texts.reason(told.reason)}"
    days = "one earlier day" if told.days == 1 else f"the mean of {told.days} earlier days"
    how = ", load taken into account" if told.adjusted else ""
    by = f"{wording.difference(metric, told.difference)} against {days}{how}"
    word = "changed" if told.status == "changed" else "not beyond error"
    return f"{word}: {by} (detectable from {limit(told, metric)})"


def limit(told: Change, metric: str = HEADLINE) -> str:
    """From where on a change can be told, and what this rests on."""
    basis = "error card and own repeats" if told.own_repeats else "error card; no repeats of one day yet"
    return f"{wording.size(metric, told.detectable)}: {basis}"


def style(told: LiftStyle) -> str:
    """The style of the set, and whose word it is."""
    words = told.name.replace("_", " ")
    if told.given:
        return f"{words} (as given)"
    if told.name == "not_sure":
        return "not sure (the movement fits several)"
    return f"{words} (read off the movement, {told.confidence:.0%})"


def sentence(text: str) -> str:
    """Words with a capital first letter and a full stop."""
    stripped = text.strip()
    if not stripped:
        return ""
    return stripped[0].upper() + stripped[1:] + ("" if stripped[-1] in ".!?" else ".")


def flat(name: str, value: object) -> list[tuple[str, str]]:
    """A named value of the provenance as lines of name and text, whatever it holds."""
    label = name.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        return [(f"{label}: {key}", text) for inner, item in value.items() for key, text in _inner(str(inner), item)]
    return [(label, "none" if value is None else str(value))]


def _inner(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(f"{name.replace('_', ' ')} {key}", str(item)) for key, item in value.items()]
    return [(name.replace("_", " "), "none" if value is None else str(value))]
