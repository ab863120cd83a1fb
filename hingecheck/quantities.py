"""How a number is written: its unit, its digits, its interval.  Every output uses these functions.

A number has a typographic minus sign, a space before "%" and before letters, and as many digits as its unit says.  An
interval is written "(low to high)" after the value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from hingecheck.records.measure import Measure

STORED_DECIMALS: Final = 4
"""Decimals with which numbers are stored in files."""

NOT_MEASURED: Final = "not measured"

END_OF_SCALE: Final = "end of the scale"
"""What stands for the interval of a share that was measured wholly outside 0 to 1."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How to show a number: multiply it by `factor`, round it to `decimals`, then append `sign`.

    A difference of two values gets `difference_sign` instead of `sign`, where one is given.  If `signed`, positive
    numbers show a plus sign.
    """

    sign: str
    decimals: int
    factor: float = 1.0
    difference_sign: str = ""
    signed: bool = False

    @property
    def of_difference(self) -> Unit:
        """The unit of a difference of two values: with a sign, and in points where the values are in per cent."""
        return replace(self, sign=self.difference_sign or self.sign, signed=True)


DEGREES: Final = Unit("°", 0)
SHARE: Final = Unit(" %", 0, 100.0, " points")


def digits(value: float, unit: Unit) -> str:
    """The rounded number.  A value that rounds to zero has no sign.

    It is first rounded as it is stored.  So a number that was read back has the same digits as one just measured.
    """
    text = f"{unit.factor * round(value, STORED_DECIMALS):{'+' if unit.signed else ''}.{unit.decimals}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def number(value: float, unit: Unit) -> str:
    """The rounded number with its unit."""
    return f"{digits(value, unit)}{unit.sign}"


def interval(measure: Measure, unit: Unit) -> str:
    """The two ends of an interval."""
    if unit == SHARE and measure.low == measure.high and measure.low in (0.0, 1.0):
        return END_OF_SCALE
    return f"{digits(measure.low, unit)} to {digits(measure.high, unit)}"


def measured(measure: Measure, unit: Unit) -> str:
    """The number with its unit and its interval, or "not measured"."""
    return f"{number(measure.value, unit)} ({interval(measure, unit)})" if measure.known else NOT_MEASURED


def exact(value: float, unit: Unit) -> str:
    """A limit with its unit and all digits that it was given with."""
    return f"{unit.factor * value:g}".replace("-", "−") + unit.sign


def percent(share: float) -> str:
    """A share, a part of frames or a probability in per cent."""
    return number(share, SHARE)
