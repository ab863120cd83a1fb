"""A value of a JSON document, with its place in the document, so that an error message can name the place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn

from hingecheck.records import Measure

LONGEST_TEXT: Final = 20_000
"""Longest text that is accepted, in characters."""

LARGEST_NUMBER: Final = 1e9
"""Largest number, without its sign, that is accepted."""

Refuse = Callable[[str, str], NoReturn]
"""A function that takes a place and what is wrong there, and raises an error."""


class Node(NamedTuple):
    """A value, its place and the function that raises an error about it.

    Every method gives the value as one type, and calls `refuse` if the value has another type.

    `name` is the last part of the place.  A file has thousands of values, so speed matters: the whole place is built
    only for an error, and the class is a named tuple, which is fast to make.
    """

    value: Any
    name: str
    refuse: Refuse
    parent: Node | None = None

    @property
    def place(self) -> str:
        """Where the value is: the path of the file, then the names and indices that lead to it."""
        return self.name if self.parent is None else self.parent.place + self.name

    @property
    def missing(self) -> bool:
        """True if the value is null."""
        return self.value is None

    def table(self) -> Mapping[str, Any]:
        """The value as an object (names and values)."""
        if not isinstance(self.value, dict):
            self.refuse(self.place, "must be an object")
        return self.value

    def key(self, name: str) -> Node:
        """The member `name` of the object; it must exist."""
        if name not in self.table():
            self.refuse(self.place, f"{name} is missing")
        return Node(self.value[name], f": {name}", self.refuse, self)

    def optional(self, name: str) -> Node | None:
        """The member `name` of the object; None if it is missing or null."""
        return None if self.table().get(name) is None else self.key(name)

    def given(self, name: str) -> Node | None:
        """The member `name` of the object, which must exist; None if it is null."""
        node = self.key(name)
        return None if node.missing else node

    def entries(self) -> Iterator[tuple[str, Node]]:
        """All members of the object with their names.  Each name must be a text that can be written as UTF-8."""
        return ((Node(name, ": a name", self.refuse, self).text(), self.key(name)) for name in self.table())

    def items(self) -> Iterator[Node]:
        """All items of the list."""
        if not isinstance(self.value, list):
            self.refuse(self.place, "must be a list")
        return (Node(item, f"[{index}]", self.refuse, self) for index, item in enumerate(self.value))

    def texts(self) -> tuple[str, ...]:
        """The value as a list of texts."""
        return tuple(item.text() for item in self.items())

    def text(self) -> str:
        """The value as a text of at most LONGEST_TEXT characters that can be written as UTF-8."""
        if not isinstance(self.value, str) or len(self.value) > LONGEST_TEXT:
            self.refuse(self.place, f"must be a text of at most {LONGEST_TEXT} characters")
        try:
            self.value.encode()
        except UnicodeEncodeError:
            self.refuse(self.place, "contains half a character (a lone surrogate)")
        return str(self.value)

    def one_of(self, known: Sequence[str]) -> str:
        """The value as one of the texts in `known`."""
        if self.text() not in known:
            self.refuse(self.place, f"must be one of {', '.join(known)}")
        return self.text()

    def truth(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            self.refuse(self.place, "must be true or false")
        return bool(self.value)

    def number(self) -> float:
        """The value as a finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.refuse(self.place, "must be a number")
        if not abs(self.value) <= LARGEST_NUMBER:  # written so that NaN fails, too
            self.refuse(self.place, f"must be a number from -{LARGEST_NUMBER:g} to {LARGEST_NUMBER:g}")
        return float(self.value)

    def whole(self) -> int:
        """The value as a whole number."""
        if not self.number().is_integer():
            self.refuse(self.place, "must be a whole number")
        return int(self.value)

    def measure(self) -> Measure:
        """A Measure from the members `value`, `low` and `high`; the value must be inside its interval."""
        value, low, high = (self.key(name).number() for name in ("value", "low", "high"))
        try:
            return Measure(value, low, high)
        except ValueError as error:
            self.refuse(self.place, str(error))
