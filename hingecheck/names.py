"""Names that others chose (files, folders, athletes): who they mean, how they are shown, what a folder may be called.

A name may hold anything: path tricks, terminal codes, text that turns around, half an emoji, 300 characters; the same
letters composed (NFC) or not (NFD); and some file systems take `Ana` and `ana` for one folder.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

LONGEST_SHOWN: Final = 120
LONGEST_SLUG: Final = 40
LONGEST_FOLDER: Final = 140
"""Bytes of a result folder's name; the strictest file systems in use take 143."""

UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])", re.IGNORECASE)
_NO_TEXT: Final = re.compile("[\ud800-\udfff]")
_PLAIN: Final = re.compile(r"""(?![\s.~-])[^<>:"/\\|?*]+(?<![\s.])""")
"""Legal on every system, and neither hidden, nor taken for an option or for the home folder."""


def readable(text: str) -> str:
    """The text with U+FFFD for what UTF-8 cannot hold, such as the bytes of a file name that is not UTF-8."""
    return _NO_TEXT.sub(UNREADABLE, text)


def visible(text: str) -> str:
    """The text with U+FFFD for every character that is not seen, letter for letter: codes, direction marks, new lines.

    Emoji keep their joiners.
    """
    return "".join(UNREADABLE if unicodedata.category(c) in _HIDDEN and c != _JOINER else c for c in text)


def shown(name: str) -> str:
    """The name as it can be printed: composed, on one line, at most LONGEST_SHOWN characters, nothing invisible.

    Control codes, direction marks and bytes that are no text become U+FFFD.
    """
    one_line = " ".join(visible(unicodedata.normalize("NFC", name)).split())
    return one_line if len(one_line) <= LONGEST_SHOWN else one_line[: LONGEST_SHOWN - 1] + "…"


def identity(name: str) -> str:
    """What two spellings of one name share: composed, spaces single, case folded, nothing cut off."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.encode("utf-8", "backslashreplace").decode().split())


def slug(name: str) -> str:
    """The name reduced to what every file system takes: `a-z 0-9 -`, at most LONGEST_SLUG characters; may be empty.

    It only helps the eye: whoever uses it appends a hash that tells names apart.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    cleaned = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    return "" if _RESERVED.fullmatch(cleaned) else cleaned


def folder_name(name: str, digest: str) -> str:
    """A folder's name, unique by `digest` alone."""
    readable = slug(name)
    return f"{readable}-{digest}" if readable else digest


def result_folder(title: str) -> str:
    """A clip's title as the name of its result folder: as it is if every system takes it, else a slug and a hash."""
    if _is_plain(title):
        return title
    return folder_name(title if slug(title) else "clip", short_hash(title))


def _is_plain(title: str) -> bool:
    return (
        _PLAIN.fullmatch(title) is not None
        and visible(title) == title
        and len(title.encode()) <= LONGEST_FOLDER
        and _RESERVED.fullmatch(title.partition(".")[0].rstrip()) is None
    )


def short_hash(text: str) -> str:
    """12 hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


_DATE: Final = r"(?<!\d)(?:\d{4}([-_.]?)\d\d\1\d\d|\d\d\.\d\d\.\d{4})(?!\d)"


def date_of(text: str) -> str:
    """YYYY-MM-DD of 2026-03-01, 20260301, 2026_03_01 or 01.03.2026; "" if it is no day of the calendar."""
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"\d\d\.\d\d\.\d{4}", text):
        digits = digits[4:] + digits[2:4] + digits[:2]
    if len(digits) != 8:
        return ""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not (1950 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return ""
    return f"{year:04}-{month:02}-{day:02}"


def from_folders(inside: str) -> dict[str, str]:
    """Athlete = the first folder on the way, date = the last one written in the path."""
    *folders, _ = PurePosixPath(inside).parts
    dates = [match.group() for match in re.finditer(_DATE, inside) if date_of(match.group())]
    return {"athlete": folders[0] if folders else "", "date": dates[-1] if dates else ""}
