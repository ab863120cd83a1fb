"""hingecheck: how much of a deadlift came from the hips, and how much from the spine.

    import hingecheck

    a = hingecheck.analyze("lift.mov")
    print(a.verdict.pattern, a.reps[0].metrics["lumbar_share_trunk"])

What `__all__` lists, and the modules `hingecheck.stages` and `hingecheck.errors`, are the public interface.  Everything
else may change in any version.  Importing the package loads no model, no decoder and no command line: each public name
is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hingecheck import errors, stages
    from hingecheck.api import analyze, load, schema
    from hingecheck.errors import HingecheckError
    from hingecheck.progress import Progress, Stage
    from hingecheck.records.measure import Measure
    from hingecheck.results.result import Result

__version__ = "0.1.0"

__all__ = [
    "HingecheckError",
    "Measure",
    "Progress",
    "Result",
    "Stage",
    "__version__",
    "analyze",
    "errors",
    "load",
    "schema",
    "stages",
]

_HOMES: Final = {
    "HingecheckError": "hingecheck.errors",
    "Measure": "hingecheck.records.measure",
    "Progress": "hingecheck.progress",
    "Result": "hingecheck.results.result",
    "Stage": "hingecheck.progress",
    "analyze": "hingecheck.api",
    "load": "hingecheck.api",
    "schema": "hingecheck.api",
}
"""The module of each public name."""


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in ("errors", "stages"):
        return importlib.import_module(f"hingecheck.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'hingecheck' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
