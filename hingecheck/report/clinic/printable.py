"""Words and numbers as a printed page can show them: letters of the font, breakable, of bearable length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hingecheck.records import Measure

_LATIN: Final = r"\x20-\x7e\xa0-\xac\xae-\u017f"
_GREEK_CYRILLIC: Final = r"\u0391-\u03a1\u03a3-\u03ce\u0400-\u045f"
_SIGNS: Final = r"‐‑–—‘’‚“”„†•…‰€−×≤≥≈±°→←√□"
UNPRINTABLE: Final = re.compile(f"[^{_LATIN}{_GREEK_CYRILLIC}{_SIGNS}]")
STAND_IN: Final = "□"
_LONG: Final = re.compile(r"\S{25,}")
_PIECE: Final = 4
_BREAK: Final = "\u200b"

METRICS: Final = {
    "lumbar_share_trunk": "Lumbar share of the trunk's movement",
    "lumbar_change_deg": "Lumbar change",
    "pelvis_change_deg": "Pelvis change",
    "hip_change_deg": "Hip change",
    "knee_change_deg": "Knee change",
    "trunk_change_deg": "Trunk change",
    "concentric_s": "Way up",
    "eccentric_s": "Way down",
}
_UNITS: Final = (("_deg_s", "°/s"), ("_deg", "°"), ("_s", " s"), ("_m", " m"))


def text(words: str, most: int = 400) -> str:
    """`words` on one line: unknown letters as □, long words breakable, cut with an ellipsis after `most` letters."""
    line = " ".join(unicodedata.normalize("NFC", words).split())
    line = UNPRINTABLE.sub(STAND_IN, line)
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return _LONG.sub(lambda found: _BREAK.join(_pieces(found.group())), line)


def _pieces(word: str) -> list[str]:
    return [word[begin : begin + _PIECE] for begin in range(0, len(word), _PIECE)]


def unit(metric: str) -> str:
    """The unit that a metric's name ends with, "" for a share, which is printed as per cent."""
    return next((sign for ending, sign in _UNITS if metric.endswith(ending)), " %" if "share" in metric else "")


def name(metric: str) -> str:
    """A metric in words; of one that is not known here, the words of its own name."""
    if metric in METRICS:
        return METRICS[metric]
    bare = next((metric.removesuffix(ending) for ending, _ in _UNITS if metric.endswith(ending)), metric)
    return text(bare.replace("_", " ").capitalize(), 60)


def number(metric: str, value: float, *, signed: bool = False) -> str:
    """A value with the decimals that its error allows; shares as per cent."""
    sign = unit(metric)
    if sign == " %":
        value *= 100.0
    digits = 2 if sign in (" s", "") else 0 if sign in (" %", "°/s") else 1
    shown = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return _whole(shown).replace("-", "−") + sign


def difference(metric: str, value: float) -> str:
    """A difference with its sign; of shares, in percentage points."""
    shown = number(metric, value, signed=True)
    return shown.removesuffix(" %") + " points" if shown.endswith(" %") else shown


def measure(metric: str, found: Measure) -> str:
    """Value and 90 % interval, or that it is not measured."""
    if not found.known:
        return "not measured"
    low, high = number(metric, found.low), number(metric, found.high)
    sign = unit(metric)
    return f"{number(metric, found.value)} ({low.removesuffix(sign)} to {high.removesuffix(sign)})"


def _whole(shown: str) -> str:
    """A zero without a minus."""
    return shown.lstrip("-+") if float(shown) == 0 else shown
