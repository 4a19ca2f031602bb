"""The interface of models that credit a journey by a rule, and their parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from impl.attribution.models.journey import Shares, Touch

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Settings of the rules that have any."""

    half_life_seconds: int = 7 * DAY_SECONDS
    """time_decay: the age at which a touch counts half, above 0."""
    weights: tuple[int, int, int] = (4000, 2000, 4000)
    """position_based: weights of the first touch, all between together, and the last; ten-thousandths or any other whole unit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A model whose shares need the journey alone."""

    name: str
    credit: Callable[[Sequence[Touch], Parameters], Shares]
    """Shares of one conversion. `touches` are in order of time and never empty."""
