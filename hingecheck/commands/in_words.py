"""What the terminal prints, in the language in use."""

from __future__ import annotations

from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hingecheck import language


def translated(item: Any) -> Any:
    """A text, or a table or padding of texts, in the language in use."""
    if language.current() is None:
        return item
    if isinstance(item, Text):
        return _text(item)
    if isinstance(item, Padding):
        item.renderable = translated(item.renderable)
    if isinstance(item, Table):
        for column in item.columns:
            column.header = translated(column.header)
            column._cells = [translated(cell) for cell in column._cells]  # rich has no public way
    return language.translated(item) if isinstance(item, str) else item


def _text(text: Text) -> Text:
    """A text piece by piece: each piece has its own style."""
    ends = sorted({end for span in text.spans for end in (span.start, span.end)} - {0, len(text.plain)})
    joined = Text(style=text.style, justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap)
    for piece in text.divide(ends) if ends else [text]:
        bare = piece.plain.strip()
        begin = piece.plain.index(bare) if bare else 0
        found = language.translated(bare)
        if found == bare:
            joined.append_text(piece)
        else:
            style = piece.spans[0].style if piece.spans else ""
            joined.append(piece.plain[:begin] + found + piece.plain[begin + len(bare) :], style)
    return joined
