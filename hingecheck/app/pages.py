"""The pages of the app as HTML: its own, and those of results with a line that leads back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from hingecheck import __version__, language, names
from hingecheck.app.desk import Desk
from hingecheck.app.shelf import Item
from hingecheck.errors import InputError
from hingecheck.history import board as people
from hingecheck.history import triage
from hingecheck.judgement import self_report
from hingecheck.judgement import style as styles
from hingecheck.report import sentences
from hingecheck.report.page import board as board_page
from hingecheck.report.page import session_line, template, translation
from hingecheck.report.page import trend as trend_page

STYLES: Final = ("page.css", "app.css")
POLICY: Final = {"img-src": "'self' data:", "connect-src": "'self'", "frame-src": "'self'"}
"""What the app's own pages may load: pictures, their live state, and a report beside its questions."""

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
"""Each language by its own name."""

MOST_ROWS: Final = 200
"""Largest number of clips in the table of missing details."""


def first(desk: Desk, largest: int) -> str:
    """The first page.  `largest`: the size from which a clip is refused, in bytes."""
    state = desk.state()
    data = {"now": state, "largest": largest, "root": ""}
    context = {"largest": f"{largest / 1e9:g} GB", "data": template.data(data)}
    return _render("app.html", context | _known(desk, state["standing"]), "app.js")


def clip(desk: Desk, item: Item) -> str:
    """The page of one clip."""
    row, others = desk.board.row(item.id), _others(desk, item)
    session = None if row is None else row.session
    context = {
        "item": item,
        "reps": [rep.number for rep in session.reps] if session is not None else [],
        "others": others,
        "earlier": [other for other in others if other["earlier"]],
        "data": template.data({"clip": desk.card(item), "root": "../"}),
    }
    standing = [{"id": each.id, "file": each.file} for each in desk.shelf.in_state("standing")]
    return _render("clip.html", context | _known(desk, standing), "clip.js")


def _others(desk: Desk, item: Item) -> list[dict[str, Any]]:
    """The clips that a clip can be compared with: itself, those of its athlete, the newest first, then the others."""
    mine = names.identity(item.answers.athlete)
    done = [each for each in desk.shelf.in_state("done") if each.id != item.id]
    done.sort(key=lambda each: each.date, reverse=True)
    done.sort(key=lambda each: names.identity(each.answers.athlete) != mine or not mine)
    listed = [{"id": item.id, "words": "another repetition of this clip", "earlier": False}]
    for each in done:
        day = language.translated(sentences.day(each.date))
        words = ", ".join(filter(None, (each.answers.athlete, day, each.file)))
        same = bool(mine) and names.identity(each.answers.athlete) == mine
        earlier = same and each.sha256 != item.sha256 and each.date <= (item.date or "9")
        listed.append({"id": each.id, "words": words, "earlier": earlier})
    return listed


def table(desk: Desk) -> str:
    """The table of clips without athlete, date or load, the newest first."""
    items = [item for item in desk.shelf.all() if item.state in ("done", "failed")]
    lacking = [
        item for item in items if not (item.answers.athlete and item.date and item.answers.report.load_kg is not None)
    ]
    rows = [
        {
            "id": item.id,
            "file": item.file,
            "athlete": item.answers.athlete,
            "date": item.date,
            "load": "" if item.answers.report.load_kg is None else f"{item.answers.report.load_kg:g}",
            "note": item.answers.report.note,
        }
        for item in lacking[: -MOST_ROWS - 1 : -1]
    ]
    context = {"rows": rows, "count": len(lacking), "all": len(items)}
    return _render("table.html", context | _known(desk, ()), "table.js")


def athletes(desk: Desk, opened: str) -> str:
    """What can be done for each athlete.  `opened`: whose part is open."""
    counts: dict[str, list[str]] = {}
    for item in desk.shelf.all():
        if item.answers.athlete:
            counts.setdefault(names.identity(item.answers.athlete), []).append(item.answers.athlete)
    listed = [
        {
            "name": every[0],
            "clips": f"{len(every)} clip{'s' * (len(every) != 1)}",
            "open": identity == names.identity(opened),
            "page": f"board/{quote(board_page.athlete_page(every[0]))}",
            "zip": f"athletes/pages.zip?name={quote(every[0], '')}",
        }
        for identity, every in sorted(counts.items())
    ]
    return _render("athletes.html", {"people": listed} | _known(desk, ()), "athletes.js")


def board(desk: Desk, *, by_clip: bool) -> str:
    """The board, by athlete or by clip."""
    season = desk.board.season()
    return board_page.page(people.alone(season) if by_clip else people.people(season), live=True, by_clip=by_clip)


def trend(desk: Desk, name: str) -> str:
    """The page of an athlete, by its file name.  Raises InputError."""
    for person in people.people(desk.board.season()):
        if person.athlete and triage.trend_name(person.athlete) == name:
            return trend_page.of_person(person, actions=f"../../athletes?name={quote(person.athlete, '')}")
    raise InputError("this athlete is not here", "Open the board again.")


def report(path: Path, item: Item) -> str:
    """A report with a line that leads back to the app."""
    athlete = item.answers.athlete
    context = {
        "home": "../../../",
        "athlete": names.shown(athlete),
        "page": f"../../{quote(board_page.athlete_page(athlete))}",
        "day": sentences.day(item.date),
        "clip": f"../../../clips/{item.id}",
    }
    return _with_line(path, context)


def comparison(path: Path) -> str:
    """A comparison with a line that leads back to the app."""
    return _with_line(path, {"home": "../../../", "athlete": "", "page": "", "day": "", "clip": ""})


def _with_line(path: Path, context: Mapping[str, str]) -> str:
    line = template.fragment("app_line.html", context).strip()
    return translation.page(session_line.filled(path.read_bytes(), line.encode()).decode("utf-8"))


def _known(desk: Desk, standing: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What every page of the app needs: the folder, and what the questions can be answered with."""
    words = [(styles.AUTO, "recognize it"), *((name, name.replace("_", " ")) for name in styles.LIFT_TYPES)]
    return {
        "folder": str(desk.shelf.folder.absolute()),
        "version": __version__,
        "languages": [(code, LANGUAGES.get(code, code)) for code in language.codes() if code != language.code()],
        "known": {
            "styles": words,
            "sites": [(site, site.replace("-", " ")) for site in self_report.SITES],
            "standing": standing,
            "athletes": desk.shelf.athletes(),
        },
    }


def _render(page: str, context: Mapping[str, object], script: str) -> str:
    return template.render(page, context, styles=STYLES, scripts=("common.js", script), also=POLICY)
