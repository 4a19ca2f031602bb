"""Fills the Protocol of the attribution contract. Today's revenue is not written here yet."""

from __future__ import annotations

from typing import Any, Final, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server import Call, NotFoundError, attribution
from generated.server.models import attribution as models
from impl.attribution import (
    explain,
    periods,
    presentation,
    recompute,
    report,
    spend,
    statements,
    tasks,
    trace,
    versions,
)
from impl.attribution.errors import InvalidParameterError
from impl.attribution.recompute import Identity
from impl.db.idempotency.store import IdempotencyStore, run_once
from impl.db.transaction import tenant_transaction
from impl.jobs.kinds import Requester
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import Clock

RETRY_AFTER_SECONDS: Final = 1
"""Workers fetch a job within a second."""


@final
class AttributionOperations(attribution.AttributionStub):
    """Credits of one tenant at a time: read, compared, traced, explained, and computed again."""

    def __init__(self, engine: AsyncEngine, clock: Clock, idempotency: IdempotencyStore) -> None:
        self._engine, self._clock, self._idempotency = engine, clock, idempotency

    async def get_channel_attribution(
        self, params: attribution.GetChannelAttributionParams, *, call: Call[PersonCaller]
    ) -> attribution.GetChannelAttributionReply:
        tenant_id = call.principal.tenant_id
        period = periods.read(params.start_date, params.end_date, self._clock.now())
        async with tenant_transaction(self._engine, tenant_id) as connection:
            tenant = await _tenant(connection, tenant_id)
            version = versions.requested(params.model or tenant.default_model, lookback_days=params.lookback_days)
            result = await report.by_channel(connection, tenant_id, version, period)
            cost = await spend.by_channel(connection, tenant_id, period)
            names = await _names(connection)
        body = presentation.to_api_report(tenant_id, result, period, tenant.reporting_currency, names, cost)
        return attribution.GetChannelAttribution200(body=body)

    async def compare_attribution(
        self, params: attribution.CompareAttributionParams, *, call: Call[PersonCaller]
    ) -> attribution.CompareAttributionReply:
        tenant_id = call.principal.tenant_id
        period = periods.read(params.start_date, params.end_date, self._clock.now())
        if len(set(params.models_)) < len(params.models_):
            raise InvalidParameterError("a model is named twice")
        async with tenant_transaction(self._engine, tenant_id) as connection:
            tenant, names = await _tenant(connection, tenant_id), await _names(connection)
            chosen = [versions.requested(model, lookback_days=params.lookback_days) for model in params.models_]
            # Fresh, so that every model is about the same sales and all sum to the same total.
            reports = [
                await report.by_channel(connection, tenant_id, version, period, is_fresh=True) for version in chosen
            ]
        body = presentation.to_api_comparison(
            tenant_id, reports, period, tenant.reporting_currency, names, tenant.default_model
        )
        return attribution.CompareAttribution200(body=body)

    async def explain_attribution_entity(
        self, params: attribution.ExplainAttributionEntityParams, *, call: Call[PersonCaller]
    ) -> attribution.ExplainAttributionEntityReply:
        tenant_id = call.principal.tenant_id
        async with tenant_transaction(self._engine, tenant_id) as connection:
            result = await explain.explain(connection, tenant_id, params.entity_type, params.entity_id)
        body = presentation.to_api_explanation(tenant_id, result, self._clock.now())
        return attribution.ExplainAttributionEntity200(body=body)

    async def get_event_trace(
        self, params: attribution.GetEventTraceParams, *, call: Call[PersonCaller]
    ) -> attribution.GetEventTraceReply:
        tenant_id = call.principal.tenant_id
        async with tenant_transaction(self._engine, tenant_id) as connection:
            result = await trace.of_event(connection, tenant_id, params.event_id)
        return attribution.GetEventTrace200(body=presentation.to_api_trace(tenant_id, result))

    async def create_recompute(
        self,
        params: attribution.CreateRecomputeParams,
        body: models.RecomputeRequest,
        *,
        call: Call[PersonCaller],
    ) -> attribution.CreateRecomputeReply:
        caller = call.principal

        async def work(connection: AsyncConnection) -> models.Recompute:
            tenant = await _tenant(connection, caller.tenant_id)
            window = recompute.window(body.window_start, body.window_end, self._clock.now())
            version = _version(body, body.model or tenant.default_model)
            identity = Identity(tenant_id=caller.tenant_id, window=window, version=version)
            job = await recompute.request(connection, identity, call.correlation_id)
            requester = _requester(caller)
            await tasks.defer(connection, identity, correlation_id=call.correlation_id, requester=requester)
            return presentation.to_api_recompute(caller.tenant_id, job, (), ())

        key = params.x_idempotency_key
        reply = await run_once(self._idempotency, call, key, work, answer=models.Recompute, status=202)
        return attribution.CreateRecompute202(
            body=reply.body,
            location=presentation.status_url(reply.body.job_id),
            retry_after=RETRY_AFTER_SECONDS,
            idempotency_replayed="true" if reply.is_replayed else None,
        )

    async def get_recompute(
        self, params: attribution.GetRecomputeParams, *, call: Call[PersonCaller]
    ) -> attribution.GetRecomputeReply:
        tenant_id = call.principal.tenant_id
        values = {"tenant_id": tenant_id, "job_id": params.job_id}
        async with tenant_transaction(self._engine, tenant_id) as connection:
            job = (await connection.execute(statements.named("job"), values)).one_or_none()
            if job is None:
                raise NotFoundError
            window = {"window_start": job.window_start, "window_end": job.window_end}
            identity = {"tenant_id": tenant_id, "model": job.model_type, "version": job.model_version}
            totals = (await connection.execute(statements.named("job_totals"), window | identity)).all()
        body = presentation.to_api_recompute(tenant_id, job, totals, report.warnings(job.training))
        return attribution.GetRecompute200(body=body)

    async def import_spend(
        self, params: attribution.ImportSpendParams, body: models.SpendImport, *, call: Call[PersonCaller]
    ) -> attribution.ImportSpendReply:
        tenant_id = call.principal.tenant_id
        rows = [spend.SpendRow(row.channel_code, row.on, row.currency, row.spend_cents) for row in body.rows]

        async def work(connection: AsyncConnection) -> models.SpendImportResult:
            counts = await spend.import_rows(connection, tenant_id, rows, now=self._clock.now())
            return models.SpendImportResult(
                tenant_id=tenant_id, accepted=counts.accepted, replaced=counts.replaced, unchanged=counts.unchanged
            )

        reply = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.SpendImportResult)
        return attribution.ImportSpend200(body=reply.body, idempotency_replayed="true" if reply.is_replayed else None)


async def _tenant(connection: AsyncConnection, tenant_id: UUID) -> Any:
    return (await connection.execute(statements.named("tenant"), {"tenant_id": tenant_id})).one()


async def _names(connection: AsyncConnection) -> dict[str, str]:
    return {row.code: row.api_name for row in (await connection.execute(statements.named("channels"))).all()}


def _version(body: models.RecomputeRequest, model: str) -> versions.ModelVersion:
    parameters = body.parameters
    return versions.requested(
        model,
        lookback_days=body.lookback_days,
        impression_lookback_days=body.impression_lookback_days,
        half_life_days=parameters.half_life_days if parameters else None,
        weights=parameters.weights if parameters else None,
    )


def _requester(person: PersonCaller) -> Requester:
    return Requester(user_id=person.user_id, jti=person.jti, family_id=person.family_id, issued_at=person.issued_at)
