"""The error card as data for the analyzer's reports.

    python -m samples.card.rows

It reads `samples/ERRORS.md` and writes `hingecheck/history/error_card.toml`: one row per metric and condition.
`samples.evaluate` writes both files. A test checks that they agree.
"""

import re
import sys
from collections.abc import Iterator
from itertools import takewhile

from samples.card.freeze import SAMPLES
from samples.card.tables import METRIC_WORDS

CARD = SAMPLES / "ERRORS.md"
ROWS = SAMPLES.parent / "hingecheck" / "history" / "error_card.toml"
MIXTURES, MIXTURES_TITLE = "random mixtures, yaw to 20°", "The random mixtures among them"

_HEAD = "# Made from samples/ERRORS.md by `python -m samples.card.rows`; do not edit.\n"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def card_rows(card: str) -> Iterator[dict[str, str | float | int]]:
    """Yield the rows with a number: random mixtures to 20 degrees, then "Condition by condition"."""
    if MIXTURES_TITLE in card:
        yield from _mixtures(card)
    for metric, words in METRIC_WORDS.items():
        for line in _table(card, f"### {words}\n"):
            name, *cells = line
            numbers = [_numbers(cell) for cell in cells]
            if not numbers[3]:  # no number under this condition
                continue
            row: dict[str, str | float | int] = {"metric": metric, "condition": name}
            row |= {"clips": int(numbers[0][0]), "reps": int(numbers[1][0])}
            row |= {"bias": numbers[2][0], "mean_abs": numbers[3][0]}
            row |= dict(zip(("limits_low", "limits_high"), numbers[4], strict=False))
            row |= {"inside_percent": numbers[6][0]} if numbers[6] else {}
            yield row | {"unread_percent": numbers[7][0]}


def _mixtures(card: str) -> Iterator[dict[str, str | float | int]]:
    """Yield the rows of the table of random mixtures within 20 degrees of the side view."""
    clips = int(re.findall(r"\((\d+) clips", card.split(MIXTURES_TITLE, 1)[1])[0])
    titles = {words: metric for metric, words in METRIC_WORDS.items()}
    for words, *cells in _table(card, MIXTURES_TITLE):
        reps, bias, mean_abs, limits, _, inside, unread = (_numbers(cell) for cell in cells)
        yield {
            **{"metric": titles[words], "condition": MIXTURES, "clips": clips, "reps": int(reps[0])},
            **{"bias": bias[0], "mean_abs": mean_abs[0], "limits_low": limits[0], "limits_high": limits[1]},
            **{"inside_percent": inside[0], "unread_percent": unread[0]},
        }


def version(card: str) -> str:
    """Return the version of the analyzer that the card measured."""
    sentence = re.search(r"errors of `hingecheck` (\S+) on (\d+) rendered clips", card)
    if sentence is None:
        sys.exit(f"{CARD}: the first sentence has changed; change samples/card/rows.py to match")
    return sentence[1]


def toml(rows: Iterator[dict[str, str | float | int]], version_of: str) -> str:
    """Format the rows as TOML."""
    parts = [f'{_HEAD}version = "{version_of}"\n']
    for row in rows:
        lines = (
            f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in row.items()
        )
        parts.append("\n[[row]]\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def _table(card: str, title: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    lines = card.split(title, 1)[1].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("|"))
    table = list(takewhile(lambda line: line.startswith("|"), lines[first:]))
    return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in table[2:]]


def _numbers(cell: str) -> list[float]:
    """The numbers in a cell."""
    return [float(text) for text in _NUMBER.findall(cell.replace("−", "-"))]


def write_rows() -> None:
    """Read the card and write the TOML file."""
    card = CARD.read_text(encoding="utf-8")
    ROWS.write_text(toml(card_rows(card), version(card)), encoding="utf-8")


if __name__ == "__main__":
    write_rows()
