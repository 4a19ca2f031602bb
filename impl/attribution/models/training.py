"""The counts that models learn from, and the interface of these models.

Counts of days are added up to counts of a span, so that a model for another day costs an addition and no look at journeys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from impl.attribution.models.journey import Journey, Shares, Touch

START: Final = "(start)"
CONVERSION: Final = "(conversion)"
NULL: Final = "(null)"
"""States of the chain beside the channels; no channel code has a parenthesis."""


@dataclass(slots=True)
class Counts:
    """A training set, counted."""

    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Steps by (from, to): from `START` over the channels to `CONVERSION` or `NULL`, repeats of a channel left out."""
    journeys: Counter[frozenset[str]] = field(default_factory=Counter)
    """Journeys by their set of distinct channels."""
    conversions: Counter[frozenset[str]] = field(default_factory=Counter)
    """Of these, the ones that converted."""

    def add(self, channels: Sequence[str], *, is_converted: bool, paths: int = 1) -> None:
        """Count `paths` paths with these channels in this order; one without touches teaches nothing."""
        if not channels:
            return
        transitions, state = self.transitions, START
        for channel in channels:
            # A channel followed by itself does not change where the chain ends, so loops count for nothing.
            if channel != state:
                transitions[state, channel] += paths
                state = channel
        transitions[state, CONVERSION if is_converted else NULL] += paths
        key = frozenset(channels)
        self.journeys[key] += paths
        if is_converted:
            self.conversions[key] += paths

    def merge(self, other: Counts) -> None:
        """Add the counts of another day."""
        self.transitions.update(other.transitions)
        self.journeys.update(other.journeys)
        self.conversions.update(other.conversions)


def count(journeys: Iterable[Journey]) -> Counts:
    """Counts of all `journeys`, equal ones together."""
    counts = Counts()
    paths = Counter((tuple(journey.channels), journey.is_converted) for journey in journeys)
    for (channels, is_converted), number in paths.items():
        counts.add(channels, is_converted=is_converted, paths=number)
    return counts


TrainedT = TypeVar("TrainedT")


@dataclass(frozen=True, slots=True)
class Learner(Generic[TrainedT]):
    """A model whose shares depend on a training set."""

    name: str
    train: Callable[[Counts], TrainedT]
    credit: Callable[[Sequence[Touch], TrainedT], Shares]
    """Shares of one conversion. `touches` are in order of time and never empty."""
