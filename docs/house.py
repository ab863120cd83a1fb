"""Draw the house: which room of the package imports which, from the table in docs/development/house.toml.

    python docs/house.py

writes docs/development/house.svg and docs/development/house.md.  A room lies on the floor above the highest room that
it imports.  Arrows to the vocabulary are left out, because nearly every room has them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "development"
TABLE: Final = FOLDER / "house.toml"

ROOM_WIDTH, ROOM_HEIGHT = 128, 34
"""Size of a room, in pixels of the drawing."""

BESIDE, BETWEEN = 14, 44
"""Room between rooms of one floor, and between floors, in pixels."""

COLOURS: Final = {"vocabulary": "#e8eef7", "stage": "#dff0e4", "order": "#fdf0cf", "around": "#f3e6f2"}
KINDS: Final = {
    "vocabulary": "Vocabulary: every room may use it.",
    "stage": "Stages: one step of the pipeline each. A stage imports the vocabulary, never another stage.",
    "order": "The order: only these know which stage follows which.",
    "around": "Around the measuring: files, reports, history, batches, privacy, commands.",
}


@dataclass(frozen=True, slots=True)
class Room:
    """One room: the files it holds (`paths`, a folder ends with "/") and the rooms it may import."""

    name: str
    paths: tuple[str, ...]
    kind: str
    holds: str
    imports: tuple[str, ...]

    def has(self, path: str) -> bool:
        """True if the file, given by its path below the package, belongs to this room."""
        return any(path.startswith(part) if part.endswith("/") else path == part for part in self.paths)


def rooms(table: Path = TABLE) -> tuple[Room, ...]:
    """All rooms of the table, in its order."""
    found = tomllib.loads(table.read_text(encoding="utf-8"))["room"]
    return tuple(
        Room(room["name"], tuple(room["paths"]), room["kind"], room["holds"], tuple(room["imports"])) for room in found
    )


def libraries(table: Path = TABLE) -> Mapping[str, Sequence[str]]:
    """For each library the files and folders of the package that may import it."""
    found: dict[str, list[str]] = tomllib.loads(table.read_text(encoding="utf-8"))["libraries"]
    return found


def floors(house: Sequence[Room]) -> dict[str, int]:
    """The floor of each room; the vocabulary has floor 0.  Raises ValueError if rooms import each other in a circle."""
    by_name = {room.name: room for room in house}
    floor: dict[str, int] = {}

    def of(name: str, above: tuple[str, ...] = ()) -> int:
        if name in above:
            raise ValueError(f"these rooms import each other in a circle: {' -> '.join([*above, name])}")
        if name not in floor:
            room = by_name[name]
            below = [of(other, (*above, name)) for other in room.imports]
            floor[name] = 0 if room.kind == "vocabulary" else max([0, *below]) + 1
        return floor[name]

    for room in house:
        of(room.name)
    return floor


def svg(house: Sequence[Room]) -> str:
    """The drawing: a box for each room, an arrow for each import but those of the vocabulary."""
    floor = floors(house)
    rows = [
        list(row) for _, row in groupby(sorted(house, key=lambda r: -floor[r.name]), key=lambda room: floor[room.name])
    ]
    width = max(len(row) for row in rows) * (ROOM_WIDTH + BESIDE) + BESIDE
    height = len(rows) * (ROOM_HEIGHT + BETWEEN) + BETWEEN
    place: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (ROOM_WIDTH + BESIDE) + BESIDE) / 2
        for index, room in enumerate(row):
            place[room.name] = (left + index * (ROOM_WIDTH + BESIDE), BETWEEN / 2 + number * (ROOM_HEIGHT + BETWEEN))
    arrows = [_arrow(place[room.name], place[other]) for room in house for other in room.imports]
    boxes = [_box(room, place[room.name]) for room in house]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" '
        'font-size="12" role="img" aria-label="The rooms of the package, by floor">'
    )
    return "\n".join([head, *arrows, *boxes, "</svg>", ""])


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    x0, y0 = start[0] + ROOM_WIDTH / 2, start[1] + ROOM_HEIGHT
    x1, y1 = end[0] + ROOM_WIDTH / 2, end[1]
    middle = (y0 + y1) / 2
    path = f"M{x0:.0f} {y0:.0f}C{x0:.0f} {middle:.0f} {x1:.0f} {middle:.0f} {x1:.0f} {y1:.0f}"
    return f'<path d="{path}" fill="none" stroke="#8894a8" stroke-opacity="0.55"/>'


def _box(room: Room, at: tuple[float, float]) -> str:
    x, y = at
    box = (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{ROOM_WIDTH}" height="{ROOM_HEIGHT}" rx="5" '
        f'fill="{COLOURS[room.kind]}" stroke="#5b6472"/>'
    )
    text = (
        f'<text x="{x + ROOM_WIDTH / 2:.0f}" y="{y + ROOM_HEIGHT / 2 + 4:.0f}" text-anchor="middle" fill="#1d232c">'
        f"{escape(room.name)}</text>"
    )
    return f"<g><title>{escape(room.holds)}</title>{box}{text}</g>"


def page(house: Sequence[Room]) -> str:
    """The page: the drawing, and one line for each room."""
    lines = [
        "# The house",
        "",
        "Every room of the package, what it holds and which rooms it imports. `tests/test_house.py` compares",
        "`house.toml` with the code; `python docs/house.py` draws this page from it.",
        "",
        "![The rooms of the package, by floor: a room lies above the rooms that it imports](house.svg)",
        "",
        "Arrows to the vocabulary are left out, because nearly every room has them.",
    ]
    for kind, words in KINDS.items():
        lines += ["", f"## {words.partition(':')[0]}", "", words, "", "| room | holds | imports |", "|---|---|---|"]
        lines += [
            f"| `{room.name}` | {room.holds} | {', '.join(f'`{other}`' for other in room.imports) or '–'} |"
            for room in house
            if room.kind == kind
        ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the drawing and the page."""
    house = rooms()
    (FOLDER / "house.svg").write_text(svg(house), encoding="utf-8")
    (FOLDER / "house.md").write_text(page(house), encoding="utf-8")


if __name__ == "__main__":
    main()
