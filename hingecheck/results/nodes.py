"""A value of a JSON document together with its place in it, so that what is wrong can be named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn

from hingecheck.records import Measure

LONGEST_TEXT: Final = 20_000
LARGEST_NUMBER: Final = 1e9

Refuse = Callable[[str, str], NoReturn]
"""Raises an error from a place and what is wrong there."""


class Node(NamedTuple):
    """A value, where it stands, and how to refuse it; every method refuses a value that is not of the type it names.

    `name` is the last part of its place.  The whole place is put together for an error alone, because a file has
    thousands of values, and a named tuple is made fast.
    """

    value: Any
    name: str
    refuse: Refuse
    parent: Node | None = None

    @property
    def place(self) -> str:
        """Where the value stands, from the file's path on."""
        return self.name if self.parent is None else self.parent.place + self.name

    @property
    def missing(self) -> bool:
        """True if the value is null."""
        return self.value is None

    def table(self) -> Mapping[str, Any]:
        """An object."""
        if not isinstance(self.value, dict):
            self.refuse(self.place, "must be an object")
        return self.value

    def key(self, name: str) -> Node:
        """A member that must be there."""
        if name not in self.table():
            self.refuse(self.place, f"{name} is missing")
        return Node(self.value[name], f": {name}", self.refuse, self)

    def optional(self, name: str) -> Node | None:
        """A member that may be missing or null."""
        return None if self.table().get(name) is None else self.key(name)

    def entries(self) -> Iterator[tuple[str, Node]]:
        """All members of an object, each with its name, which is a text that can be written too."""
        return ((Node(name, ": a name", self.refuse, self).text(), self.key(name)) for name in self.table())

    def items(self) -> Iterator[Node]:
        """All items of a list."""
        if not isinstance(self.value, list):
            self.refuse(self.place, "must be a list")
        return (Node(item, f"[{index}]", self.refuse, self) for index, item in enumerate(self.value))

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def text(self) -> str:
        """A text of bearable length that can be written as UTF-8."""
        if not isinstance(self.value, str) or len(self.value) > LONGEST_TEXT:
            self.refuse(self.place, f"must be a text of at most {LONGEST_TEXT} characters")
        try:
            self.value.encode()
        except UnicodeEncodeError:
            self.refuse(self.place, "holds half a character")
        return str(self.value)

    def one_of(self, known: Sequence[str]) -> str:
        """One of some texts."""
        if self.text() not in known:
            self.refuse(self.place, f"must be one of {', '.join(known)}")
        return self.text()

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(self.place, "must be true or false")
        return bool(self.value)

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.refuse(self.place, "must be a number")
        if not abs(self.value) <= LARGEST_NUMBER:  # not a number fails too
            self.refuse(self.place, "is no number that can be meant")
        return float(self.value)

    def whole(self) -> int:
        """A whole number."""
        if not self.number().is_integer():
            self.refuse(self.place, "must be a whole number")
        return int(self.value)

    def measure(self) -> Measure:
        """A number inside its interval, from the members value, low and high."""
        value, low, high = (self.key(name).number() for name in ("value", "low", "high"))
        try:
            return Measure(value, low, high)
        except ValueError as error:
            self.refuse(self.place, str(error))
