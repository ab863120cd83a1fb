"""Every threshold with its unit, source and rationale, read from `criteria.toml`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingecheck.errors import UnknownRule, UsageError
from hingecheck.records import CriteriaUsed

_FORM = "Write TOML like criteria.toml, for example [rule.hips_shoot_up] and below it limit = 7.0."


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
    """One rule: the metric it looks at, its limit, which side of it is flagged and how surely, and its sentences.

    `decide`: "probability" flags where the true value lies beyond the limit with the verdict's support, "interval"
    only where the whole interval does.
    """

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
    side: str = "above"
    decide: str = "probability"

    def __post_init__(self) -> None:
        for name, known in (("side", ("above", "below")), ("decide", ("probability", "interval"))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {' or '.join(known)}, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class Criteria:
    """All thresholds of one version, and which one it is."""

    used: CriteriaUsed
    verdict: Mapping[str, Threshold]
    rules: Mapping[str, Rule]

    def rule(self, name: str) -> Rule:
        """The rule of that name; raises UnknownRule with the nearest name."""
        if name in self.rules:
            return self.rules[name]
        near = difflib.get_close_matches(name, self.rules, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UnknownRule(f"{name}: no such rule", f"{hint}The rules are: {', '.join(self.rules)}.")


def load(overlay: Path | None = None) -> Criteria:
    """The criteria that travel with the package, with the numbers of another file laid over them.

    Raises UsageError if that file cannot be read or names what does not exist.
    """
    tables = tomllib.loads((Path(__file__).parent / "criteria.toml").read_text(encoding="utf-8"))
    if overlay is not None:
        _lay_over(tables, _read(overlay), str(overlay))
    return Criteria(
        used=CriteriaUsed(tables["version"], "" if overlay is None else overlay.name),
        verdict={name: Threshold(**table) for name, table in tables["verdict"].items()},
        rules={name: Rule(**table) for name, table in tables["rule"].items()},
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such criteria file", "Check the path after --criteria.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: is no criteria file ({error})", _FORM) from error


def _lay_over(below: dict[str, Any], above: Mapping[str, Any], place: str) -> None:
    """Replace values in place; a key that is not there already, or a value of another kind, is refused."""
    for name, value in above.items():
        if name not in below:
            near = difflib.get_close_matches(name, below, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"{place}: {name} is no known key", f"{hint}Known here: {', '.join(below)}.")
        old = below[name]
        if isinstance(old, dict) and isinstance(value, dict):
            _lay_over(old, value, f"{place}: {name}")
        elif isinstance(old, (int, float)) and isinstance(value, (int, float)) and not isinstance(value, bool):
            below[name] = float(value)
        elif isinstance(old, str) and isinstance(value, str) and name != "metric":
            below[name] = value
        else:
            raise UsageError(f"{place}: {name} cannot be {value!r}", _FORM)
