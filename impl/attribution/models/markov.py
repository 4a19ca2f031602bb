"""How many conversions the chain of journeys would lose without a channel.

Anderl, Becker, von Wangenheim, Schumann: Mapping the customer journey, IJRM 33/3 (2016). A first-order chain over start,
channels, conversion and null; a transition into the removed channel goes to null. The effects are normalised over the distinct
channels of each journey, so the sum over conversions is not Anderl's split of the whole data set: each conversion is credited
exactly, and never to a channel that its journey did not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from impl.attribution.models.journey import Shares, Touch, equal, shares
from impl.attribution.models.training import CONVERSION, NULL, START, Counts, Learner

Effects = Mapping[str, Fraction]
"""Removal effect by channel: the part of all conversions that is lost without it, 0 to 1."""


def removal_effects(counts: Counts) -> Effects:
    """Exact removal effect of every channel of the training set; all 0 when nothing converted.

    With A the transition counts out of each channel on its diagonal less those to other channels, G its inverse, s the counts
    from the start and h = G · (counts to conversion): effect of c = (s·G)[c] / G[c, c] · h[c] / (s·h). The chance to convert
    falls by the chance to come to c at all times the chance to convert from there.
    """
    channels = sorted({state for step in counts.transitions for state in step} - {START, CONVERSION, NULL})
    start = [counts.transitions[START, channel] for channel in channels]
    converted = [counts.transitions[channel, CONVERSION] for channel in channels]
    inverse, _ = invert(_outflow(counts, channels))
    chance = [sum(map(int.__mul__, row, converted)) for row in inverse]
    arrival = [sum(map(int.__mul__, start, column)) for column in zip(*inverse, strict=True)]
    total = sum(map(int.__mul__, start, chance))
    return {
        # The determinant that scales all of `inverse` appears twice above and twice below the line, and cancels.
        channel: Fraction(arrival[i] * chance[i], inverse[i][i] * total) if total else Fraction(0)
        for i, channel in enumerate(channels)
    }


def _outflow(counts: Counts, channels: Sequence[str]) -> list[list[int]]:
    """A: steps out of each channel on the diagonal, less the steps to each other channel beside it."""
    ends = [*channels, CONVERSION, NULL]
    totals = [sum(counts.transitions[channel, end] for end in ends) for channel in channels]
    return [
        [totals[i] if i == j else -counts.transitions[channel, other] for j, other in enumerate(channels)]
        for i, channel in enumerate(channels)
    ]


def invert(matrix: Sequence[Sequence[int]]) -> tuple[list[list[int]], int]:
    """The adjugate of `matrix` and its determinant: their quotient is the inverse. Whole numbers throughout (Bareiss 1968).

    For matrices whose leading minors are not 0, which an outflow's are: every journey ends, so no set of channels keeps all.
    """
    size = len(matrix)
    rows = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    previous = 1
    for step in range(size):
        pivot_row, pivot = rows[step], rows[step][step]
        for i, row in enumerate(rows):
            if i != step:
                factor = row[step]
                # Every element is a minor of the matrix, so the division by the last pivot leaves no remainder.
                rows[i] = [(pivot * x - factor * y) // previous for x, y in zip(row, pivot_row, strict=True)]
        previous = pivot
    return [row[size:] for row in rows], previous


def credit(touches: Sequence[Touch], effects: Effects) -> Shares:
    """In proportion to the removal effects of the journey's distinct channels; equal when none of them has any."""
    channels = {touch.channel for touch in touches}
    weights = [(channel, effects.get(channel, Fraction(0))) for channel in channels]
    return shares(weights) if any(weight for _, weight in weights) else equal(channels)


MODEL: Final = Learner("markov", removal_effects, credit)
