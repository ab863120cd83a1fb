"""What may break a pseudonym although no file name is written into the results: said on the terminal.

In: the clip, the folder of the results, the note.  Out: sentences (`giveaways`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hingecheck import names
from hingecheck.video.container import open_clip

TELLING: Final = ("title", "artist", "author", "comment", "description", "location", "gps", "model", "make")
"""Parts of metadata keys whose values may tell who, where or with which phone a clip was filmed."""

LEAST_WORD: Final = 3
"""Fewest letters of a word of the clip's name that is looked for in the name of the results folder."""


def giveaways(clip: Path, out: Path | None, note: str) -> list[str]:
    """Sentences on the note, the folder's name and the clip's metadata; raises VideoNotFound or InputError."""
    told = sorted(key for key in _metadata(clip) if any(part in key.lower() for part in TELLING))
    lines = in_words(clip, out, note)
    if told:
        keys = names.shown(", ".join(told))
        lines.append(f"The clip's own metadata hold {keys}. The results do not. Do not pass on the clip itself.")
    return lines


def in_words(clip: Path, out: Path | None, note: str) -> list[str]:
    """Sentences on the note and the folder's name."""
    lines = []
    if note.strip():
        lines.append("The note is kept word for word. Check that it names nobody.")
    same = _words(clip.stem) & _words(out.name) if out is not None else set()
    if same:
        lines.append(f"The results folder {names.shown(str(out))} shares a word with the clip's name. Rename it.")
    return lines


def _metadata(clip: Path) -> dict[str, str]:
    """The metadata of the clip that are not empty."""
    with open_clip(clip) as container:
        return {key: value for key, value in container.metadata.items() if value.strip()}


def _words(name: str) -> set[str]:
    """The words of a name that may name a person."""
    return {word for word in re.findall(r"[^\W\d_]+", names.identity(name)) if len(word) >= LEAST_WORD}
