"""What can be taken out of the app: a result as one file, a PDF, FHIR, a comparison, an athlete's pages, all tables."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hingecheck import language, names
from hingecheck.app.season import Board
from hingecheck.app.shelf import COMPARISONS, Item, Shelf
from hingecheck.errors import InputError, UsageError
from hingecheck.history.logbook import Logbook
from hingecheck.report import compared, result_folder
from hingecheck.report.page import alone, index, translation, trend
from hingecheck.report.page import comparison as comparison_page
from hingecheck.report.tables import export, table
from hingecheck.results import folder, reading

FILES: Final = frozenset(
    (
        *("report.html", "annotated.mp4", "keyframes.png", "thumbnail.jpg", "analysis.json", "angles.csv"),
        *("angles.csv-metadata.json", "landmarks.csv", "comparison.html", "comparison.png", "comparison.json"),
        *("A.mp4", "B.mp4"),
    )
)
"""The files of a result or a comparison that the server hands out."""

CLINIC: Final = ("pdf", "fhir")
"""The kinds of report for a clinician."""


def one_file(shelf: Shelf, item: Item) -> bytes:
    """The report of a clip as one HTML file, with its film inside."""
    place = shelf.folder / item.folder
    return _alone(place / result_folder.PAGE)


def _alone(report: Path) -> bytes:
    """A report as one file, in the language in use."""
    page = alone.page(report, report.with_name(result_folder.FILM))
    return page if language.current() is None else translation.page(page.decode()).encode()


def clinic(shelf: Shelf, item: Item, kind: str, said: Mapping[str, object]) -> bytes:
    """The report for a clinician, as PDF or as FHIR bundle.

    `said`: `pseudonym`, `previous` (the id of an earlier clip), `paper`, `patient`.  Raises UsageError and InputError.
    """
    from hingecheck.privacy import redactor
    from hingecheck.report.clinic import clinical, references
    from hingecheck.report.clinic import fhir as exchange

    pseudonym, previous = str(said.get("pseudonym") or "").strip(), str(said.get("previous") or "")
    if pseudonym:
        redactor.checked(pseudonym)
    stored = reading.read(shelf.folder / item.folder / folder.MARKER)
    earlier = [] if not previous else [reading.read(shelf.folder / shelf.get(previous).folder / folder.MARKER)]
    video = shelf.folder / item.video if item.video else None
    wanted = clinical.Wanted(
        paper="letter" if said.get("paper") == "letter" else "a4",
        date=_day(item.date),
        date_in_utc=item.utc and bool(item.recorded) and not item.answers.date,
        pseudonym=pseudonym,
        previous=earlier,
        video=video if video is not None and video.is_file() else None,
    )
    pages = clinical.pdf(stored, wanted)
    if kind == "pdf":
        return pages
    patient = references.patient(str(said.get("patient") or "").strip(), pseudonym)
    return exchange.bundle(stored, wanted, pages, patient).encode()


def _day(date: str) -> tuple[int, int, int] | None:
    if not date:
        return None
    year, month, day = map(int, date.split("-"))
    return year, month, day


def compare(shelf: Shelf, sides: tuple[tuple[Item, int | None], tuple[Item, int | None]]) -> str:
    """Make the page of two repetitions, side by side; returns its path below the folder.

    Each side: a clip, and the number of the repetition, None for the first complete one (or the last one, of the second
    side, in the same clip).  Raises UsageError for one repetition twice.
    """
    from hingecheck.metrics import comparison
    from hingecheck.records import Side

    (first, rep_a), (second, rep_b) = sides
    same = first.id == second.id
    if same and rep_a is not None and rep_a == rep_b:
        raise UsageError("this is one repetition, not two", "Choose two different repetitions.")
    clips = [compared.finished(shelf.folder / item.folder) for item, _ in sides]
    reps = (
        comparison.choose(clips[0].stored, rep_a),
        comparison.choose(clips[1].stored, rep_b, last=same),
    )
    pair = [Side(clip.stored, rep, clip.curves) for clip, rep in zip(clips, reps, strict=True)]
    files = comparison_page.files(
        comparison.compare(pair[0], pair[1]),
        (clips[0].pictures(reps[0]), clips[1].pictures(reps[1])),
        (_label(first, second), _label(second, first)),
    )
    below = f"{COMPARISONS}/{first.id}-{reps[0].number}-{second.id}-{reps[1].number}"
    folder.write(shelf.folder / below, files, marker=comparison_page.MARKER, kinds=comparison_page.FILMS)
    return f"{below}/comparison.html"


def _label(item: Item, other: Item) -> str:
    """What tells a clip from the other one: the athlete, the day, or the file."""
    if names.identity(item.answers.athlete) != names.identity(other.answers.athlete) and item.answers.athlete:
        return item.answers.athlete
    return item.date if item.date and item.date != other.date else ("" if item.id == other.id else item.file)


def pages(shelf: Shelf, board: Board, athlete: str, zipped: Path) -> None:
    """Write an athlete's page with all reports, thumbnails and films into the ZIP file `zipped`."""
    person = board.person(athlete)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_STORED) as target:
        target.writestr("trends/athlete.html", trend.of_person(person, home=False))
        for row in person.rows:
            for below in filter(None, (row.report, row.thumbnail)):
                path = shelf.folder / below
                data = path.read_bytes() if path.suffix != ".html" else _alone(path)
                target.writestr(below, data)


def tables(shelf: Shelf, board: Board, zipped: Path) -> None:
    """Write all clips as a table, and the tables of the logbook, into the ZIP file `zipped`."""
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as target, tempfile.TemporaryDirectory() as place:
        target.writestr("results.csv", table.as_csv(index.as_table(board.season().rows)))
        with Logbook(shelf.logbook) as book:
            export.write(book.sessions(), Path(place))
        for path in sorted(Path(place).iterdir()):
            target.write(path, f"logbook/{path.name}")


def file(shelf: Shelf, below: str, name: str) -> Path:
    """A file of a result or a comparison, `below` the folder.  Raises InputError for any other file."""
    path = shelf.folder / below / name
    if name not in FILES or not path.is_file() or path.is_symlink():
        raise InputError(f"{names.shown(name)}: is not here", "It may have been deleted. Reload the page.")
    return path
