"""Most for the touch that began the journey and the one before the sale, the rest for those between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule


def credit(touches: Sequence[Touch], parameters: Parameters) -> Shares:
    """First and last weight for the first and last touch, the middle weight shared by those between.

    Two touches share in proportion of first to last weight, or equally when both are 0; one touch takes all.
    """
    first, middle, last = parameters.weights
    between = len(touches) - 2
    if between <= 0:
        weights = [first, last] if len(touches) > 1 and first + last else [1] * len(touches)
    else:
        # Everything times the number of touches between, so that their share of the middle weight is a whole number.
        weights = [first * between, *([middle] * between), last * between]
    return shares((touch.channel, weight) for touch, weight in zip(touches, weights, strict=True))


MODEL: Final = Rule("position_based", credit)
