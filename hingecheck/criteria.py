"""Every threshold with its unit, source and rationale, read from `criteria.toml`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hingecheck.errors import UnknownRule


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of the verdict, and where it comes from."""

    value: float
    unit: str
    source: str
    rationale: str
    population: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the metric it looks at, its limit and its sentences."""

    title: str
    metric: str
    limit: float
    unit: str
    source: str
    rationale: str
    population: str
    flag: str
    ok: str
    cue: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """All thresholds of one version."""

    version: str
    verdict: Mapping[str, Threshold]
    rules: Mapping[str, Rule]

    def rule(self, name: str) -> Rule:
        """The rule of that name; raises UnknownRule with the nearest name."""
        if name in self.rules:
            return self.rules[name]
        near = difflib.get_close_matches(name, self.rules, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UnknownRule(f"{name}: no such rule", f"{hint}The rules are: {', '.join(self.rules)}.")


def load() -> Criteria:
    """The criteria that travel with the package."""
    tables = tomllib.loads((Path(__file__).parent / "criteria.toml").read_text(encoding="utf-8"))
    return Criteria(
        version=tables["version"],
        verdict={name: Threshold(**table) for name, table in tables["verdict"].items()},
        rules={name: Rule(**table) for name, table in tables["rule"].items()},
    )
