"""Recomputes as the contract words them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from generated.server.models import attribution as models
from impl.attribution import recompute
from impl.attribution.presentation.values import to_api_total, utc


def to_api_recompute(tenant_id: UUID, job: Any, totals: Sequence[Any], warnings: Sequence[str]) -> models.Recompute:
    """A job; its results once it has succeeded."""
    is_done, learned = job.status == "succeeded", job.training or {}
    sizes = recompute.sizes(job.training)
    return models.Recompute(
        tenant_id=tenant_id,
        job_id=job.id,
        status=job.status,
        window_start=utc(job.window_start),
        window_end=utc(job.window_end),
        model=job.model_type,
        model_version_=job.model_version,
        lookback_days=job.lookback_days,
        run_count=job.run_count,
        conversions=job.conversions,
        allocations=job.allocations,
        allocated_cents=[to_api_total(row.currency, row.cents) for row in totals] if is_done else None,
        training=models.Training(**sizes) if sizes else None,
        removal_effects=_removal_effects(learned),
        transitions=_transitions(learned),
        warnings=list(warnings) or None,
        digest=job.digest.hex() if job.digest else None,
        started_at=utc(job.started_at),
        finished_at=utc(job.finished_at),
        error_code=job.error_code,
        error_message=job.error_message,
        status_url=status_url(job.id),
    )


def _removal_effects(learned: Mapping[str, Any]) -> list[models.RemovalEffect] | None:
    effects: Mapping[str, str] | None = learned.get("removal_effects")
    if effects is None:
        return None
    return [
        models.RemovalEffect(channel_code=cast("Any", code), effect=float(effects[code])) for code in sorted(effects)
    ]


def _transitions(learned: Mapping[str, Any]) -> list[models.Transition] | None:
    """Each step with its share of all steps out of the same state."""
    steps: Sequence[tuple[str, str, int]] | None = learned.get("transitions")
    if steps is None:
        return None
    totals: Counter[str] = Counter()
    for start, _, paths in steps:
        totals[start] += paths
    return [
        models.Transition(from_state=start, to_state=end, paths=paths, probability=round(paths / totals[start], 9))
        for start, end, paths in steps
    ]


def status_url(job_id: UUID) -> str:
    """Where the status of a job is read."""
    return f"/api/attribution/recompute/{job_id}"
