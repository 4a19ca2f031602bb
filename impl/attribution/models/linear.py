"""The same for every touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule


def credit(touches: Sequence[Touch], _: Parameters) -> Shares:
    """1/n for each of n touches."""
    return shares((touch.channel, 1) for touch in touches)


MODEL: Final = Rule("linear", credit)
