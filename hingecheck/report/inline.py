"""Styles, scripts and data inside a page, and the content security policy that allows these and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Inline:
    """A text that stands in the page as it is, and its hash as the policy names it."""

    text: Markup
    policy: str


def part(name: str) -> Inline:
    """A file beside the templates: CSS or JavaScript of ours."""
    text = (files("hingecheck.report") / "templates" / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(Markup(text), f"'sha256-{digest}'")


def data(value: object) -> Markup:
    """JSON for a `<script type="application/json">`: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def policy(style: Inline, script: Inline | None = None) -> str:
    """Nothing is loaded but pictures that lie beside the page."""
    scripts = f"script-src {script.policy}; " if script else ""
    rest = "img-src 'self' file:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; {scripts}style-src {style.policy}; {rest}"
