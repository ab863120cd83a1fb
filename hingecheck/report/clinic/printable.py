"""Prepare text for the printed page: only letters that the font has, long words breakable, length limited."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LATIN: Final = r"\x20-\x7e\xa0-\xac\xae-\u017f"
_GREEK_CYRILLIC: Final = r"\u0391-\u03a1\u03a3-\u03ce\u0400-\u045f"
_SIGNS: Final = r"‐‑–—‘’‚“”„†•…‰€−×≤≥≈±°→←√□"
UNPRINTABLE: Final = re.compile(f"[^{_LATIN}{_GREEK_CYRILLIC}{_SIGNS}]")
STAND_IN: Final = "□"
_LONG: Final = re.compile(r"\S{25,}")
_PIECE: Final = 4
_BREAK: Final = "\u200b"


def text(words: str, most: int = 400) -> str:
    """`words` on one line.

    Letters that the font lacks become □.  Long words can be broken.  Text over `most` letters ends with an ellipsis.
    """
    line = " ".join(unicodedata.normalize("NFC", words).split())
    line = UNPRINTABLE.sub(STAND_IN, line)
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return _LONG.sub(lambda match: _BREAK.join(_pieces(match.group())), line)


def _pieces(word: str) -> list[str]:
    return [word[begin : begin + _PIECE] for begin in range(0, len(word), _PIECE)]
