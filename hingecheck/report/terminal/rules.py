"""Print rules and thresholds with their reasons and sources, for `hingecheck explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hingecheck import texts
from hingecheck.judgement.criteria import Criteria, Rule, Threshold
from hingecheck.report import wording


def show(criteria: Criteria, wanted: tuple[Mapping[str, Rule], Mapping[str, Threshold]], console: Console) -> None:
    """Print each rule and each limit of the verdict of `wanted`."""
    rules, limits = wanted
    console.print(Text(f"Criteria version {texts.criteria(criteria.used)}", style="dim"))
    for name, rule in rules.items():
        _block(console, (f"{name}: ", rule.title), _limit(rule), rule)
    for name, threshold in limits.items():
        _block(console, (f"verdict.{name}",), wording.threshold(threshold.value, threshold.unit), threshold)
    console.print()
    console.print(
        Text("Numbers in square brackets: see the documentation's page Sources (docs/sources.md).", style="dim")
    )


def _limit(rule: Rule) -> str:
    return f"{wording.name(rule.metric)} ({rule.metric}) {rule.side} {wording.limit(rule.metric, rule.limit)}"


def _block(console: Console, title: Sequence[str], limit: str, entry: object) -> None:
    """Print a rule or a limit.  `title`: its name, and what it is called in reports."""
    console.print()
    console.print(Text.assemble(*((part, "bold") for part in title)))
    fields = {"limit": limit} | {
        label: str(getattr(entry, name))
        for label, name in (("why", "rationale"), ("source", "source"), ("population", "population"))
    }
    for label, value in fields.items():
        console.print(Padding(Text.assemble((f"{label}: ", "dim"), value), (0, 0, 0, 2)))
