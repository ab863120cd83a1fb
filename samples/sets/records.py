"""What is kept of one measured set: true and found repetitions, the style told; a JSON file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from samples.whole import write_whole

NO_MOVEMENT = "none"
"""The movement of a set without a repetition, and the style told where none is told."""


@dataclass(frozen=True)
class TrueRep:
    """A repetition of the truth.

    None: not in the recording. `cut`: "start" or "end" where the recording leaves out part of it.
    """

    liftoff_s: float | None
    lockout_s: float | None
    complete: bool
    cut: str = ""

    @property
    def counts(self) -> bool:
        """Whether it must be found: complete, and put down again within the recording."""
        return self.complete and not self.cut

    @property
    def may_be_found(self) -> bool:
        """Whether finding it is no error: locked out on film, though the recording ends before it is put down."""
        return self.complete


@dataclass(frozen=True)
class FoundRep:
    """A complete repetition that the analyzer told; a missed one it told is not kept."""

    liftoff_s: float
    lockout_s: float


@dataclass(frozen=True)
class SetResult:
    """One set. `outcome` is "analysed" or the kind of the analyzer's refusal, which means no repetition."""

    name: str
    spec: Mapping[str, Any]
    version: str
    movement: str
    outcome: str
    told: str
    true: tuple[TrueRep, ...]
    found: tuple[FoundRep, ...]
    style: str = ""
    bottom: tuple[float, ...] = ()
    """`style`: what the analyzer names it; `bottom`: the numbers it names it by (`hingecheck.style.FEATURES`)."""


def write_result(result: SetResult, path: Path) -> None:
    """One result, a JSON file."""
    write_whole(path, json.dumps(asdict(result), indent=1) + "\n")


def read_result(path: Path) -> SetResult:
    """The inverse of `write_result`."""
    table = json.loads(path.read_text(encoding="utf-8"))
    table["true"] = tuple(TrueRep(**row) for row in table["true"])
    table["bottom"] = tuple(table.get("bottom", ()))
    table["found"] = tuple(FoundRep(**row) for row in table["found"])
    return SetResult(**table)
