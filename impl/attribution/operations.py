"""Fills the Protocol of the attribution contract. Today's revenue is not written here yet."""

from __future__ import annotations

import asyncio
from typing import Any, Final, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server import Call, InvalidRequestError, Issue, NotFoundError, attribution
from generated.server.models import attribution as models
from generated.server.models import common
from impl.attribution import (
    explain,
    intervals,
    listing,
    paths,
    periods,
    presentation,
    recompute,
    report,
    spend,
    spend_csv,
    statements,
    tasks,
    trace,
    versions,
)
from impl.attribution.errors import InvalidParameterError
from impl.attribution.models import resampling
from impl.attribution.recompute import Identity
from impl.db.idempotency.store import IdempotencyStore, run_once
from impl.db.transaction import tenant_transaction
from impl.jobs.kinds import Requester
from impl.kernel import cursor
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import Clock
from impl.kernel.cursor import CursorError, Position

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
            currency = tenant.reporting_currency
            version = versions.chosen(params.model or tenant.default_model, params.lookback_days, params.model_version)
            result = await report.by_channel(connection, tenant_id, version, period)
            scope = await recompute.scope(connection, tenant_id, version, keeps=False)
            campaigns = samples = None
            if params.group_by == "campaign":
                campaigns = await report.by_campaign(connection, scope, period, currency)
            if params.intervals:
                samples = await intervals.samples(connection, scope, period, currency)
            cost = await spend.by_channel(connection, tenant_id, period)
            names = await _names(connection)
        ranges = None
        if samples is not None:
            # Beside the event loop, which answers others meanwhile.
            seed = intervals.seed(tenant_id, period, version)
            ranges = await asyncio.to_thread(resampling.draw, version.model, samples, seed)
        shown = presentation.ChannelReport(
            tenant_id=tenant_id,
            report=result,
            period=period,
            currency=currency,
            names=names,
            spend=cost,
            campaigns=campaigns,
            ranges=ranges,
        )
        body = presentation.to_api_report(shown)
        return attribution.GetChannelAttribution200(body=body)

    async def list_attributed_conversions(
        self, params: attribution.ListAttributedConversionsParams, *, call: Call[PersonCaller]
    ) -> attribution.ListAttributedConversionsReply:
        tenant_id = call.principal.tenant_id
        period = periods.read(params.start_date, params.end_date, self._clock.now())
        criteria = listing.Criteria(params.channel_code, params.currency, params.limit)
        async with tenant_transaction(self._engine, tenant_id) as connection:
            tenant = await _tenant(connection, tenant_id)
            version = versions.chosen(params.model or tenant.default_model, params.lookback_days, params.model_version)
            scope = "\x1f".join(
                map(str, (call.operation.id, tenant_id, version, period, params.channel_code, params.currency))
            )
            after = _position(params.cursor, scope)
            rows, has_more = await listing.page(connection, tenant_id, version, period, criteria, after)
        following = cursor.encode(Position(rows[-1].occurred_at, rows[-1].id), scope) if has_more else None
        page = common.Page(limit=params.limit, has_more=has_more, next_cursor=following)
        return attribution.ListAttributedConversions200(body=presentation.to_api_credits(tenant_id, rows, page))

    async def get_attribution_paths(
        self, params: attribution.GetAttributionPathsParams, *, call: Call[PersonCaller]
    ) -> attribution.GetAttributionPathsReply:
        tenant_id = call.principal.tenant_id
        period = periods.read(params.start_date, params.end_date, self._clock.now())
        version = versions.requested("linear", lookback_days=params.lookback_days)
        async with tenant_transaction(self._engine, tenant_id) as connection:
            currency = (await _tenant(connection, tenant_id)).reporting_currency
            names = await _names(connection)
            scope = await recompute.scope(connection, tenant_id, version, keeps=False)
            result = await paths.of_period(connection, scope, period, currency)
        body = presentation.to_api_paths(tenant_id, result, period, params.lookback_days, currency, names)
        return attribution.GetAttributionPaths200(body=body)

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
            tenant = await _tenant(connection, tenant_id)
            wanted = _wanted(params.model, params.model_version, tenant.default_model)
            result = await trace.of_event(connection, tenant_id, params.event_id, wanted)
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
        warnings = report.warnings(recompute.sizes(job.training))
        body = presentation.to_api_recompute(tenant_id, job, totals, warnings)
        return attribution.GetRecompute200(body=body)

    async def import_spend(
        self, params: attribution.ImportSpendParams, body: models.SpendImport | bytes, *, call: Call[PersonCaller]
    ) -> attribution.ImportSpendReply:
        tenant_id = call.principal.tenant_id
        upload = spend_csv.read(body) if isinstance(body, bytes) else _upload(body)

        async def work(connection: AsyncConnection) -> models.SpendImportResult:
            counts = await spend.import_rows(connection, tenant_id, upload, now=self._clock.now())
            return models.SpendImportResult(
                tenant_id=tenant_id, accepted=counts.accepted, replaced=counts.replaced, unchanged=counts.unchanged
            )

        reply = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.SpendImportResult)
        return attribution.ImportSpend200(body=reply.body, idempotency_replayed="true" if reply.is_replayed else None)


async def _tenant(connection: AsyncConnection, tenant_id: UUID) -> Any:
    return (await connection.execute(statements.named("tenant"), {"tenant_id": tenant_id})).one()


def _upload(body: models.SpendImport) -> spend.Upload:
    return spend.Upload(
        rows=[spend.SpendRow(row.channel_code, row.on, row.currency, row.spend_cents) for row in body.rows]
    )


def _wanted(model: str | None, version: str | None, default: str) -> versions.ModelVersion | None:
    """The version whose credits a trace is to show in any case, if one is named."""
    if model is None and version is None:
        return None
    return versions.chosen(model or default, versions.LOOKBACK_DAYS, version)


def _position(text: str | None, scope: str) -> Position | None:
    """Where the page begins. Raises `InvalidRequestError` for a cursor that is damaged or from another list."""
    if text is None:
        return None
    try:
        return cursor.decode(text, scope)
    except CursorError as error:
        issue = Issue("/query/cursor", "cursor", str(error), "invalid_cursor")
        raise InvalidRequestError(errors=[issue]) from error


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
