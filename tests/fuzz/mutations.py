"""Changes files by chance.  The same random generator gives the same changes."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

import numpy as np

Random = np.random.Generator

STRANGE: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2, 10**400, -(10**400), 2**63, 2**63 - 1, -(2**63), 1e308, -1e308, 1e-320, 0.5),
    *("", "a" * 30_000, "\x00", "\ud800", "../../x", "=1+1", "\x1b[31m", "<script>", "nan", [], {}, [[]], [None]),
    *({"value": 1}, {"value": 2, "low": 3, "high": 1}, {"value": None, "low": None, "high": None}),
)
"""Values that stand in no sound result."""

RAW: Final = (
    b"NaN",
    b"Infinity",
    b"1e999",
    b"1" * 5000,
    b"9" * 400,
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\xff\xfe",
    b'"',
    b"}",
)
"""Pieces of text that no JSON writer makes."""


def pick(random: Random, items: Any) -> Any:
    """One of the items."""
    return items[int(random.integers(len(items)))]


def bytes_of(data: bytes, random: Random) -> bytes:
    """The data with bytes changed, removed, doubled or inserted, or cut off."""
    out = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        at, size = int(random.integers(len(out) + 1)), int(2 ** random.uniform(0, 10))
        kind = int(random.integers(7))
        if kind == 0:
            out[at : at + size] = b""
        elif kind == 1:
            out[at:at] = out[at : at + size]
        elif kind == 2:
            out[at : at + size] = bytes(min(size, max(0, len(out) - at)))
        elif kind == 3:
            out[at:at] = random.bytes(size)
        elif kind == 4 and random.random() < 0.3:
            del out[at:]
        elif out:
            for place in random.integers(0, len(out), int(random.integers(1, 20))):
                out[place] = int(pick(random, (0, 1, 127, 128, 255, int(random.integers(256)))))
    return bytes(out)


def numbers_of(data: bytes, random: Random) -> bytes:
    """The data with one field of two, four or eight bytes set to a number at a limit."""
    out, size = bytearray(data), int(pick(random, (2, 4, 8)))
    at = int(random.integers(max(1, min(len(out) - size, 4000 if random.random() < 0.7 else len(out)))))
    number = pick(random, (0, 1, 0x7F, 0x80, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1, 2**63, 2**64 - 1))
    out[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, str(pick(random, ("big", "little"))))
    return bytes(out)


def json_of(document: dict[str, Any], random: Random) -> bytes:
    """The document with values changed, removed, doubled or nested, or its text changed."""
    made = copy.deepcopy(document)
    for _ in range(1 + int(random.random() < 0.2)):
        _change(made, random)
    data = json.dumps(made).encode()
    kind = int(random.integers(10))
    if kind == 0:
        return bytes_of(data, random)
    if kind == 1:
        at = int(random.integers(len(data)))
        return data[:at] + bytes(pick(random, RAW)) + data[at:]
    if kind == 2:
        places = [at for at, byte in enumerate(data) if byte == ord(":")]
        at = pick(random, places)
        return data[: at + 1] + bytes(pick(random, RAW)) + b"," + data[at + 1 :].partition(b",")[2]
    return data


def _change(root: Any, random: Random) -> None:
    """Change one value somewhere in the document."""
    parents = [
        (node, key) for node in _containers(root) for key in (node if isinstance(node, dict) else range(len(node)))
    ]
    if not parents:
        return
    node, key = pick(random, parents)
    kind = int(random.integers(6))
    if kind == 0:
        del node[key]
    elif kind == 1:
        node[key] = copy.deepcopy(pick(random, parents)[0])
    elif kind == 2 and isinstance(node, list):
        node.append(copy.deepcopy(node[key]))
    elif kind == 3 and isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
        node[key] = node[key] * float(pick(random, (-1.0, 0.0, 1e-9, 1e9, 1e30, 1.5)))
    elif kind == 4:
        for _ in range(int(pick(random, (2, 50, 400)))):
            node[key] = [node[key]]
    else:
        node[key] = copy.deepcopy(pick(random, STRANGE))


def _keys(node: Any) -> list[Any]:
    """The names or the indices of a container."""
    return list(node) if isinstance(node, dict) else list(range(len(node)))


def _containers(root: Any) -> list[Any]:
    """All objects and lists of a document."""
    found, todo = [], [root]
    while todo:
        node = todo.pop()
        if isinstance(node, (dict, list)):
            found.append(node)
            todo.extend(node.values() if isinstance(node, dict) else node)
    return found


def table_of(text: str, random: Random) -> bytes:
    """A table in CSV with cells, separators or bytes changed."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(int(random.integers(1, 4))):
        row = pick(random, rows)
        kind, at = int(random.integers(5)), int(random.integers(max(1, len(row))))
        if kind == 0 and row:
            del row[at]
        elif kind == 1:
            row.insert(at, str(pick(random, STRANGE)).replace("\ud800", "?"))
        elif kind == 2 and row:
            row[at] = '"' + row[at]
        elif row:
            row[at] = str(pick(random, (*STRANGE, "x" * 200_000, '"' * 3, "2026-99-99", "1e5"))).replace("\ud800", "?")
    data = "\n".join(",".join(row) for row in rows).encode()
    return bytes_of(data, random) if random.random() < 0.3 else data
