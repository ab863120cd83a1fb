"""The thresholds of the verdict and of the rules, each with its unit, source and rationale.

In: `criteria.toml`, and a file of the user's own thresholds if there is one.  Out: `Criteria` (`load`).
"""

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
"""How to write a file of thresholds."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold of the verdict, with its unit and where it comes from."""

    value: float
    unit: str
    source: str
    rationale: str
    population: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it compares a metric with a limit.

    `side`: which side of the limit is flagged.  `decide`: "probability" flags if the true value lies beyond the limit
    with at least the probability `flag_support`; "interval" flags if the whole interval lies beyond it.  `flag`, `ok`
    and `cue`: the sentences for a flag and for no flag, and what to do about a flag.
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
        for name, allowed in (("side", ("above", "below")), ("decide", ("probability", "interval"))):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be {' or '.join(allowed)}, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class Criteria:
    """All thresholds, and which version and file they come from (`used`)."""

    used: CriteriaUsed
    verdict: Mapping[str, Threshold]
    rules: Mapping[str, Rule]

    def rule(self, name: str) -> Rule:
        """The rule with that name.  Raises UnknownRule, which suggests the most similar name."""
        if name in self.rules:
            return self.rules[name]
        known = [*self.rules, *(f"verdict.{limit}" for limit in self.verdict)]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UnknownRule(f"{name}: no such rule or limit", f"{hint}There are: {', '.join(known)}.")


def load(overlay: Path | None = None) -> Criteria:
    """The criteria of the package; values in the file `overlay` replace theirs.

    Raises UsageError if that file cannot be read, or holds a key or a value that does not fit.
    """
    tables = tomllib.loads((Path(__file__).parent / "criteria.toml").read_text(encoding="utf-8"))
    if overlay is not None:
        _replace(tables, _read(overlay), str(overlay))
    return Criteria(
        used=CriteriaUsed(tables["version"], "" if overlay is None else overlay.name),
        verdict={name: Threshold(**table) for name, table in tables["verdict"].items()},
        rules={name: Rule(**table) for name, table in tables["rule"].items()},
    )


def _read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.  Raises UsageError if it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such criteria file", "Check the path after --criteria.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not a criteria file ({error})", _FORM) from error


def _replace(table: dict[str, Any], new: Mapping[str, Any], place: str) -> None:
    """Replace values of `table` by those of `new`; `place` says where an error is.

    Raises UsageError for an unknown key, for a value of another type, and for another metric: a limit belongs to its
    metric.
    """
    for name, value in new.items():
        if name not in table:
            near = difflib.get_close_matches(name, table, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"{place}: {name} is not a known key", f"{hint}The keys here are: {', '.join(table)}.")
        old = table[name]
        if isinstance(old, dict) and isinstance(value, dict):
            _replace(old, value, f"{place}: {name}")
        elif isinstance(old, (int, float)) and isinstance(value, (int, float)) and not isinstance(value, bool):
            table[name] = float(value)
        elif isinstance(old, str) and isinstance(value, str) and name != "metric":
            table[name] = value
        else:
            raise UsageError(f"{place}: {name} cannot be {value!r}", _FORM)
