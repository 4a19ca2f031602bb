"""Shapley value: the contribution of a channel to the conversion rate, averaged over all orders of the channels of a journey.

A game of rates: the value of a set of channels is the conversion rate of the journeys with exactly that set. (The game that
counts conversions instead has the equal split as its solution: Zhao, Mahboobi, Bagheri, arXiv 1804.05327.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, lcm
from typing import Final

from impl.attribution.models.journey import Shares, Touch, equal, shares
from impl.attribution.models.training import Counts, Learner
from impl.kernel.errors import SkeldirError

MAX_CHANNELS: Final = 12

Rates = Mapping[frozenset[str], Fraction]
"""Conversion rate by exact set of channels, where it is above 0."""


class TooManyChannelsError(SkeldirError):
    """The journey has more than twelve channels. Shapley values weigh every subset of them; use another model for it."""


def rates(counts: Counts) -> Rates:
    """The value of each set of channels in the training set."""
    return {
        channels: Fraction(converted, counts.journeys[channels]) for channels, converted in counts.conversions.items()
    }


def values(channels: frozenset[str], game: Rates) -> dict[str, Fraction]:
    """Exact Shapley value of each of `channels` in the game restricted to them; may be negative."""
    parts = [(subset, *rate.as_integer_ratio()) for subset, rate in _restricted(channels, game)]
    size, denominator = len(channels), lcm(*(below for _, _, below in parts))
    orders = [factorial(number) for number in range(size + 1)]
    result, outside = dict.fromkeys(sorted(channels), 0), 0
    for subset, above, below in parts:
        # A set's rate is what its members add when the last of them joins, and what any other would have to beat.
        whole, inside = above * (denominator // below), len(subset)
        beaten = whole * orders[inside] * orders[size - inside - 1] if inside < size else 0
        outside += beaten
        member = whole * orders[inside - 1] * orders[size - inside] + beaten
        for channel in subset:
            result[channel] += member
    scale = denominator * orders[size]
    return {channel: Fraction(value - outside, scale) for channel, value in result.items()}


def _restricted(channels: frozenset[str], game: Rates) -> Iterator[tuple[frozenset[str], Fraction]]:
    """The sets of `game` within `channels`: looked up one by one, or, when the game is smaller than that, filtered."""
    if 1 << len(channels) > len(game):
        yield from ((subset, rate) for subset, rate in game.items() if subset <= channels)
        return
    for size in range(1, len(channels) + 1):
        for chosen in combinations(sorted(channels), size):
            subset = frozenset(chosen)
            if subset in game:
                yield subset, game[subset]


def credit(touches: Sequence[Touch], game: Rates) -> Shares:
    """In proportion to the values above 0 of the journey's distinct channels; equal when none is.

    Raises `TooManyChannelsError` beyond `MAX_CHANNELS`.
    """
    channels = frozenset(touch.channel for touch in touches)
    if len(channels) > MAX_CHANNELS:
        raise TooManyChannelsError(f"a journey of {len(channels)} channels; shapley takes at most {MAX_CHANNELS}")
    positive = [(channel, value) for channel, value in values(channels, game).items() if value > 0]
    return shares(positive) if positive else equal(channels)


MODEL: Final = Learner("shapley", rates, credit)
