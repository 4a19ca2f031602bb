"""Attribution models: which part of a conversion each channel earned, as exact shares.

Owns one file per model and the list of them. Does not own where journeys come from or where credits are stored. A new model is
its file, one line here, and its name in the contract.
"""

from __future__ import annotations

from typing import Any, Final

from impl.attribution.models import (
    first_touch,
    last_non_direct,
    last_touch,
    linear,
    markov,
    position_based,
    shapley,
    time_decay,
)
from impl.attribution.models.rules import Rule
from impl.attribution.models.training import Learner

RULES: Final[tuple[Rule, ...]] = (
    first_touch.MODEL,
    last_touch.MODEL,
    last_non_direct.MODEL,
    linear.MODEL,
    time_decay.MODEL,
    position_based.MODEL,
)
"""Models that need a journey alone."""
LEARNERS: Final[tuple[Learner[Any], ...]] = (markov.MODEL, shapley.MODEL)
"""Models that learn from a training set first."""
