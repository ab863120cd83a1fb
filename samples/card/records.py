"""The stored result of one measured clip: a JSON file with everything that the card needs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from samples.whole import write_whole

ANALYSED = "analysed"


@dataclass(frozen=True)
class Value:
    """A number with its 90 % interval, as the analyzer gives it. None and a reason if there is no number."""

    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True)
class RepResult:
    """One complete true repetition and its measured values.

    `truth` and `measured` use the contract's metric names. An empty `measured` means that the repetition was not
    found. Event errors are measured minus true, seconds. `peers` holds the peers' measures at the lowest posture.
    """

    number: int
    truth: Mapping[str, float]
    measured: Mapping[str, Value] = field(default_factory=dict)
    liftoff_error_s: float | None = None
    lockout_error_s: float | None = None
    peers: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameError:
    """Mean absolute error of an angle over the frames of the set, degrees, and the share of frames measured.

    `inside`: share of the measured frames whose 90 % interval contains the truth.
    """

    mean_abs_deg: float | None
    covered: float
    inside: float | None = None


@dataclass(frozen=True)
class ClipResult:
    """The result of one clip.

    `outcome` is "analysed" or the kind of the analyzer's refusal. `spec` is what was rendered. `seen` is the share of
    frames in which the trunk was detected; filled gaps do not count.
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
        """Number of complete repetitions that were found."""
        return sum(bool(rep.measured) for rep in self.reps)


def write_result(result: ClipResult, path: Path) -> None:
    """Write one result as a JSON file."""
    write_whole(path, json.dumps(asdict(result), indent=1) + "\n")


def read_result(path: Path) -> ClipResult:
    """Read a result that `write_result` wrote."""
    table = json.loads(path.read_text(encoding="utf-8"))
    table["true_patterns"] = tuple(table["true_patterns"])
    table["reps"] = tuple(_rep(row) for row in table["reps"])
    table["frames"] = {name: FrameError(**row) for name, row in table["frames"].items()}
    return ClipResult(**table)


def _rep(row: dict[str, Any]) -> RepResult:
    """One repetition from its JSON table."""
    return RepResult(**row | {"measured": {name: Value(**entry) for name, entry in row["measured"].items()}})
