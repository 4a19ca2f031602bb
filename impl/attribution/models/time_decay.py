"""The more, the nearer to the sale: a touch counts half as much for every half-life of its age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule

UNIT_BITS: Final = 64
_SECOND: Final = timedelta(seconds=1)


def credit(touches: Sequence[Touch], parameters: Parameters) -> Shares:
    """In proportion to ⌊2⁶⁴ · 2^(−age / half-life)⌋, ages in whole seconds from the newest touch.

    From the newest touch and not from the sale: the shares are the same, and the weights of an old journey do not all become 0.
    """
    newest = touches[-1].occurred_at
    ages = [(newest - touch.occurred_at) // _SECOND for touch in touches]
    return shares(
        (touch.channel, weight(age, parameters.half_life_seconds)) for touch, age in zip(touches, ages, strict=True)
    )


@lru_cache(maxsize=65_536)
def weight(age_seconds: int, half_life_seconds: int) -> int:
    """⌊2⁶⁴ · 2^(−age / half-life)⌋ exactly, the same on every machine."""
    whole, rest = divmod(age_seconds, half_life_seconds)
    if whole > UNIT_BITS:
        return 0
    if not rest:
        return (1 << UNIT_BITS) >> whole
    digits = 40
    while True:
        # 2 to a fraction that is not whole is irrational, so more digits always decide on which side of an integer it lies.
        context = Context(prec=digits)
        exponent = context.subtract(
            Decimal(UNIT_BITS - whole), context.divide(Decimal(rest), Decimal(half_life_seconds))
        )
        power = context.power(Decimal(2), exponent)
        error = context.scaleb(power, 3 - digits)
        low, high = (context.subtract(power, error), context.add(power, error))
        floor = low.to_integral_value(ROUND_FLOOR)
        if floor == high.to_integral_value(ROUND_FLOOR):
            return int(floor)
        digits *= 2


MODEL: Final = Rule("time_decay", credit)
