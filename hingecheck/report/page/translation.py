"""A finished page in the language in use: its texts, labels and data are translated, its structure stays.

What a user wrote is never translated: `<bdi>`, elements with `translate="no"`, and the classes `file` and `free`.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any, Final

from hingecheck import language

_TOKENS: Final = re.compile(r"(<!--.*?-->|<script\b.*?</script>|<style\b.*?</style>|<[^>]*>)", re.DOTALL)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LABELS: Final = re.compile(r'\b(aria-label|alt|title|placeholder|data-unit)="([^"]*)"')
_OWN: Final = re.compile(r'^<bdi\b|\btranslate="no"|\bclass="(?:file|free)"')
_DATA: Final = re.compile(r'(<script type="application/json" id="data">)(.*)(</script>)', re.DOTALL)
_WORDS: Final = '<script type="application/json" id="words">'
_VOID: Final = frozenset(("br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line"))

KEPT: Final = frozenset(
    (
        *(
            "name",
            "clip",
            "file",
            "page",
            "report",
            "picture",
            "key",
            "ids",
            "note",
            "athlete",
            "id",
            "root",
            "answers",
        ),
        *("athletes", "standing", "kind", "pattern", "date", "stage", "places", "state"),
    )
)
"""Keys of the pages' data whose texts are names or codes, not words."""


def page(text: str) -> str:
    """A page as HTML text in the language in use."""
    used = language.current()
    if used is None:
        return text
    out, skipping = [], _Skipping()
    for token in _TOKENS.split(text):
        if token.startswith("<"):
            out.append(_markup(token, used) if not skipping.over(token) else token)
        else:
            out.append(token if skipping.inside else _text(token))
    return "".join(out)


def data(value: Any) -> Any:
    """Plain data of a page in the language in use."""
    return language.data(value, KEPT)


class _Skipping:
    """Whether the present place of a page lies in an element that holds a user's own words."""

    def __init__(self) -> None:
        self._name, self._depth = "", 0

    @property
    def inside(self) -> bool:
        return self._depth > 0

    def over(self, token: str) -> bool:
        """Take a tag; True if it lies inside such an element."""
        tag = _TAG.match(token)
        if tag is None:
            return self.inside
        closes, name = bool(tag[1]), tag[2].lower()
        if self.inside:
            if name == self._name:
                self._depth += -1 if closes else 1
            return True
        if not closes and name not in _VOID and _OWN.search(token):
            self._name, self._depth = name, 1
        return False


def _markup(token: str, used: language.Catalogue) -> str:
    """A tag with its labels translated; the data of the page's scripts as well."""
    if token.startswith("<html"):
        return token.replace('lang="en"', f'lang="{used.code}"')
    if token.startswith(_WORDS):
        return f"{_WORDS}{dumped(dict(used.scripts))}</script>"
    island = _DATA.fullmatch(token)
    if island:
        return f"{island[1]}{dumped(data(json.loads(island[2])))}{island[3]}"
    if token.startswith(("<script", "<style", "<!")):
        return token
    return _LABELS.sub(lambda label: f'{label[1]}="{html.escape(_words(html.unescape(label[2])))}"', token)


def _text(text: str) -> str:
    """A text between two tags, with the space around it."""
    bare = text.strip()
    if not bare:
        return text
    begin = text.index(bare)
    return text[:begin] + html.escape(_words(html.unescape(bare)), quote=False) + text[begin + len(bare) :]


def _words(text: str) -> str:
    """The translation, with the spaces that do not break."""
    found = language.translated(text.replace("\N{NO-BREAK SPACE}", " "))
    return re.sub(r" (?=[%°])", "\N{NO-BREAK SPACE}", found) if "\N{NO-BREAK SPACE}" in text else found


def dumped(value: object) -> str:
    """JSON text for a script element: no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
