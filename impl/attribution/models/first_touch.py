"""Everything for the touch that began the journey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule


def credit(touches: Sequence[Touch], _: Parameters) -> Shares:
    """1 for the first touch."""
    return shares([(touches[0].channel, 1)])


MODEL: Final = Rule("first_touch", credit)
