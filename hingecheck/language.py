"""The language of what people read: pages, terminal, PDF.  Files for other programs stay English.

The package writes English.  A catalogue, `catalogue/CODE.toml`, holds each English text and its translation; `{0}` in
both stands for a number, a name or another text of the catalogue.  `translated` looks a finished text up: so a stored
result of any version can be read in any language, and nothing that measures knows of languages.  What a catalogue does
not hold stays English.  `docs/development/translating.md` says how to add a language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from hingecheck.errors import UsageError

FOLDER: Final = Path(__file__).parent / "catalogue"
ENGLISH: Final = "en"
VARIABLE: Final = "HINGECHECK_LANGUAGE"
"""The environment variable that names the language."""

_PLACE: Final = re.compile(r"\{(\d)\}")
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“])")
_AMOUNT: Final = r"[−+-]?\d+(?:\.\d+)?(?:\s?(?:%|°/s|°|m/s|s|cm|m|kg|points))?"
_NUMBER: Final = re.compile(rf"{_AMOUNT}(?: to {_AMOUNT}| \({_AMOUNT} to {_AMOUNT}\))?(?: → {_AMOUNT})?")
_MONTHS: Final = "January February March April May June July August September October November December".split()  # noqa: SIM905
_DAY: Final = re.compile(rf"(\d{{1,2}}) ({'|'.join(_MONTHS)})( \d{{4}})?")
_LEAST_WORDS: Final = re.compile(r"[^\W\d_]{2}")
_IDENTIFIER: Final = re.compile(r"\w*_\w*|[0-9a-f]{12,}")
_BREAK: Final = "\N{ZERO WIDTH SPACE}"
_LONGEST_NAME: Final = 120
"""Largest number of characters of a name in a place of a text."""


class Catalogue:
    """The translations into one language.

    `texts`: English -> translation.  `scripts`: the same for texts that the pages' scripts hold.  `numbers`: how
    numbers are written: `decimal` sign, `to`, `points`, `day` with {0} for the day and {1} for the name of the month.
    """

    def __init__(self, code: str, table: Mapping[str, Mapping[str, str]]) -> None:
        self.code = code
        self.texts, self.scripts, self.numbers = table["texts"], table.get("scripts", {}), table["numbers"]
        self.missing: set[str] = set()
        self._done: dict[str, str] = {}

    def translated(self, text: str) -> str:
        """The translation of a finished text; the text itself where the catalogue lacks it."""
        if text not in self._done:
            plain = " ".join(text.split())
            whole = plain.replace(_BREAK, "")  # the PDF's long words may be broken
            found = (
                self._found(plain, strict=True) or self._found(whole, strict=True) or self._found(plain, strict=False)
            )
            if found is None and _LEAST_WORDS.search(plain) and not _IDENTIFIER.fullmatch(plain):
                self.missing.add(plain)
            self._done[text] = text if found is None else found
        return self._done[text]

    def _found(self, text: str, *, strict: bool) -> str | None:
        """The translation of a text; None if the catalogue lacks it.

        `strict`: the catalogue must hold what stands in the places, too.  Else it may be a name.
        """
        looks = [self._word, self._pattern, self._as_sentence, self._by_parts]
        if _SENTENCES.search(text):  # else a place of the first sentence would hold all others
            looks = [self._word, self._by_parts, self._pattern, self._as_sentence]
        for look in looks:
            found = look(text, strict)
            if found is not None:
                return found
        return None

    def _word(self, text: str, _: bool) -> str | None:
        """A text without places, a number, or a day."""
        if text in self.texts:
            return self.texts[text]
        if _NUMBER.fullmatch(text):
            return self._number(text)
        day = _DAY.fullmatch(text)
        return None if day is None else self.numbers["day"].format(day[1], self.texts[day[2]]) + (day[3] or "")

    def _pattern(self, text: str, strict: bool) -> str | None:
        """A text with places."""
        for pattern, translation in self._patterns:
            match = pattern.fullmatch(text)
            values = {} if match is None else {int(k[1:]): self._value(v, strict) for k, v in match.groupdict().items()}
            if match is not None and None not in values.values():
                return _PLACE.sub(lambda place, values=values: values[int(place[1])], translation)  # type: ignore[misc]
        return None

    def _value(self, text: str, strict: bool) -> str | None:
        """The translation of what stands in a place; a name stays as it is, if it may be one."""
        listed = self._by_semicolons(text, strict=True) if "; " in text else None
        found = listed or self._found(text, strict=True)
        named = not _LEAST_WORDS.search(text) or not (strict or _SENTENCES.search(text) or len(text) > _LONGEST_NAME)
        return text if found is None and named else found

    def _as_sentence(self, text: str, strict: bool) -> str | None:
        """A text that the catalogue holds without its capital letter or its full stop, or with both."""
        bare = text.removesuffix(".")
        whole = f"{bare[:1].upper()}{bare[1:]}."
        if whole in self.texts:
            return self.texts[whole] if text.endswith(".") else self.texts[whole].removesuffix(".")
        for each in (bare, bare[:1].lower() + bare[1:], text[:1].lower() + text[1:]):
            looks = (self._word, self._pattern, self._by_commas)
            found = next((f for look in looks if (f := look(each, strict)) is not None), None) if each != text else None
            if found is not None:
                first = found[0].upper() if text[0].isupper() else found[0]
                return first + found[1:] + ("." if text.endswith(".") and not each.endswith(".") else "")
        return None

    def _by_parts(self, text: str, strict: bool) -> str | None:
        """Several sentences, or several texts with a semicolon or a comma between them."""
        sentences = self._each(_SENTENCES.split(text), " ", strict=strict)
        return sentences or self._by_semicolons(text, strict=strict) or self._by_commas(text, strict)

    def _by_semicolons(self, text: str, *, strict: bool) -> str | None:
        """Several texts with semicolons between them."""
        return self._each(text.split("; "), "; ", strict=strict)

    def _each(self, parts: Sequence[str], glue: str, *, strict: bool) -> str | None:
        """Several texts with `glue` between them; None for a single one."""
        found = [self._found(part, strict=strict) for part in parts] if len(parts) > 1 else [None]
        return None if None in found else glue.join(part or "" for part in found)

    def _by_commas(self, text: str, strict: bool) -> str | None:
        """Several texts with commas between them."""
        for comma in re.finditer(", ", text):
            head = text[: comma.start()]
            first = self._word(head, strict) or self._pattern(head, strict=True)
            rest = None if first is None else self._found(text[comma.end() :], strict=True)
            if rest is not None:
                return f"{first}, {rest}"
        return None

    def _number(self, text: str) -> str:
        text = text.replace(" to ", f" {self.numbers['to']} ").replace("points", self.numbers["points"])
        return re.sub(r"(?<=\d)\.(?=\d)", self.numbers["decimal"], text)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Texts with places, those with the most words of their own first."""
        with_places = [text for text in self.texts if _PLACE.search(text)]
        with_places.sort(key=lambda text: len(_PLACE.sub("", text)), reverse=True)
        return [(re.compile("".join(_pieces(text)), re.DOTALL), self.texts[text]) for text in with_places]


def _pieces(text: str) -> Iterator[str]:
    """A text with places as pieces of a regular expression.  A place that stands twice holds the same twice."""
    seen = set()
    for number, piece in enumerate(_PLACE.split(text)):
        if number % 2 == 0:
            yield re.escape(piece)
        else:
            yield f"(?P=_{piece})" if piece in seen else f"(?P<_{piece}>.+?)"
            seen.add(piece)


@cache
def catalogue(code: str) -> Catalogue:
    """The catalogue of a language.  Raises UsageError if there is none."""
    if code not in codes():
        raise UsageError(f"--language {code}: is not known", f"Use one of: {', '.join(codes())}.")
    return Catalogue(code, tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))


def codes() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.toml")))


_used: list[Catalogue] = []


def use(code: str) -> None:
    """Show everything in this language from now on.  Raises UsageError for an unknown one."""
    wanted = [] if code == ENGLISH else [catalogue(code)]
    _used[:] = wanted


def current() -> Catalogue | None:
    """The catalogue in use; None for English."""
    return _used[0] if _used else None


def code() -> str:
    """The code of the language in use."""
    return _used[0].code if _used else ENGLISH


def translated(text: str) -> str:
    """A finished text in the language in use."""
    return _used[0].translated(text) if _used and text.strip() else text


def data(value: Any, kept: Collection[str] = ()) -> Any:
    """Plain data with every text in the language in use.  What stands under a key of `kept` stays."""
    if not _used:
        return value
    if isinstance(value, Mapping):
        return {key: item if key in kept else data(item, kept) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [data(item, kept) for item in value]
    return translated(value) if isinstance(value, str) else value
