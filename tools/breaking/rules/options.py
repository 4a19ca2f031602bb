"""How strict a comparison is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How strict the comparison is."""

    now: dt.date
    grace_days: int = 0
    """Days between an announcement and the sunset it names, at least."""
    sunset_required: bool = False
    """Whether a part may only be deprecated with a sunset date."""
    tolerant_enums: bool = False
    """Whether clients promise to live with new enum values in replies, as GitHub and Stripe demand of theirs."""
    across_versions: bool = False
    """Whether a document in OpenAPI 3.0 may be compared with one in 3.1."""
