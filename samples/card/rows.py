"""The error card as data for the reports: `python -m samples.card.rows` reads ERRORS.md and writes two files.

`hingecheck/report/card.toml`: a row a metric and condition.  `hingecheck/detectable.toml`: how far the readings of one
metric scatter around the truth.  `samples.evaluate` writes them with the card; a test holds both to ERRORS.md.
"""

import re
import sys
from collections.abc import Iterator

from samples.card.freeze import SAMPLES
from samples.card.tables import METRIC_WORDS

CARD = SAMPLES / "ERRORS.md"
PACKAGE = SAMPLES.parent / "hingecheck"
ROWS, DETECTABLE = PACKAGE / "report" / "card.toml", PACKAGE / "detectable.toml"
POOLED = "all, yaw to 20°"
TWO_SIDED_95 = 1.96
LEAST_CLIPS = 30
_HEAD = "# Made from samples/ERRORS.md by `python -m samples.card.rows`; do not edit.\n"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def card_rows(card: str) -> Iterator[dict[str, str | float | int]]:
    """Every row of the tables "Condition by condition" that holds a reading."""
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


def detectable_rows(card: str) -> Iterator[dict[str, str | float | int]]:
    """SD of a metric's error over all clips to 20 degrees of yaw, from the 95 % limits of agreement."""
    for row in card_rows(card):
        if row["condition"] == POOLED:
            width = float(row["limits_high"]) - float(row["limits_low"])
            sd = round(width / (2 * TWO_SIDED_95), 3)
            yield {"metric": row["metric"], "error_sd": sd, "clips": row["clips"], "reps": row["reps"]}


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
    lines = card.split(title, 1)[1].strip().splitlines()
    table = [line for line in lines[: lines.index("")] if line.startswith("|")] if "" in lines else lines
    return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in table[2:]]


def _numbers(cell: str) -> list[float]:
    return [float(found) for found in _NUMBER.findall(cell.replace("−", "-"))]


def write_rows() -> None:
    """Write both files from the card as it is."""
    card = CARD.read_text(encoding="utf-8")
    ROWS.write_text(toml(card_rows(card), version(card)), encoding="utf-8")
    DETECTABLE.write_text(toml(detectable_rows(card), version(card)), encoding="utf-8")


if __name__ == "__main__":
    write_rows()
