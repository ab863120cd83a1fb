"""Put patterns, groups, styles and changes into words.  The terminal, the tables and the pages all use these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hingecheck import quantities, texts
from hingecheck.history.trends import HEADLINE, Change
from hingecheck.records import LOW_BACK_RULE, Finding, LiftStyle, Verdict
from hingecheck.records.comparison import Comparison, Difference
from hingecheck.records.stored import StoredFinding
from hingecheck.report import wording

PATTERNS: Final = {
    "hip_led": "hip-led",
    "mixed": "mixed",
    "low_back_led": "low-back-led",
    "cannot_tell": "too close to call",
}
GROUPS: Final = {
    "low_back_led": "low-back-led",
    "changed": "changed",
    "not_measured": "not measured",
    "other": "other",
}
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


SUREST: Final = 0.99
"""Largest probability of a style that is said: nothing seen in a picture is 100 % sure."""

SEE_VERDICT: Final = "see the verdict"
"""Outcome of the rule about the verdict's own number near its limit: the verdict weighs both sides."""


def pattern(key: str) -> str:
    """The readable name of a pattern.  `key` is one of PATTERNS; an unknown key keeps its own words."""
    return PATTERNS.get(key, key.replace("_", " "))


def outcome(key: str, *, measured: bool = True) -> str:
    """The pattern of a clip as a title; `measured`: whether its share is."""
    if key == "cannot_tell":
        return "Too close to call" if measured else "Not measured"
    return f"{pattern(key).capitalize()} lift"


def found(count: int) -> str:
    """How many repetitions were found: for a clip in which nothing else of them may be measured."""
    return "Found: 1 repetition." if count == 1 else f"Found: {count} repetitions."


def below(title: str, words: str) -> str:
    """A sentence that stands below a title, without the title at its beginning."""
    return sentence(words.removeprefix(f"{title}: "))


def bands(verdict: Verdict) -> str:
    """What the bands of the patterns are; "" if the limits between them are not known."""
    limits = [wording.limit(HEADLINE, value) for value in verdict.bands]
    if len(limits) != 2:
        return ""
    return f"below {limits[0]} hip-led, {limits[0]} to {limits[1]} mixed, above {limits[1]} low-back-led"


def rule(finding: Finding | StoredFinding) -> str:
    """The outcome of a rule in one or two words."""
    if finding.status == "flag":
        return "flagged"
    measure = finding.measure
    if measure.known and measure.low < finding.limit < measure.high:
        return SEE_VERDICT if finding.rule == LOW_BACK_RULE else "too close to call"
    return {"ok": "ok", "not_assessed": "not assessed"}.get(finding.status, finding.status.replace("_", " "))


def day(date: str, beside: str = "") -> str:
    """A date as people say it: "1 March 2026"; without the year if it is that of the date `beside`; "" without one."""
    if not date:
        return ""
    year, month, number = date.split("-")
    words = f"{int(number)} {MONTHS[int(month) - 1]}"
    return words if year == beside[:4] else f"{words} {year}"


def load(load_kg: float | None) -> str:
    """A load with its unit; "" if it is not known."""
    return "" if load_kg is None else f"{load_kg:g} kg"


def direction(clip: Change, date: str, metric: str = HEADLINE) -> str:
    """Where a clip of the day `date` stands against the athlete's earlier days, or why it is not compared.

    A share that fell is called better, because the low back does less of the work.
    """
    if clip.status == "not_told":
        return f"not compared: {texts.reason(clip.reason)}"
    before, now = (wording.number(metric, value) for value in (clip.expected, clip.expected + clip.difference))
    if clip.status == "within":
        return f"no clear change {_since(clip, date)}: {before} → {now}, within the measurement error"
    rises = clip.difference > 0
    word = ("worse" if rises else "better") if metric == HEADLINE else "higher" if rises else "lower"
    return f"{word} than {_than(clip, date)}: {before} → {now}, more than the measurement error"


def _than(clip: Change, date: str) -> str:
    """What a changed clip is compared with."""
    if clip.adjusted:
        return "expected at this load"
    return f"on {day(clip.since, date)}" if clip.days == 1 else f"the mean of {clip.days} earlier days"


def _since(clip: Change, date: str) -> str:
    """What a clip that has not changed is compared with."""
    if clip.adjusted:
        return "from the value expected at this load"
    return f"since {day(clip.since, date)}" if clip.days == 1 else f"from the mean of {clip.days} earlier days"


def change(clip: Change, date: str, metric: str = HEADLINE) -> str:
    """The direction of a clip, and the smallest change that exceeds the error."""
    words = direction(clip, date, metric)
    return words if clip.status == "not_told" else f"{words} ({limit(clip, metric)})"


def limit(clip: Change, metric: str = HEADLINE) -> str:
    """The smallest change that exceeds the measurement error, and the data that this limit comes from."""
    basis = "the error card and the athlete's own repeats" if clip.own_repeats else "the error card alone"
    return f"{wording.size(metric, clip.detectable)}, from {basis}"


COMPARED: Final = (
    *("lumbar_share_trunk", "lumbar_at_start_deg", "lumbar_change_deg", "hip_change_deg", "knee_change_deg"),
    *("early_trunk_drop_deg", "concentric_s"),
)
"""Metrics that the sentence about two repetitions may name, the most important first."""


def in_front(pair: Comparison) -> list[Difference]:
    """What differs by more than measurement error among COMPARED, in their order."""
    clear = [item for item in pair.differences if item.clear and item.name in COMPARED]
    return sorted(clear, key=lambda item: COMPARED.index(item.name))


def comparison(pair: Comparison, names: Sequence[str] = ("A", "B")) -> str:
    """What differs between two repetitions by more than measurement error.  `names`: of the first and the second."""
    clear = in_front(pair)
    if not clear:
        return "Nothing that was measured differs by more than the measurement error."
    named = (f"{wording.name(item.name)} {wording.differing(item.name, item.difference)}" for item in clear)
    return f"{names[1]} differs from {names[0]} by more than the measurement error: {'; '.join(named)}."


def remarks(pair: Comparison, names: Sequence[str] = ("A", "B")) -> list[str]:
    """What else may make two repetitions differ: other versions of hingecheck, or another style of lift."""
    sides = (pair.first, pair.second)
    versions = [side.stored.version or "unknown" for side in sides]
    lines = []
    if versions[0] != versions[1]:
        lines.append(f"{names[0]} was measured by hingecheck {versions[0]}, {names[1]} by {versions[1]}.")
    styles = [lift.name.replace("_", " ") for side in sides if (lift := side.stored.style) and lift.name != "not_sure"]
    if len(styles) < 2:
        styles = [lift_type(side.rep.style) for side in sides]
    if styles[0] != styles[1]:
        lines.append(f"The styles differ: {names[0]} {styles[0]}, {names[1]} {styles[1]}.")
    return [*lines, "Part of a difference may come from that."] if lines else []


def lift_type(key: str) -> str:
    """How a repetition begins, in words.  An unknown key keeps its own words."""
    return {"floor": "from the floor", "romanian": "Romanian", "pick_up": "picked up"}.get(key, key.replace("_", " "))


def style(lift: LiftStyle) -> str:
    """The style of the set, and whether the user gave it or the movement showed it."""
    words = lift.name.replace("_", " ")
    if lift.given:
        return f"{words} (as given)"
    if lift.name == "not_sure":
        return "not sure (the movement fits several styles)" if lift.confidence else "not sure (it does not show)"
    return f"{words} (recognized from the movement, {quantities.percent(min(lift.confidence, SUREST))} sure)"


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop; "" for no text."""
    stripped = text.strip()
    if not stripped:
        return ""
    return stripped[0].upper() + stripped[1:] + ("" if stripped[-1] in ".!?" else ".")


def flat(name: str, value: object) -> list[tuple[str, str]]:
    """An entry of the provenance as pairs of label and text.  `value` is plain or a mapping, up to two levels deep."""
    label = name.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        return [(f"{label}: {key}", text) for inner, item in value.items() for key, text in _inner(str(inner), item)]
    return [(label, "none" if value is None else str(value))]


def _inner(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(f"{name.replace('_', ' ')} {key}", str(item)) for key, item in value.items()]
    return [(name.replace("_", " "), "none" if value is None else str(value))]
