"""The bare statements: what any author of a report would write over the same rows, exact to the cent, without row security."""

from __future__ import annotations

from typing import Any, Final

from impl.attribution import statements
from impl.attribution.versions import ModelVersion

_DECAY: Final = """
    div(($3::numeric[])[t.age % $7::bigint / 65536 + 1] * ($4::numeric[])[t.age % $7::bigint / 256 % 256 + 1]
        * ($5::numeric[])[t.age % $7::bigint % 256 + 1], ($6::numeric[])[t.age / $7::bigint + 1])
"""
WEIGHTS: Final = {
    "linear": "1::bigint",
    "position_based": "CASE WHEN t.n = 1 THEN 1 WHEN t.i IN (1, t.n) THEN 4000 * greatest(t.n - 2, 1) ELSE 2000 END::bigint",
    "time_decay": _DECAY,
}
_COMPUTE: Final = """
    WITH touch AS (
        SELECT e.id, e.effect_cents, t.channel_code, row_number() OVER w AS i, count(*) OVER (PARTITION BY e.id) AS n,
            floor(extract(epoch FROM max(t.occurred_at) OVER (PARTITION BY e.id) - t.occurred_at))::bigint AS age
        FROM attribution_events e
        JOIN touches t ON t.tenant_id = e.tenant_id AND t.journey_hash = e.journey_hash
            AND t.occurred_at BETWEEN e.occurred_at - $2::interval AND e.occurred_at
        WHERE e.tenant_id = $1 AND e.effect_cents <> 0
        WINDOW w AS (PARTITION BY e.id ORDER BY t.occurred_at, t.touch_id COLLATE "C")
    ), channel AS (
        SELECT t.id, t.effect_cents, t.channel_code, sum({weight}) AS weight FROM touch t GROUP BY 1, 2, 3
    ), total AS (
        SELECT c.*, sum(c.weight) OVER (PARTITION BY c.id) AS total FROM channel c
    ), part AS (
        SELECT t.*, div(t.effect_cents * t.weight, t.total) AS cents, (t.effect_cents * t.weight) % t.total AS rest FROM total t
    ), ranked AS (
        SELECT p.*, row_number() OVER (PARTITION BY p.id ORDER BY p.rest DESC, p.channel_code) AS rank,
            p.effect_cents - sum(p.cents) OVER (PARTITION BY p.id) AS missing
        FROM part p
    )
    SELECT count(*) AS credits, sum((r.cents + (r.rank <= r.missing)::int) * (1 + length(r.channel_code))) AS checksum FROM ranked r
"""


def statement(model: str) -> str:
    """The bare statement of a model."""
    return _COMPUTE.format(weight=WEIGHTS[model])


def values(model: str) -> list[Any]:
    """Its parameters after the tenant and the look-back."""
    if model != "time_decay":
        return []
    own = statements.parameters(ModelVersion(model=model))
    return [own["high"], own["middle"], own["low"], own["units"], own["half_life"]]
