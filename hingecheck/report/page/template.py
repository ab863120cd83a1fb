"""Fill the HTML templates.  Each page is one file: styles and scripts are inside, and it loads nothing from a network.

The templates escape all text.  The Content-Security-Policy allows only the styles and scripts whose hashes it lists.
So a script hidden in a file name or a note cannot run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hingecheck import names
from hingecheck.report.page import translation

TEMPLATES: Final = Path(__file__).parent / "templates"
ASSETS: Final = Path(__file__).parent / "assets"


def render(
    template: str,
    context: Mapping[str, object],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    also: Mapping[str, str] | None = None,
) -> str:
    """The page as HTML text: the file `template` of `templates/`, filled with `context`.

    `styles` and `scripts` are files of `assets/` to put into the page.  `also` are further directives of the policy.
    Letters that UTF-8 cannot encode become U+FFFD.  The filter `shown` makes invisible letters of file names visible,
    `tight` keeps per cent signs beside their numbers.
    """
    needed = ("fresh.js", *(("words.js", *scripts) if scripts else ()))
    css, code = ([asset(name) for name in files] for files in (styles, needed))
    page = _environment().get_template(template)
    filled = page.render(
        dict(context),
        policy=policy(css, code, also),
        styles=[Markup(text) for text in css],
        scripts=[Markup(text) for text in code],
    )
    return names.readable(translation.page(filled))


def fragment(template: str, context: Mapping[str, object]) -> str:
    """A piece of a page as HTML text: the file `template` of `templates/`, filled with `context`."""
    return names.readable(_environment().get_template(template).render(dict(context)))


def policy(styles: Sequence[str], scripts: Sequence[str], also: Mapping[str, str] | None = None) -> str:
    """The Content-Security-Policy of a page with these styles and scripts.  The page may play a film beside it.

    `also`: directives to add, or to put in the place of the usual ones.
    """
    parts = {
        "default-src": "'none'",
        "img-src": "data:",
        "media-src": "'self' file: blob:",
        "style-src": " ".join(map(_hash, styles)) or "'none'",
        "script-src": " ".join(map(_hash, scripts)) or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    } | dict(also or {})
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def tight(text: str) -> str:
    """The text with spaces that do not break between a number and its per cent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def asset(name: str) -> str:
    """A file of `assets/` as text."""
    return (ASSETS / name).read_text(encoding="utf-8")


def data(value: object) -> Markup:
    """JSON text for `<script type="application/json">`.  <, > and & are escaped, so no text can end the element."""
    return Markup(translation.dumped(value))


def data_uri(kind: str, data: bytes) -> str:
    """A data URI that holds the bytes.  `kind` is their media type, such as "image/webp"."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = names.shown
    environment.filters["tight"] = tight
    return environment
