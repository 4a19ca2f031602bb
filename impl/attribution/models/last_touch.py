"""Everything for the touch before the sale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule


def credit(touches: Sequence[Touch], _: Parameters) -> Shares:
    """1 for the last touch."""
    return shares([(touches[-1].channel, 1)])


MODEL: Final = Rule("last_touch", credit)
