"""Read a ClipSpec from a TOML file.

Every key is checked. An unknown key or a wrong value raises SpecError. The message names the key and what is allowed.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from samples.errors import SpecError
from samples.spec import LOADS_OF, USUAL_LOADS, ClipSpec

Record = TypeVar("Record")


def read_spec(path: Path) -> ClipSpec:
    """Read one spec file; the file's stem is the clip's name unless the file sets `name`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: not TOML: {error}") from error
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from error
    return parse_spec({"name": path.stem} | table)


def parse_spec(table: Mapping[str, Any]) -> ClipSpec:
    """Build and check a spec from nested tables."""
    spec = _record(ClipSpec, table, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", spec.name):
        raise SpecError(f"name = {spec.name!r}: allowed are letters, digits, '_' and '-'")
    for key in ("missed", "half", "regrips", "resets"):
        numbers = getattr(spec.lift, key)
        if any(not 1 <= number <= spec.lift.reps for number in numbers):
            raise SpecError(f"lift.{key} = {list(numbers)}: allowed are 1 to lift.reps = {spec.lift.reps}")
    loads = LOADS_OF.get(spec.lift.style, USUAL_LOADS)
    if spec.bar.load not in loads:
        allowed = ", ".join(map(repr, loads))
        raise SpecError(f"bar.load = {spec.bar.load!r}: allowed with lift.style = {spec.lift.style!r} are {allowed}")
    return spec


def _record(kind: type[Record], table: Mapping[str, Any], prefix: str) -> Record:
    """Build one dataclass from a table; `prefix` is the dotted path for messages."""
    known_fields = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known_fields:
            raise SpecError(_unknown(prefix + key, key, list(known_fields)))
    hints = get_type_hints(kind)
    values = {key: _value(hints[key], known_fields[key], value, prefix + key) for key, value in table.items()}
    return kind(**values)


def _unknown(full: str, key: str, allowed: list[str]) -> str:
    """Error text for an unknown key, with the nearest known one."""
    near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {full!r}{hint} Allowed here: {', '.join(allowed)}"


def _value(hint: Any, item: Field[Any], value: Any, key: str) -> Any:
    """Check and convert one value by the field's type."""
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise SpecError(f"{key} must be a table")
        return _record(hint, value, key + ".")
    if get_origin(hint) is Literal:
        return _choice(get_args(hint), value, key)
    if get_origin(hint) is tuple:
        return tuple(_typed(int, entry, key) for entry in value)
    return _bounded(item, _typed(hint, value, key), key)


def _choice(allowed: tuple[Any, ...], value: Any, key: str) -> Any:
    """Return the value if it is one of the choices."""
    if value not in allowed:
        raise SpecError(f"{key} = {value!r}: allowed are {', '.join(map(repr, allowed))}")
    return value


def _typed(kind: type, value: Any, key: str) -> Any:
    """Return the value if it has the type; an int is accepted as a float."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SpecError(f"{key} = {value!r}: must be of type {kind.__name__}")
    return value


def _bounded(item: Field[Any], value: Any, key: str) -> Any:
    """Check the field's limits: range, evenness or colour format."""
    limits = item.metadata
    if "low" in limits and not limits["low"] <= value <= limits["high"]:
        raise SpecError(f"{key} = {value}: allowed are {limits['low']} to {limits['high']}")
    if limits.get("even") and value % 2:
        raise SpecError(f"{key} = {value}: must be even")
    if limits.get("colour") and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise SpecError(f"{key} = {value!r}: must be a colour such as '#2f4a6d'")
    return value
