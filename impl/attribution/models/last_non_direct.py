"""Everything for the last touch that somebody worked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from impl.attribution.models.journey import Shares, Touch, shares
from impl.attribution.models.rules import Parameters, Rule

DIRECT: Final = "direct"


def credit(touches: Sequence[Touch], _: Parameters) -> Shares:
    """1 for the last touch whose channel is not `direct`; the last touch when all are.

    `unknown` counts: it is a campaign that nobody has mapped yet, and skipping it would give its money to somebody else.
    """
    channel = next((touch.channel for touch in reversed(touches) if touch.channel != DIRECT), touches[-1].channel)
    return shares([(channel, 1)])


MODEL: Final = Rule("last_non_direct", credit)
