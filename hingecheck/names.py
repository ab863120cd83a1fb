"""Names that users choose (files, folders, athletes): comparing them, showing them, making folder names from them.

A name may hold anything: path tricks, terminal codes, text that runs backwards, half an emoji, 300 characters.  The
same letters may be composed (NFC) or decomposed (NFD).  Some file systems take `Ana` and `ana` for one folder.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

LONGEST_SHOWN: Final = 120
"""Largest number of characters of a name that is shown."""

LONGEST_SLUG: Final = 40
"""Largest number of characters of a slug."""

LONGEST_FOLDER: Final = 140
"""Largest number of bytes of a result folder's name; the strictest file systems in use take 143."""

YEARS: Final = (1950, 2199)
"""First and last year of a date that is believed."""

UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
"""What stands for characters that cannot be shown or stored."""

_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories of characters that are not visible: controls, formats, surrogates, unassigned, separators."""

_JOINER: Final = "\N{ZERO WIDTH JOINER}"
"""An invisible character that belongs to emoji."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])", re.IGNORECASE)
"""Device names that Windows does not allow as file names."""

_NO_TEXT: Final = re.compile("[\ud800-\udfff]")
"""Surrogates: Python's form of bytes that are not UTF-8."""

_PLAIN: Final = re.compile(r"""(?![\s.~-])[^<>:"/\\|?*]+(?<![\s.])""")
"""A name that is legal on every system, is not hidden, and cannot be taken for an option or the home folder."""


def readable(text: str) -> str:
    """The text with U+FFFD for everything that UTF-8 cannot hold, as in a file name that is not UTF-8."""
    return _NO_TEXT.sub(UNREADABLE, text)


def visible(text: str) -> str:
    """The text with U+FFFD for every invisible character: control codes, direction marks, line breaks.

    The length stays the same.  Emoji keep their joiners.
    """
    return "".join(UNREADABLE if unicodedata.category(c) in _HIDDEN and c != _JOINER else c for c in text)


def shown(name: str) -> str:
    """The name ready to print: composed, on one line, at most LONGEST_SHOWN characters, nothing invisible.

    Control codes, direction marks and bytes that are not text become U+FFFD.
    """
    one_line = " ".join(visible(unicodedata.normalize("NFC", name)).split())
    return one_line if len(one_line) <= LONGEST_SHOWN else one_line[: LONGEST_SHOWN - 1] + "…"


def identity(name: str) -> str:
    """A key that is equal for two spellings of one name: composed, single spaces, case folded, full length."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.encode("utf-8", "backslashreplace").decode().split())


def slug(name: str) -> str:
    """The name reduced to `a-z 0-9 -`, which every file system takes; at most LONGEST_SLUG characters, may be empty.

    Two names may have the same slug.  The caller adds a hash that distinguishes them.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    cleaned = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    return "" if _RESERVED.fullmatch(cleaned) else cleaned


def folder_name(name: str, digest: str) -> str:
    """Name of a folder: the slug of the name, and `digest`, which alone makes it unique."""
    prefix = slug(name)
    return f"{prefix}-{digest}" if prefix else digest


def clip_title(athlete: str, file: str) -> str:
    """The readable part of the name of a result folder in a batch: athlete and file, without folders and ending."""
    return f"{athlete} {PurePosixPath(file).stem}"


def result_folder(title: str) -> str:
    """Name of a clip's result folder: its title unchanged if every system takes it, else a slug and a hash."""
    if _is_plain(title):
        return title
    return folder_name(title if slug(title) else "clip", short_hash(title))


def _is_plain(title: str) -> bool:
    """True if every file system takes the title unchanged."""
    return (
        _PLAIN.fullmatch(title) is not None
        and visible(title) == title
        and len(title.encode()) <= LONGEST_FOLDER
        and _RESERVED.fullmatch(title.partition(".")[0].rstrip()) is None
    )


def short_hash(text: str) -> str:
    """The first 12 hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


_DATE: Final = r"(?<!\d)(?:\d{4}([-_.]?)\d\d\1\d\d|\d\d\.\d\d\.\d{4})(?!\d)"
"""A date in one of the forms that `date_of` reads."""


def date_of(text: str) -> str:
    """The date as YYYY-MM-DD; "" if it is not a valid date.

    It reads 2026-03-01, 20260301, 2026_03_01 and 01.03.2026.
    """
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"\d\d\.\d\d\.\d{4}", text):
        digits = digits[4:] + digits[2:4] + digits[:2]
    if len(digits) != 8:
        return ""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not (YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return ""
    return f"{year:04}-{month:02}-{day:02}"


def looks_dated(inside: str) -> bool:
    """True if a path holds something that is written like a date, valid or not."""
    return re.search(_DATE, inside) is not None


def from_folders(inside: str) -> dict[str, str]:
    """Athlete and date from a clip's path inside its folder: the first folder's name, and the last date in the path."""
    *folders, _ = PurePosixPath(inside).parts
    dates = [match.group() for match in re.finditer(_DATE, inside) if date_of(match.group())]
    return {"athlete": folders[0] if folders else "", "date": dates[-1] if dates else ""}
