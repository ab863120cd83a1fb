"""Estimators that other packages bring: pose sources and spine models, found by their entry points.

A package names a function in the group POSE or SPINE of its entry points.  The function makes the estimator.  It is
loaded only if somebody asks for it by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hingecheck.errors import ModelError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

POSE: Final = "hingecheck.pose"
"""Group of pose sources: functions that take the number of workers and give a `PoseSource`."""

SPINE: Final = "hingecheck.spine"
"""Group of spine models: functions without arguments that give a `SpineModel`."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An estimator of another package.  `package`: the name of that package and its version."""

    name: str
    package: str
    make: Callable[..., Any]


def names(group: str) -> tuple[str, ...]:
    """The names of all estimators in a group, sorted."""
    return tuple(sorted(_points(group).names))


def package(group: str, name: str) -> str:
    """The package of an estimator with its version; "" if no package brings one of that name."""
    return next((_package(point) for point in _points(group).select(name=name)), "")


def load(group: str, name: str) -> Plugin:
    """The estimator of that name.  Raises UsageError if there is none, and ModelError if it cannot be loaded."""
    point = next(iter(_points(group).select(name=name)), None)
    if point is None:
        known = ", ".join(names(group)) or "none is installed"
        raise UsageError(f"{name}: no package brings an estimator of this name ({group})", f"Known are: {known}.")
    try:
        return Plugin(name, _package(point), point.load())
    except Exception as error:  # whatever a package of another hand raises
        raise ModelError(
            f"{name}: the estimator of {_package(point)} cannot be loaded ({type(error).__name__}: {error})",
            "Install that package again, or use another estimator.",
        ) from error


def _points(group: str) -> EntryPoints:
    """All entry points of a group."""
    from importlib.metadata import entry_points  # here, because the help of the command does not need it

    return entry_points(group=group)


def _package(point: EntryPoint) -> str:
    return "a package" if point.dist is None else f"{point.dist.name} {point.dist.version}"
