"""The door of the app: who may come in.

The server is bound to this machine.  Still, other programs and users of the machine, and web pages in the same browser,
can send requests to it.  So every request must

1. name this machine and port as its `Host`, against pages that let their own name point here,
2. come from the app's own pages if it says where it comes from (`Origin`, `Sec-Fetch-Site`),
3. have the random token in its path, which only the one who started the app knows.

Every answer says that it must not be kept, framed by others, or read as another type.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES: Final = ("127.0.0.1", "localhost")
"""The names of this machine under which the app answers."""

OWN: Final = ("same-origin", "none")
"""Values of Sec-Fetch-Site that are allowed: the app's own pages, and an address that the user opened."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of every answer.  Each page has a stricter Content-Security-Policy of its own inside."""


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Door:
    """An ASGI application that lets only the app's own requests through to `inside`."""

    inside: ASGIApp
    port: int
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.inside(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = self.inside if refusal is None else _plain(*refusal)
        await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and reason, if the request must not come in."""
        headers = Headers(scope=scope)
        hosts = {f"{name}:{self.port}" for name in NAMES}
        if headers.get("host", "") not in hosts:
            return 421, "Open the address that hingecheck app printed."
        if scope["path"] == "/favicon.ico":  # browsers ask for it by themselves
            return 204, ""
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            return 403, "This request comes from another page."
        if headers.get("sec-fetch-site", "none") not in OWN:
            return 403, "This request comes from another page."
        first = scope["path"].removeprefix("/").partition("/")[0]
        if not secrets.compare_digest(first.encode(), self.token.encode()):
            return 403, "The token in the address is wrong. Open the address that hingecheck app printed last."
        return None


def _plain(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status) if text else Response(status_code=status)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
