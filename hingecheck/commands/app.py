"""`hingecheck app`: the page on this machine."""

from __future__ import annotations

import os
import socket
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from hingecheck.commands.console import err_console, out_console, reporting_errors

if TYPE_CHECKING:
    from hingecheck.app.desk import Desk

FOLDER = Path("hingecheck clips")
CLOSING_S = 2
"""Longest wait for open requests when the app ends, in seconds."""


def app(
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the clips and their results, or the results of a batch.")
    ] = FOLDER,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine. 0: a free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page in the browser.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Number of clips measured at once. Default: one for each processor core.")
    ] = None,
) -> None:
    """Open a page on this machine: drop clips, watch, read results, follow athletes. Nothing is sent anywhere."""
    with reporting_errors(as_json=False):
        _check_installed()
        from hingecheck import language
        from hingecheck.app import desk as desks
        from hingecheck.app import running, season, shelf, uploads
        from hingecheck.backends import cores
        from hingecheck.batch import executors, plan

        os.environ[language.VARIABLE] = language.ENGLISH  # results are stored in English and translated when shown
        with (
            _listening(port) as listening,
            plan.claimed(folder),
            executors.local(workers or cores.usable()) as executor,
        ):
            store = shelf.Shelf(folder)
            plan.remove_unfinished(folder)
            uploads.remove_unfinished(folder)
            adopted = desks.adopt(store)
            if adopted:
                err_console.print(Text(f"Results of a batch in this folder, taken over: {adopted}."))
            board = season.Board(store)
            threading.Thread(target=board.load, daemon=True).start()  # pages that need all clips wait for it
            runner = running.Runner(store, executor, board.update)
            runner.resume()
            _serve(desks.Desk(store, runner, board), listening, browser=not no_browser)


def _check_installed() -> None:
    """Raise ExtraMissing if the server is not installed."""
    from hingecheck.errors import ExtraMissing

    try:
        import starlette
        import uvicorn

        _ = starlette, uvicorn
    except ImportError as error:
        raise ExtraMissing(
            "hingecheck app needs a small server, which is not installed", "Run pip install 'hingecheck[app]'."
        ) from error


def _listening(port: int) -> socket.socket:
    """A socket on this machine alone.  Raises UsageError if the port is taken."""
    from hingecheck.errors import UsageError

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()  # now, so that the address answers as soon as it is printed
    except OSError as error:
        listening.close()
        raise UsageError(
            f"--port {port}: cannot be used ({error.strerror})", "Give another port, or 0 for a free one."
        ) from error
    return listening


def _serve(desk: Desk, listening: socket.socket, *, browser: bool) -> None:
    """Serve the page until the user ends it."""
    import uvicorn

    from hingecheck.app import door, server

    port, token = listening.getsockname()[1], door.new_token()
    config: Any = uvicorn.Config(
        server.application(desk, port, token),
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=CLOSING_S,
    )
    address = f"http://127.0.0.1:{port}/{token}/"
    out_console.print(Text("Open this address in your browser:"))
    typer.echo(address)  # on one line, however narrow the terminal is
    out_console.print(Text(f"Folder: {desk.shelf.folder.absolute()}"))
    out_console.print(Text("Stop: Ctrl-C. Clips that are not finished go on at the next start."))
    if browser:
        webbrowser.open(address)
    uvicorn.Server(config).run(sockets=[listening])
    raise KeyboardInterrupt  # the server ends only on a signal, which it may have kept for itself
