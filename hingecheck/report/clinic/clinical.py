"""Make the clinician's report as a PDF of two pages.

Input: an analysis read back from its folder, and the user's wishes.  `data` collects the content of both pages as plain
data; `pdf` typesets them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from hingecheck import __version__
from hingecheck.errors import UsageError
from hingecheck.history.changes import compare
from hingecheck.records.stored import Stored
from hingecheck.report.clinic import back, front, pictures, printable, typesetting
from hingecheck.results import angle_table

Paper = Literal["a4", "letter"]
_PAPERS: Final = {"a4": "a4", "letter": "us-letter"}
NO_DATE: Final = (1970, 1, 1)
"""PDF/A requires a date of creation.  If no date is known, the file has this one, and page 2 says so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The user's choices for a report.

    `date`: (year, month, day) of the recording.  `date_in_utc`: it counts in UTC, so the local day may differ by one.
    `pseudonym`: replaces the lifter's name and file names.  `previous`:
    earlier sessions, oldest first.  `video`: the clip, if it was found and its hash matches.
    """

    paper: Paper = "a4"
    date: tuple[int, int, int] | None = None
    date_in_utc: bool = False
    pseudonym: str = ""
    previous: Sequence[Stored] = ()
    video: Path | None = None


def pdf(stored: Stored, wanted: Wanted) -> bytes:
    """The report as PDF bytes.

    Raises ResultUnreadable if a file beside the analysis belongs to another clip, ExtraMissing if the typesetter is not
    installed, UsageError if an earlier session is of the same video.
    """
    return typesetting.pdf(data(stored, wanted))


def data(stored: Stored, wanted: Wanted) -> dict[str, Any]:
    """The content of both pages for the typesetter.  Raises ResultUnreadable and UsageError like `pdf`."""
    _same_subject(stored, wanted.previous)
    shown = front.shown(stored)
    picture = pictures.row(stored.path.parent, stored.reps.index(shown), len(stored.reps))
    material = front.Material(
        stored=stored,
        shown=shown,
        columns=angle_table.read(stored),
        picture=picture is not None,
        previous=tuple(_session(stored, earlier, index, wanted) for index, earlier in enumerate(wanted.previous, 1)),
    )
    return {
        "title": "Movement report: deadlift",
        "paper": _PAPERS[wanted.paper],
        "created": list(wanted.date or NO_DATE),
        "date": f"{iso(wanted.date)} UTC" if wanted.date_in_utc else iso(wanted.date),
        "subject": printable.text(wanted.pseudonym, 60),
        "footer": f"hingecheck {__version__} · analysis {stored.sha256[:12]} · video {stored.video.sha256[:12]} · "
        "describes movement; not a diagnosis",
        "front": front.page(material),
        "back": back.page(stored, _facts(stored, wanted)),
        "picture": list(picture or b""),
    }


def iso(date: tuple[int, int, int] | None) -> str | None:
    """A date as YYYY-MM-DD."""
    return None if date is None else "{:04d}-{:02d}-{:02d}".format(*date)


def _same_subject(stored: Stored, previous: Sequence[Stored]) -> None:
    for earlier in previous:
        if earlier.video.sha256 == stored.video.sha256:
            raise UsageError(
                f"{earlier.path}: is an analysis of the same video, not an earlier session", "Give another --previous."
            )


def _session(stored: Stored, earlier: Stored, index: int, wanted: Wanted) -> front.Session:
    name = f"session {index}" if wanted.pseudonym else printable.text(earlier.video.file, 60)
    return front.Session(name, tuple(compare(earlier.together, stored.together)), tuple(_differing(stored, earlier)))


def _differing(stored: Stored, earlier: Stored) -> Iterator[str]:
    """Differences of the two sessions that may cause a change, besides the lifter."""
    styles = [{rep.style for rep in each.reps} for each in (stored, earlier)]
    if styles[0] != styles[1]:
        yield "The styles of the two lifts differ, which may explain a change."
    if any(stored.provenance.get(name) != earlier.provenance.get(name) for name in ("models", "zero")):
        yield "The two analyses use different models or a different zero, which may explain a change."


def _facts(stored: Stored, wanted: Wanted) -> back.Facts:
    privacy = stored.provenance.get("privacy")
    return back.Facts(
        video_check="yes: the video has the stored hash"
        if wanted.video is not None
        else "no: the video was not found; compare its hash yourself",
        redacted=isinstance(privacy, dict) and privacy.get("heads_blurred") is True,
        file=f"of {wanted.pseudonym}" if wanted.pseudonym else stored.video.file,
        anonymous=bool(wanted.pseudonym),
        date_note=_date_note(wanted),
    )


def _date_note(wanted: Wanted) -> str:
    """The date as page 2 gives it, with what is not sure about it."""
    if wanted.date is None:
        return "not known; the metadata of this PDF say 1970-01-01"
    doubt = " in UTC, from the video's metadata; the local day may be one earlier or later"
    return f"{iso(wanted.date)}{doubt if wanted.date_in_utc else ''}"
