"""How much the credit of a model that learns depends on the days it happened to learn from: resamples of whole days.

Each resample draws as many days as there are, with replacement, and trains the model of every day anew from the days of its
span that were drawn. Numbers here are floats: a range needs no exact cents, and the same seed gives the same range.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import factorial, floor
from typing import Any, Final

from impl.attribution.models import markov, shapley
from impl.attribution.models.training import CONVERSION, NULL, START, Counts

RESAMPLES: Final = 200
TAIL: Final = RESAMPLES // 20
"""Resamples outside the interval at each end, so that it holds 90 percent."""

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """The amounts that the training set of one day credits, and this set by its days."""

    amounts: Mapping[frozenset[str], int]
    """Cents by set of channels."""
    training: Mapping[date, Counts]
    """Paths by the day on which they converted or, when they did not, were last touched."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Differences to the credit of each channel, one for each resample."""

    deltas: Mapping[str, Sequence[float]]

    def interval(self, channels: Sequence[str], cents: int) -> tuple[int, int]:
        """The interval around `cents`, which these channels have together."""
        rows = [self.deltas[channel] for channel in channels if channel in self.deltas]
        sums = sorted(cents + sum(parts) for parts in zip(*rows, strict=True)) if rows else [float(cents)] * RESAMPLES
        return floor(sums[TAIL] + 0.5), floor(sums[RESAMPLES - 1 - TAIL] + 0.5)


def draw(model: str, samples: Sequence[Sample], seed: int) -> Ranges:
    """The ranges of the channels in `samples`; `model` is one that learns."""
    days = sorted({day for sample in samples for day in sample.training})
    credited = [_CREDITS[model](sample) for sample in samples]
    usual = [credit(dict.fromkeys(days, 1)) for credit in credited]
    deltas: dict[str, list[float]] = defaultdict(lambda: [0.0] * RESAMPLES)
    chance = random.Random(seed)  # noqa: S311 - the seed makes the range reproducible
    for number in range(RESAMPLES):
        drawn = Counter(chance.choices(days, k=len(days))) if days else Counter()
        for credit, point in zip(credited, usual, strict=True):
            for channel, cents in credit(drawn).items():
                deltas[channel][number] += cents
            for channel, cents in point.items():
                deltas[channel][number] -= cents
    return Ranges(deltas)


Credit = Callable[[Mapping[date, int]], dict[str, float]]
"""Cents by channel, with each day taken as often as said."""


def _markov(sample: Sample) -> Credit:
    by_day = {day: list(counts.transitions.items()) for day, counts in sample.training.items()}

    def credit(times: Mapping[date, int]) -> dict[str, float]:
        effects = removal_effects(_add(by_day, times))
        return _total(sample.amounts, lambda channels: {one: effects.get(one, 0.0) for one in channels})

    return credit


def _shapley(sample: Sample) -> Credit:
    wanted = sample.amounts
    known = {key for counts in sample.training.values() for key in counts.conversions}
    parts = {channels: _parts(channels, known) for channels in wanted}
    keys = {key for of_set in parts.values() for key, _ in of_set}
    journeys = _selected({day: counts.journeys for day, counts in sample.training.items()}, keys)
    conversions = _selected({day: counts.conversions for day, counts in sample.training.items()}, keys)

    def credit(times: Mapping[date, int]) -> dict[str, float]:
        paths, converted = _add(journeys, times), _add(conversions, times)
        rates = {key: converted[key] / paths[key] for key in converted if paths[key]}
        return _total(wanted, lambda channels: _values(parts[channels], rates))

    return credit


_CREDITS: Final[dict[str, Callable[[Sample], Credit]]] = {markov.MODEL.name: _markov, shapley.MODEL.name: _shapley}


def _selected(
    by_day: Mapping[date, Counter[frozenset[str]]], keys: set[frozenset[str]]
) -> dict[date, list[tuple[frozenset[str], int]]]:
    return {day: [(key, number) for key, number in counts.items() if key in keys] for day, counts in by_day.items()}


def _add(by_day: Mapping[date, Sequence[tuple[Any, int]]], times: Mapping[date, int]) -> dict[Any, int]:
    total: dict[Any, int] = defaultdict(int)
    for day, items in by_day.items():
        often = times.get(day, 0)
        if often:
            for key, number in items:
                total[key] += often * number
    return total


def _total(
    amounts: Mapping[frozenset[str], int], weigh: Callable[[frozenset[str]], Mapping[str, float]]
) -> dict[str, float]:
    result: dict[str, float] = defaultdict(float)
    for channels, cents in amounts.items():
        weights = {channel: weight for channel, weight in weigh(channels).items() if weight > 0}
        weights = weights or dict.fromkeys(channels, 1.0)
        whole = sum(weights.values())
        for channel, weight in weights.items():
            result[channel] += cents * weight / whole
    return result


def _parts(
    channels: frozenset[str], known: set[frozenset[str]]
) -> list[tuple[frozenset[str], list[tuple[str, float]]]]:
    """Contribution of the rate of each subset to the Shapley value of each channel."""
    size, ordered = len(channels), sorted(channels)
    result = []
    for subset in sorted((key for key in known if key <= channels), key=sorted):
        inside = len(subset)
        joins = factorial(inside - 1) * factorial(size - inside) / factorial(size)
        beats = factorial(inside) * factorial(size - inside - 1) / factorial(size) if inside < size else 0.0
        result.append((subset, [(one, joins if one in subset else -beats) for one in ordered]))
    return result


def _values(
    parts: Sequence[tuple[frozenset[str], Sequence[tuple[str, float]]]], rates: Mapping[frozenset[str], float]
) -> dict[str, float]:
    result: dict[str, float] = defaultdict(float)
    for subset, effects in parts:
        rate = rates.get(subset)
        if rate:
            for channel, effect in effects:
                result[channel] += rate * effect
    return result


def removal_effects(transitions: Mapping[tuple[str, str], int]) -> dict[str, float]:
    """As `markov.removal_effects`, in floats."""
    totals: dict[str, int] = defaultdict(int)
    for (start, _), number in transitions.items():
        totals[start] += number
    channels = sorted(set(totals) - {START})
    place = {channel: i for i, channel in enumerate(channels)}
    rows = [[0.0] * len(channels) for _ in channels]
    for channel, i in place.items():
        rows[i][i] = float(totals[channel])
    for (start, end), number in transitions.items():
        if start != START and end not in (CONVERSION, NULL):
            rows[place[start]][place[end]] -= number
    inverse = _invert(rows)
    converted = [transitions.get((channel, CONVERSION), 0) for channel in channels]
    starts = [transitions.get((START, channel), 0) for channel in channels]
    chance = [sum(map(float.__mul__, row, map(float, converted))) for row in inverse]
    arrival = [sum(starts[i] * inverse[i][j] for i in range(len(channels))) for j in range(len(channels))]
    total = sum(start * one for start, one in zip(starts, chance, strict=True))
    if not total:
        return {}
    return {channel: arrival[i] / inverse[i][i] * chance[i] / total for channel, i in place.items()}


def _invert(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """The inverse of a matrix whose diagonal outweighs the rest of each row, which needs no change of rows."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for step in range(size):
        pivot = rows[step][step]
        rows[step] = lead = [value / pivot for value in rows[step]]
        for i, row in enumerate(rows):
            factor = row[step]
            if i != step and factor:
                rows[i] = [value - factor * other for value, other in zip(row, lead, strict=True)]
    return [row[size:] for row in rows]
