"""HTML pages in one file: templates that escape what they are given, assets inside, nothing fetched, nothing else run.

The Content-Security-Policy names the hash of each style and script that stands in the page, so no text that a file
name or a note smuggles in can ever run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hingecheck import names

TEMPLATES: Final = Path(__file__).parent / "templates"
ASSETS: Final = Path(__file__).parent / "assets"


def render(
    template: str,
    context: Mapping[str, object],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    images: str = "data:",
) -> str:
    """A template of `templates/`, filled; `styles` and `scripts` are files of `assets/` that are put into the page.

    `images`: where the policy lets pictures come from.  Letters that UTF-8 cannot hold become U+FFFD; templates make
    names visible with the filter `shown`.
    """
    css, code = ([asset(name) for name in files] for files in (styles, scripts))
    page = _environment().get_template(template)
    filled = page.render(
        dict(context),
        policy=policy(css, code, images),
        styles=[Markup(text) for text in css],
        scripts=[Markup(text) for text in code],
    )
    return names.readable(filled)


def policy(styles: Sequence[str], scripts: Sequence[str], images: str = "data:") -> str:
    """The Content-Security-Policy of a page that holds these styles and scripts and may play a film beside it."""
    parts = {
        "default-src": "'none'",
        "img-src": images,
        "media-src": "'self' file: blob:",
        "style-src": " ".join(map(_hash, styles)) or "'none'",
        "script-src": " ".join(map(_hash, scripts)) or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def asset(name: str) -> str:
    """A file of `assets/` as text."""
    return (ASSETS / name).read_text(encoding="utf-8")


def data(value: object) -> Markup:
    """JSON for a `<script type="application/json">`: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def data_uri(kind: str, data: bytes) -> str:
    """Bytes as an address that holds them, `kind` is a media type."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = names.shown
    return made
