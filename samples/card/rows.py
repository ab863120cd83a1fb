"""The error card as data for the package: `python -m samples.card.rows` reads ERRORS.md and writes one file.

`hingecheck/history/error_card.toml`: a row a metric and condition.  `samples.evaluate` writes it with the card; a test
holds it to ERRORS.md.
"""

import re
import sys
from collections.abc import Iterator
from itertools import takewhile

from samples.card.freeze import SAMPLES
from samples.card.tables import METRIC_WORDS

CARD = SAMPLES / "ERRORS.md"
PACKAGE = SAMPLES.parent / "hingecheck"
ROWS = PACKAGE / "history" / "error_card.toml"
MIXTURES, MIXTURES_TITLE = "random mixtures, yaw to 20°", "The random mixtures among them"
LEAST_CLIPS = 30
_HEAD = "# Made from samples/ERRORS.md by `python -m samples.card.rows`; do not edit.\n"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def card_rows(card: str) -> Iterator[dict[str, str | float | int]]:
    """Every row of the tables "Condition by condition" that holds a reading, and the random mixtures to 20 degrees."""
    if MIXTURES_TITLE in card:
        yield from _mixtures(card)
    for metric, words in METRIC_WORDS.items():
        for line in _table(card, f"### {words}\n"):
            name, *cells = line
            numbers = [_numbers(cell) for cell in cells]
            if not numbers[3]:  # nothing was read under this condition
                continue
            row: dict[str, str | float | int] = {"metric": metric, "condition": name}
            row |= {"clips": int(numbers[0][0]), "reps": int(numbers[1][0])}
            row |= {"bias": numbers[2][0], "mean_abs": numbers[3][0]}
            row |= dict(zip(("limits_low", "limits_high"), numbers[4], strict=False))
            row |= {"inside_percent": numbers[6][0]} if numbers[6] else {}
            yield row | {"unread_percent": numbers[7][0]}


def _mixtures(card: str) -> Iterator[dict[str, str | float | int]]:
    """The rows of the table of random mixtures within 20 degrees of the side view."""
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
    """The analyzer that the card measured."""
    found = re.search(r"`hingecheck` (\S+) gets wrong on (\d+) rendered clips", card)
    if found is None:
        sys.exit(f"{CARD}: its first sentence has changed; adapt samples/card/rows.py")
    return found[1]


def toml(rows: Iterator[dict[str, str | float | int]], version_of: str) -> str:
    """The rows as TOML."""
    parts = [f'{_HEAD}version = "{version_of}"\n']
    for row in rows:
        lines = (
            f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in row.items()
        )
        parts.append("\n[[row]]\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def _table(card: str, title: str) -> list[list[str]]:
    """Cells of the first table under a heading, without its head."""
    lines = card.split(title, 1)[1].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("|"))
    table = list(takewhile(lambda line: line.startswith("|"), lines[first:]))
    return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in table[2:]]


def _numbers(cell: str) -> list[float]:
    return [float(found) for found in _NUMBER.findall(cell.replace("−", "-"))]


def write_rows() -> None:
    """Write the file from the card as it is."""
    card = CARD.read_text(encoding="utf-8")
    ROWS.write_text(toml(card_rows(card), version(card)), encoding="utf-8")


if __name__ == "__main__":
    write_rows()
