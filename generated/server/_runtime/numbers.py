"""Numbers as JSON has them: of any size, and in decimal digits."""

from __future__ import annotations

import math
from fractions import Fraction


def is_multiple(value: float, divisor: float) -> bool:
    """Whether `value` is a whole multiple of `divisor`, by their decimal digits: as binary fractions 0.3 is none of 0.1."""
    if isinstance(value, int) and isinstance(divisor, int):
        return value % divisor == 0
    if not math.isfinite(value):  # a number beyond those of Python, of which nobody knows the digits
        return False
    return (_exact(value) / _exact(divisor)).denominator == 1


def is_whole(value: float) -> bool:
    """Whether a number has no fraction."""
    return isinstance(value, int) or value.is_integer()


def _exact(value: float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))
