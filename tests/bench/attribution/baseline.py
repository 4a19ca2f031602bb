"""A model for gates alone: every sale is split over the same three channels, so that only the machinery can make a difference."""

from __future__ import annotations

from typing import Final

from impl.attribution import statements

NAME: Final = "deterministic_baseline"
_WEIGHT: Final = """
    SELECT t.conversion_id, NULL::text AS touch_id, v.channel_code, NULL::text AS campaign_id, false AS is_hint, 1::numeric AS weight
      FROM (SELECT DISTINCT c.conversion_id FROM credited c) t
     CROSS JOIN (VALUES ('direct'), ('email'), ('google_search_paid')) AS v (channel_code)
"""


def install() -> None:
    """Make the model known to the statements of this process."""
    statements.PARTS[f"weight_{NAME}"] = _WEIGHT
