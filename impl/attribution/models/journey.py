"""A journey as the models see it, and the shares they give: values without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import lcm

from impl.kernel.errors import SkeldirError

Shares = Mapping[str, Fraction]
"""Part of a conversion by channel code: exact, each above 0, in the order of the codes; their sum is 1."""


class EmptyJourneyError(SkeldirError):
    """A journey without a touch earns nothing: whoever credits it gives it the conversion's own hint as its one touch."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One credited touch."""

    channel: str
    """Code of the taxonomy."""
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """Touches in order of time, and whether a conversion ended them: the unit that models learn from."""

    touches: Sequence[Touch]
    is_converted: bool

    @property
    def channels(self) -> list[str]:
        """Channel of each touch, in order."""
        return [touch.channel for touch in self.touches]


def shares(weights: Iterable[tuple[str, Fraction | int]]) -> Shares:
    """Shares in proportion to `weights`, pairs of channel and weight; a channel may come more than once.

    Raises `EmptyJourneyError` when no weight is above 0.
    """
    sums: dict[str, Fraction] = {}
    for channel, weight in weights:
        sums[channel] = sums.get(channel, Fraction(0)) + weight
    total = sum(sums.values())
    if total <= 0:
        raise EmptyJourneyError("no touch has any weight")
    return {channel: weight / total for channel, weight in sorted(sums.items()) if weight}


def equal(channels: Iterable[str]) -> Shares:
    """The same share for each distinct channel."""
    return shares((channel, 1) for channel in set(channels))


@dataclass(frozen=True, slots=True)
class Split:
    """Shares over one denominator, ready to split any number of amounts."""

    parts: Sequence[tuple[str, int]]
    """Channel and numerator, in the order of the codes."""
    denominator: int

    def of(self, amount_cents: int) -> dict[str, int]:
        """Whole cents by channel, by largest remainder; their sum is `amount_cents` exactly.

        Equal remainders go to the lower channel code. A negative amount is split as its absolute value is, so that a refund
        takes back cent for cent what the sale gave.
        """
        sign, amount = (-1, -amount_cents) if amount_cents < 0 else (1, amount_cents)
        if len(self.parts) == 1:
            return {self.parts[0][0]: amount_cents}
        rows = [(code, *divmod(amount * numerator, self.denominator)) for code, numerator in self.parts]
        result = {code: sign * quotient for code, quotient, _ in rows}
        missing = amount - sum(quotient for _, quotient, _ in rows)
        if missing:
            # The sort is stable, and the parts are in the order of their codes.
            rows.sort(key=_remainder, reverse=True)
            for code, _, _ in rows[:missing]:
                result[code] += sign
        return result


def _remainder(row: tuple[str, int, int]) -> int:
    return row[2]


def split(parts: Shares) -> Split:
    """`parts` over their common denominator."""
    denominator = lcm(*(part.denominator for part in parts.values()))
    whole = [(code, parts[code].numerator * (denominator // parts[code].denominator)) for code in sorted(parts)]
    return Split(whole, denominator)


def allocate(amount_cents: int, parts: Shares) -> dict[str, int]:
    """`amount_cents` by channel in whole cents; see `Split.of`."""
    return split(parts).of(amount_cents)
