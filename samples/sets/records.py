"""The stored result of one measured set: true and found repetitions, and the reported style. A JSON file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from samples.whole import write_whole

NO_MOVEMENT = "none"
"""The movement of a set without a repetition, and the reported movement if the analyzer reports none."""


@dataclass(frozen=True)
class TrueRep:
    """One true repetition, from the truth file.

    None: the event is not in the recording. `cut`: "start" or "end" if the recording leaves out that part.
    """

    liftoff_s: float | None
    lockout_s: float | None
    complete: bool
    cut: str = ""

    @property
    def counts(self) -> bool:
        """Whether the analyzer must find it: complete, and put down within the recording."""
        return self.complete and not self.cut

    @property
    def may_be_found(self) -> bool:
        """Whether the analyzer may find it: locked out in the recording.

        The recording may end before the load is put down, or begin while it is already on its way up. Then the analyzer
        may find it, but need not.
        """
        return self.complete or (self.cut == "start" and self.lockout_s is not None)


@dataclass(frozen=True)
class FoundRep:
    """One complete repetition that the analyzer reports. Missed (incomplete) repetitions are not stored."""

    liftoff_s: float
    lockout_s: float


@dataclass(frozen=True)
class SetResult:
    """The result of one set.

    `movement` is the true movement, `told` the one that the analyzer reports. `outcome` is "analysed", or the kind of
    the analyzer's refusal; a refusal means no repetition.
    """

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
    """`style`: the analyzer's name for the style. `bottom`: the features behind that name
    (`hingecheck.judgement.style.FEATURES`)."""


def write_result(result: SetResult, path: Path) -> None:
    """Write one result as a JSON file."""
    write_whole(path, json.dumps(asdict(result), indent=1) + "\n")


def read_result(path: Path) -> SetResult:
    """Read a result that `write_result` wrote."""
    table = json.loads(path.read_text(encoding="utf-8"))
    table["true"] = tuple(TrueRep(**row) for row in table["true"])
    table["bottom"] = tuple(table.get("bottom", ()))
    table["found"] = tuple(FoundRep(**row) for row in table["found"])
    return SetResult(**table)
