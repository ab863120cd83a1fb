"""The server of the app: addresses, and what `desk` does behind them.  All HTTP is here and in `door`.

Every address begins with the token.  Below it lie

=====================================  ===================================================================
`/`, `/state`, `/clips/…`              the first page, its live state, one clip: answers, cancel, person, files
`/board/…`                             the board, the pages of athletes, reports, comparisons: as in a results folder
`/table`, `/athletes/…`, `/tables.zip`  missing details, what can be done for an athlete, the export
=====================================  ===================================================================
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from hingecheck import language, names
from hingecheck.app import pages, sending, uploads
from hingecheck.app.desk import Desk
from hingecheck.app.door import Door
from hingecheck.app.running import PROGRESS
from hingecheck.app.shelf import COMPARISONS
from hingecheck.app.uploads import Refused
from hingecheck.errors import HingecheckError, InputError, UsageError
from hingecheck.report import result_folder
from hingecheck.report.page import translation

LARGEST_WORDS: Final = 65536
"""Largest body with answers, in bytes."""

LINGER_S: Final = 2.0
"""Longest time to read on from the sender of a clip that is refused, in seconds."""

STATUS: Final = {UsageError: 400, InputError: 404}
"""The HTTP status of errors; of others 422."""

Handler = Callable[[Request], Awaitable[Response]]


def application(desk: Desk, port: int, token: str, largest: int = uploads.LARGEST_BYTES) -> Door:
    """The app as an ASGI application.  `largest`: the size from which a clip is refused, in bytes."""
    inside = Starlette(
        routes=[Mount(f"/{token}", routes=_routes(_Answers(desk, largest)))],
        exception_handlers={HingecheckError: _error, HTTPException: _http_error},  # type: ignore[dict-item]
    )
    return Door(inside, port, token)


def _routes(answers: _Answers) -> list[Route]:
    """The addresses below the token."""
    on = "/clips/{clip_id}"
    return [
        Route("/", answers.first),
        Route("/state", answers.state),
        Route("/language/{code}", answers.language),
        Route("/clips", answers.upload, methods=["POST"]),
        Route(on, answers.clip),
        Route(on, answers.change, methods=["PATCH"]),
        Route(on, answers.remove, methods=["DELETE"]),
        Route(f"{on}/card", answers.card),
        Route(f"{on}/measure", answers.measure, methods=["POST"]),
        Route(f"{on}/cancel", answers.cancel, methods=["POST"]),
        Route(f"{on}/person", answers.person, methods=["POST"]),
        Route(f"{on}/people.jpg", answers.people),
        Route(f"{on}/share.html", answers.share),
        Route(f"{on}/{{kind}}", answers.clinic, methods=["POST"]),
        Route("/compare", answers.compare, methods=["POST"]),
        Route("/table", answers.table),
        Route("/tables.zip", answers.tables),
        Route("/athletes", answers.athletes),
        Route("/athletes/pages.zip", answers.athlete_pages),
        Route("/athletes/delete", answers.delete, methods=["POST"]),
        Route("/athletes/restore", answers.restore, methods=["POST"]),
        Route("/board/index.html", answers.board),
        Route("/board/trends/{name}", answers.trend),
        Route("/board/clips/{clip_id}/{name}", answers.result),
        Route(f"/board/{COMPARISONS}/{{below}}/{{name}}", answers.comparison),
    ]


class _Answers:
    """The answers to all requests."""

    def __init__(self, desk: Desk, largest: int) -> None:
        self._desk, self._largest = desk, largest

    def first(self, _: Request) -> Response:
        """The first page: drop clips, watch, read."""
        return HTMLResponse(pages.first(self._desk, self._largest))

    def state(self, _: Request) -> Response:
        """The live state of the first page."""
        return _json(self._desk.state())

    def language(self, request: Request) -> Response:
        """Show everything in another language from now on."""
        language.use(request.path_params["code"])
        return RedirectResponse("../")

    async def upload(self, request: Request) -> Response:
        """Take a clip.  The answers are in the query, the clip is the body."""
        query = request.query_params
        try:
            said = _object(query.get("answers", "{}"))
            length = request.headers.get("content-length")
            taken = await uploads.take(
                query.get("name", ""),
                int(length) if length and length.isdigit() else None,
                _chunks(request),
                self._desk.shelf,
                self._largest,
            )
        except ClientDisconnect:
            return Response(status_code=499)
        item = await run_in_threadpool(self._desk.add, taken, said, query.get("kind", "set"))
        return _json(self._desk.card(item), 201)

    def clip(self, request: Request) -> Response:
        """The page of a clip: its report, the questions, what can be made of it."""
        return HTMLResponse(pages.clip(self._desk, self._desk.shelf.get(_id(request))))

    def card(self, request: Request) -> Response:
        """The live state of one clip."""
        return _json(self._desk.card(self._desk.shelf.get(_id(request))))

    async def change(self, request: Request) -> Response:
        """Change answers."""
        said = await _said(request)
        item, remark = await run_in_threadpool(self._desk.answer, _id(request), said)
        return _json({"remark": remark, "clip": await run_in_threadpool(self._desk.card, item)})

    def remove(self, request: Request) -> Response:
        """Delete a clip."""
        self._desk.remove(_id(request))
        return _json({})

    def measure(self, request: Request) -> Response:
        """Measure a clip again."""
        return _json(self._desk.card(self._desk.measure(_id(request))))

    def cancel(self, request: Request) -> Response:
        """Take a clip back."""
        self._desk.cancel(_id(request))
        return _json({})

    async def person(self, request: Request) -> Response:
        """Measure a clip again for the person at a place."""
        said = await _said(request)
        x, y = (_number(said.get(name)) for name in ("x", "y"))
        item = await run_in_threadpool(self._desk.choose, _id(request), x, y)
        return _json(self._desk.card(item))

    def people(self, request: Request) -> Response:
        """The picture for the choice of a person."""
        picture = self._desk.shelf.picture(_id(request))
        if not picture.is_file():
            raise InputError("there is no picture yet", "Wait until the clip is measured.")
        return FileResponse(picture)

    def share(self, request: Request) -> Response:
        """A result as one file."""
        item = self._desk.shelf.get(_id(request))
        data = sending.one_file(self._desk.shelf, item)
        return Response(data, media_type="text/html", headers=_attachment(f"{Path(item.file).stem}.html"))

    async def clinic(self, request: Request) -> Response:
        """The report for a clinician."""
        kind = request.path_params["kind"]
        if kind not in sending.CLINIC:
            raise InputError("there is no such report", "Reload the page.")
        said, item = await _said(request), self._desk.shelf.get(_id(request))
        data = await run_in_threadpool(sending.clinic, self._desk.shelf, item, kind, said)
        name = str(said.get("pseudonym") or "") or Path(item.file).stem
        media, ending = ("application/pdf", "pdf") if kind == "pdf" else ("application/fhir+json", "fhir.json")
        return Response(data, media_type=media, headers=_attachment(f"{name}.{ending}"))

    async def compare(self, request: Request) -> Response:
        """Make a comparison; the answer names its page."""
        said, get = await _said(request), self._desk.shelf.get
        (a, rep_a), (b, rep_b) = (
            (get(str(said.get(side) or "")), _count(said.get(f"rep_{side}"))) for side in ("a", "b")
        )
        below = await run_in_threadpool(sending.compare, self._desk.shelf, ((a, rep_a), (b, rep_b)))
        return _json({"page": f"board/{below}"})

    def table(self, _: Request) -> Response:
        """The table of missing details."""
        return HTMLResponse(pages.table(self._desk))

    def tables(self, _: Request) -> Response:
        """All tables as one file."""
        return self._zip("hingecheck tables.zip", partial(sending.tables, self._desk.shelf, self._desk.board))

    def athletes(self, request: Request) -> Response:
        """The page of athletes: send, delete, take back."""
        return HTMLResponse(pages.athletes(self._desk, request.query_params.get("name", "")))

    def athlete_pages(self, request: Request) -> Response:
        """One athlete's pages as one file."""
        name = request.query_params.get("name", "")
        return self._zip(f"{name}.zip", partial(sending.pages, self._desk.shelf, self._desk.board, name))

    async def delete(self, request: Request) -> Response:
        """Delete an athlete for good."""
        said = await _said(request)
        return _json({"clips": await run_in_threadpool(self._desk.delete, str(said.get("athlete") or ""))})

    async def restore(self, request: Request) -> Response:
        """Take the name of a deleted athlete back."""
        said = await _said(request)
        await run_in_threadpool(self._desk.board.restore, str(said.get("athlete") or ""))
        return _json({})

    def board(self, request: Request) -> Response:
        """The board, by athlete or by clip."""
        return HTMLResponse(pages.board(self._desk, by_clip=request.query_params.get("by") == "clip"))

    def trend(self, request: Request) -> Response:
        """The page of an athlete."""
        return HTMLResponse(pages.trend(self._desk, request.path_params["name"]))

    def result(self, request: Request) -> Response:
        """A file of a result; a report gets a line that leads back."""
        item, name = self._desk.shelf.get(_id(request)), request.path_params["name"]
        path = sending.file(self._desk.shelf, item.folder, name)
        return HTMLResponse(pages.report(path, item)) if name == result_folder.PAGE else FileResponse(path)

    def comparison(self, request: Request) -> Response:
        """A file of a comparison."""
        below, name = request.path_params["below"], request.path_params["name"]
        if not all(part.isalnum() for part in below.split("-")):
            raise InputError("this comparison is not here", "Make it again.")
        path = sending.file(self._desk.shelf, f"{COMPARISONS}/{below}", name)
        return HTMLResponse(pages.comparison(path)) if path.suffix == ".html" else FileResponse(path)

    def _zip(self, name: str, write: Callable[[Path], None]) -> Response:
        """A ZIP file that is written for this answer, and removed after it."""
        handle, place = mkstemp(suffix=".zip", dir=self._desk.shelf.folder / PROGRESS)
        path = Path(place)
        try:
            open(handle).close()
            write(path)
        except BaseException:
            path.unlink()
            raise
        return FileResponse(path, headers=_attachment(name), background=BackgroundTask(path.unlink, missing_ok=True))


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Plain data, in words of the language in use."""
    return JSONResponse(translation.data(content), status, headers)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


async def _said(request: Request) -> dict[str, object]:
    """The JSON object in the body; raises UsageError."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST_WORDS:
            raise UsageError("the text is too long", "Shorten it.")
    return _object(data.decode("utf-8", "replace"))


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError("the answers cannot be read", "Reload the page.")
    return found


def _id(request: Request) -> str:
    return str(request.path_params["clip_id"])


def _number(value: object) -> float:
    """A number of a request; raises UsageError."""
    if not isinstance(value, int | float):
        raise UsageError("this is no place in the picture", "Click on the lifter's hips.")
    return float(value)


def _count(value: object) -> int | None:
    """The number of a repetition; None for none; raises UsageError."""
    text = str(value or "")
    if text and not (text.isdigit() and len(text) < 5):
        raise UsageError("this is no repetition", "Choose a repetition of the list.")
    return int(text) if text else None


def _attachment(name: str) -> dict[str, str]:
    """The header that lets the browser save the answer under a name."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(names.shown(name).replace('/', '-'))}"}


def _error(_: Request, error: HingecheckError) -> Response:
    """What happened and what to do, as JSON."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
    told = {"message": error.message, "remedy": error.remedy}
    if isinstance(error, Refused):
        return _Refusal(translation.data(told), error.status, {"Connection": "close"})
    return _json(told, status)


class _Refusal(JSONResponse):
    """The refusal of a clip that may still be on its way.

    A server that closes the connection before the sender has stopped takes its own answer back.  So answer first, and
    throw away what still comes for a moment.
    """

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Answer, then wait until the sender stops, for LINGER_S at most."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while (await receive()).get("more_body"):
                    pass
        await send({"type": "http.response.body", "body": b""})


def _http_error(_: Request, error: HTTPException) -> Response:
    return _json({"message": str(error.detail), "remedy": "Open the first page again."}, error.status_code)
