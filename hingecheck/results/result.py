"""The result of a clip as a program sees it: the same, whether it was just measured or read from a folder.

Everything in it comes from the document, the content of `analysis.json`.  So what `analyze` gives is what `load` gives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from hingecheck.records import Analysis, Floats, Measure
from hingecheck.records.stored import Stored, StoredFinding, StoredRep, StoredVerdict, StoredVideo, StoredView
from hingecheck.results import angle_table, bar_table, document, folder, frames, reading

Files = Callable[[bool], Mapping[str, folder.Content]]
"""Gives the files of the result folder, with or without the film."""


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The result of one clip.

    `angles`: the columns of `angles.csv`, name -> values (N,), one for each frame; NaN = not measured.  `bar`: those of
    `bar.csv`.  Each is empty if a folder holds no such file.  `analysis`: the records of all stages; None if the result
    was read from a folder.
    """

    angles: Mapping[str, Floats]
    bar: Mapping[str, Floats]
    analysis: Analysis | None = None
    _text: str = field(default="", kw_only=True)
    _stored: Stored = field(kw_only=True)
    _files: Files = field(kw_only=True)
    _page: Callable[[Stored], str] = field(kw_only=True)

    @property
    def video(self) -> StoredVideo:
        """The facts about the clip."""
        return self._stored.video

    @property
    def view(self) -> StoredView:
        """Where the camera stood."""
        return self._stored.view

    @property
    def reps(self) -> tuple[StoredRep, ...]:
        """The repetitions in order.  `rep.metrics[name]` is a `Measure`, `rep.events[name]` a time in seconds."""
        return self._stored.reps

    @property
    def verdict(self) -> StoredVerdict:
        """The pattern of the set, its lumbar share, and what it rests on."""
        return self._stored.verdict

    @property
    def findings(self) -> tuple[StoredFinding, ...]:
        """The outcome of each rule."""
        return self._stored.findings

    @property
    def over_set(self) -> Mapping[str, Measure]:
        """Drift, scatter, tempo and velocity loss over the repetitions, by name."""
        return MappingProxyType(dict(self._stored.over_set))

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Versions, models and settings that the numbers come from."""
        return MappingProxyType(dict(self._stored.provenance))

    def to_dict(self) -> dict[str, Any]:
        """The content of `analysis.json` as plain data, new in each call."""
        plain: dict[str, Any] = json.loads(self._text)
        return plain

    def to_dataframe(
        self,
        of: Literal["reps", "measures", "angles", "bar"] = "reps",
        library: Literal["pandas", "polars"] = "pandas",
    ) -> Any:
        """A table as a data frame of pandas or polars.

        `reps`: one row a repetition, each metric with its interval in three columns.  `measures`: one row a number,
        with the reason where it is missing.  `angles`, `bar`: one row a frame.  Raises ExtraMissing if the library is
        not installed, and UsageError for a name that is none of these.
        """
        return frames.frame(of, self._stored, {"angles": self.angles, "bar": self.bar}, library)

    def save(self, out: str | PathLike[str], *, film: bool = True, force: bool = False) -> Path:
        """Write the result folder `out`, all files or none, and return its path.

        `film`: with the annotated film.  `force`: replace a result.  Raises UsageError, and OutputExists if `out` holds
        a result and `force` is not set.
        """
        target = Path(out)
        folder.check(target, force=force)
        folder.write(target, self._files(film), force=force, kinds=folder.RESULT)
        return target

    def __repr__(self) -> str:
        verdict = self.verdict
        share = f", lumbar share {verdict.share.value:.2f}" if verdict.share.known else ""
        count = f"{len(self.reps)} repetition{'s' * (len(self.reps) != 1)}"
        return f"<hingecheck.Result of {self.video.file}: {count}, {verdict.pattern}{share}>"

    def _repr_html_(self) -> str:
        """The verdict and a short table of the repetitions, for notebooks."""
        return self._page(self._stored)


def measured(analysis: Analysis, files: Files, page: Callable[[Stored], str]) -> Result:
    """The result of an analysis; `files` gives the files of its folder, `page` its HTML for notebooks."""
    text = document.text(document.document(analysis))
    stored = reading.parsed(text.encode(), Path(folder.MARKER))
    angles = MappingProxyType(angle_table.columns(analysis.angles))
    bar = MappingProxyType(bar_table.columns(analysis))
    return Result(angles, bar, analysis, _text=text, _stored=stored, _files=files, _page=page)


def loaded(path: Path, files: Files, page: Callable[[Stored], str]) -> Result:
    """The result in a folder, or of an `analysis.json`.  Raises ResultUnreadable."""
    stored = reading.read(path / folder.MARKER if path.is_dir() else path)
    angles = MappingProxyType(angle_table.read(stored) or {})
    bar = MappingProxyType(bar_table.read(stored) or {})
    text = stored.path.read_text(encoding="utf-8")
    return Result(angles, bar, _text=text, _stored=stored, _files=files, _page=page)
