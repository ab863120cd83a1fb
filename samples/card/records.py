"""What is kept of one measured clip: a JSON file that says everything the card needs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from samples.whole import write_whole

ANALYSED = "analysed"


@dataclass(frozen=True)
class Value:
    """A number with its 90 % interval as the analyzer gave it; None and a reason where it gave none."""

    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True)
class RepResult:
    """One complete repetition of the truth and what was made of it.

    `truth` and `measured` go by the names of the contract; an empty `measured` means that the repetition was not
    found.  Event errors are measured minus true, seconds.  `peers` holds the other measures at the lowest posture.
    """

    number: int
    truth: Mapping[str, float]
    measured: Mapping[str, Value] = field(default_factory=dict)
    liftoff_error_s: float | None = None
    lockout_error_s: float | None = None
    peers: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameError:
    """Mean absolute error of an angle over the frames of the set, degrees, and the share of them measured.

    `inside`: the share of the measured frames whose 90 % interval holds the truth.
    """

    mean_abs_deg: float | None
    covered: float
    inside: float | None = None


@dataclass(frozen=True)
class ClipResult:
    """One clip.

    `outcome` is "analysed" or the kind of the analyzer's refusal; `spec` is what was rendered; `seen` the share of
    frames in which the lifter's trunk was found, filled gaps left out.
    """

    name: str
    factor: str
    level: str
    spec: Mapping[str, Any]
    yaw_deg: float
    true_patterns: tuple[str, ...]
    frame_count: int
    version: str
    outcome: str
    message: str = ""
    pattern: str = ""
    yaw_error_deg: float | None = None
    facing_right: bool = False
    seen: float | None = None
    extra_reps: int = 0
    reps: tuple[RepResult, ...] = ()
    frames: Mapping[str, FrameError] = field(default_factory=dict)

    @property
    def found_reps(self) -> int:
        """Complete repetitions that were found."""
        return sum(bool(rep.measured) for rep in self.reps)


def write_result(result: ClipResult, path: Path) -> None:
    """One result, a JSON file."""
    write_whole(path, json.dumps(asdict(result), indent=1) + "\n")


def read_result(path: Path) -> ClipResult:
    """The inverse of `write_result`."""
    table = json.loads(path.read_text(encoding="utf-8"))
    table["true_patterns"] = tuple(table["true_patterns"])
    table["reps"] = tuple(_rep(row) for row in table["reps"])
    table["frames"] = {name: FrameError(**row) for name, row in table["frames"].items()}
    return ClipResult(**table)


def _rep(row: dict[str, Any]) -> RepResult:
    return RepResult(**row | {"measured": {name: Value(**entry) for name, entry in row["measured"].items()}})
