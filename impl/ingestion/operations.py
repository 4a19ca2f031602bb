"""Fills the contract of events: touches in, dead events repaired."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final, cast, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.governance import problems
from generated.server import Call, InvalidRequestError, Issue, NotFoundError, ProblemError, events
from generated.server.models import common
from generated.server.models import events as models
from impl.db.idempotency.store import IdempotencyStore, run_once
from impl.db.transaction import tenant_transaction
from impl.ingestion.dead_events import advice, many, outlook, repair, tasks
from impl.ingestion.dead_events.many import Retry, UnknownRetry
from impl.ingestion.dead_events.outlook import Outlook
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.dead_events.repair import Actor, DeadEvent, Filter, NotRepairable, UnknownDeadEvent
from impl.ingestion.deliveries import listing
from impl.ingestion.deliveries.listing import ListedDelivery
from impl.ingestion.touches import receive
from impl.ingestion.touches.receive import Outcome, TouchDependencies
from impl.ingestion.touches.rules import Result
from impl.jobs.kinds import Requester
from impl.kernel import cursor, money
from impl.kernel.callers import MachineCaller, PersonCaller
from impl.kernel.cursor import CursorError, Position
from impl.kernel.money import Money, UnknownCurrencyError
from impl.platforms import registry

RETRY_AFTER_SECONDS = 1
"""Workers fetch a job within a second."""


class StateConflict(ProblemError, kind=problems.STATE_CONFLICT):
    """The current state of the object does not allow this operation."""


class UnknownCurrency(ProblemError, kind=problems.VALIDATION_ERROR):
    """The currency is not in ISO 4217."""


@final
class EventsOperations:
    """Touches and dead events of one tenant at a time."""

    def __init__(self, touches: TouchDependencies, idempotency: IdempotencyStore) -> None:
        self._touches, self._engine, self._idempotency = touches, touches.engine, idempotency
        self._reader = Reader(touches.ring, {processor.name: processor for processor in registry.PROCESSORS})

    async def ingest_touches(
        self, params: events.IngestTouchesParams, *, call: Call[MachineCaller]
    ) -> events.IngestTouchesReply:
        outcomes = await receive.receive(self._touches, call.principal, call.raw, call.correlation_id)
        return events.IngestTouches200(body=to_api_batch(call.principal.tenant_id, outcomes))

    async def list_deliveries(
        self, params: events.ListDeliveriesParams, *, call: Call[PersonCaller]
    ) -> events.ListDeliveriesReply:
        tenant_id = call.principal.tenant_id
        scope = f"{call.operation.id}\x1f{tenant_id}\x1f{params.source}"
        after = _position(params.cursor, scope)
        async with tenant_transaction(self._engine, tenant_id) as connection:
            rows, has_more = await listing.page(connection, tenant_id, params.source, after=after, limit=params.limit)
        following = cursor.encode(Position(rows[-1].received_at, rows[-1].id), scope) if has_more else None
        page = common.Page(limit=params.limit, has_more=has_more, next_cursor=following)
        items = [to_api_delivery(tenant_id, one) for one in rows]
        return events.ListDeliveries200(body=models.DeliveryPage(items=items, page=page))

    async def list_dead_events(
        self, params: events.ListDeadEventsParams, *, call: Call[PersonCaller]
    ) -> events.ListDeadEventsReply:
        tenant_id = call.principal.tenant_id
        criteria = Filter(status=params.status_, source=params.source, error_code=params.error_code)
        scope = f"{call.operation.id}\x1f{tenant_id}\x1f{criteria}"
        after = _position(params.cursor, scope)
        async with tenant_transaction(self._engine, tenant_id) as connection:
            rows, has_more = await repair.page(connection, tenant_id, criteria, after=after, limit=params.limit)
        items = [to_api_dead_event(tenant_id, one) for one in rows]
        following = cursor.encode(Position(rows[-1].ingested_at, rows[-1].id), scope) if has_more else None
        page = common.Page(limit=params.limit, has_more=has_more, next_cursor=following)
        return events.ListDeadEvents200(body=models.DeadEventPage(items=items, page=page))

    async def get_dead_event(
        self, params: events.GetDeadEventParams, *, call: Call[PersonCaller]
    ) -> events.GetDeadEventReply:
        tenant_id = call.principal.tenant_id
        with _problems():
            async with tenant_transaction(self._engine, tenant_id) as connection:
                dead_event = await repair.get(connection, tenant_id, params.id)
        return events.GetDeadEvent200(body=to_api_dead_event(tenant_id, dead_event))

    async def retry_dead_event(
        self, params: events.RetryDeadEventParams, body: models.RetryRequest | None, *, call: Call[PersonCaller]
    ) -> events.RetryDeadEventReply:
        tenant_id, requester = call.principal.tenant_id, to_requester(call.principal)
        is_forced, amount = body is not None and body.force, given_amount(body)

        async def work(connection: AsyncConnection) -> models.DeadEvent:
            with _problems():
                dead_event = await repair.hand_over(
                    connection, self._actor(call), params.id, is_forced=is_forced, amount=amount
                )
            await tasks.defer_retry(
                connection, params.id, tenant_id=tenant_id, requester=requester, correlation_id=call.correlation_id
            )
            prospect = await outlook.of_retry(connection, self._reader, tenant_id, dead_event)
            return to_api_dead_event(tenant_id, dead_event, prospect)

        key = params.x_idempotency_key
        reply = await run_once(self._idempotency, call, key, work, answer=models.DeadEvent, status=202)
        return events.RetryDeadEvent202(
            body=reply.body,
            location=f"/api/events/dead/{params.id}",
            retry_after=RETRY_AFTER_SECONDS,
            idempotency_replayed="true" if reply.is_replayed else None,
        )

    async def retry_dead_events(
        self, params: events.RetryDeadEventsParams, body: models.RetryManyRequest, *, call: Call[PersonCaller]
    ) -> events.RetryDeadEventsReply:
        requester = to_requester(call.principal)
        criteria = Filter(status=body.filter.status, source=body.filter.source, error_code=body.filter.error_code)

        async def work(connection: AsyncConnection) -> models.DeadEventRetry:
            retry = await many.request(connection, self._actor(call), criteria, requester, is_forced=body.force)
            return to_api_retry(call.principal.tenant_id, retry)

        key = params.x_idempotency_key
        reply = await run_once(self._idempotency, call, key, work, answer=models.DeadEventRetry, status=202)
        return events.RetryDeadEvents202(
            body=reply.body,
            location=reply.body.status_url,
            retry_after=RETRY_AFTER_SECONDS,
            idempotency_replayed="true" if reply.is_replayed else None,
        )

    async def get_dead_event_retry(
        self, params: events.GetDeadEventRetryParams, *, call: Call[PersonCaller]
    ) -> events.GetDeadEventRetryReply:
        tenant_id, now = call.principal.tenant_id, self._touches.clock.now()
        with _problems():
            async with tenant_transaction(self._engine, tenant_id) as connection:
                retry = await many.get(connection, tenant_id, params.retry_id, now=now)
        return events.GetDeadEventRetry200(body=to_api_retry(tenant_id, retry))

    async def abandon_dead_event(
        self, params: events.AbandonDeadEventParams, body: models.AbandonRequest, *, call: Call[PersonCaller]
    ) -> events.AbandonDeadEventReply:
        async def work(connection: AsyncConnection) -> models.DeadEvent:
            with _problems():
                dead_event = await repair.abandon(connection, self._actor(call), params.id, notes=body.notes)
            return to_api_dead_event(call.principal.tenant_id, dead_event)

        reply = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.DeadEvent)
        return events.AbandonDeadEvent200(body=reply.body, idempotency_replayed="true" if reply.is_replayed else None)

    def _actor(self, call: Call[PersonCaller]) -> Actor:
        """Who asks, for the audit."""
        person = call.principal
        return Actor(
            tenant_id=person.tenant_id,
            user_id=person.user_id,
            correlation_id=call.correlation_id,
            now=self._touches.clock.now(),
        )


@contextlib.contextmanager
def _problems() -> Iterator[None]:
    """Errors of the domain as problems of the contract."""
    try:
        yield
    except (UnknownDeadEvent, UnknownRetry) as error:
        raise NotFoundError from error
    except NotRepairable as error:
        raise StateConflict(str(error)) from error


def _position(text: str | None, scope: str) -> Position | None:
    """Where the page begins. Raises `InvalidRequestError` for a cursor that is damaged or from another list."""
    if text is None:
        return None
    try:
        return cursor.decode(text, scope)
    except CursorError as error:
        issue = Issue("/query/cursor", "cursor", str(error), "invalid_cursor")
        raise InvalidRequestError(errors=[issue]) from error


def to_requester(person: PersonCaller) -> Requester:
    """The person in whose name a job runs."""
    return Requester(user_id=person.user_id, jti=person.jti, family_id=person.family_id, issued_at=person.issued_at)


def to_api_batch(tenant_id: UUID, outcomes: list[Outcome]) -> models.TouchBatchResult:
    """The results of a batch as the contract words them."""
    counts = {result: sum(1 for outcome in outcomes if outcome.result is result) for result in Result}
    lines = [
        models.TouchResult(
            index=index,
            touch_id=outcome.touch_id,
            result=outcome.result.value,
            dead_event_id=outcome.dead_event_id,
            error_code=outcome.error_code,
        )
        for index, outcome in enumerate(outcomes)
    ]
    return models.TouchBatchResult(
        tenant_id=tenant_id,
        accepted=counts[Result.ACCEPTED],
        duplicate=counts[Result.DUPLICATE],
        dead=counts[Result.DEAD],
        results=lines,
    )


def given_amount(body: models.RetryRequest | None) -> Money | None:
    """The amount of a repair. Raises `UnknownCurrency` for one that ISO 4217 does not know."""
    if body is None or body.amount_cents is None or body.currency is None:
        return None
    try:
        return Money(body.amount_cents, money.currency(body.currency))
    except UnknownCurrencyError as error:
        issue = Issue("/body/currency", "currency", "This is not an ISO 4217 code", error.code)
        raise UnknownCurrency(errors=[issue]) from error


def to_api_delivery(tenant_id: UUID, delivery: ListedDelivery) -> models.Delivery:
    """A delivery as the contract words it."""
    return models.Delivery(
        tenant_id=tenant_id,
        id=delivery.id,
        source=delivery.processor,
        event_type=delivery.topic,
        external_event_id=delivery.processor_event_id,
        outcome=cast("Any", delivery.outcome),
        account=delivery.account,
        secret_label=delivery.secret_label,
        received_at=delivery.received_at,
        event_id=delivery.event_id,
        dead_event_id=delivery.dead_event_id,
        amount_cents=delivery.amount_cents,
        currency=delivery.currency,
    )


def to_api_dead_event(tenant_id: UUID, dead_event: DeadEvent, prospect: Outlook | None = None) -> models.DeadEvent:
    """A dead event as the contract words it; `prospect` is that of a retry which was just asked for."""
    values = {name: getattr(dead_event, name) for name in _DEAD_EVENT_FIELDS}
    values["advice"] = advice.of(dead_event.error_code, is_redacted=dead_event.is_redacted)
    values["issues"] = [
        {"pointer": one["pointer"], "message": one["message"][:500], "code": one["code"]}
        for one in dead_event.issues or ()
        if one.keys() >= {"pointer", "message", "code"}
    ]
    prospect = prospect or outlook.of(dead_event)
    values["retry"] = {"needs": prospect.needs, "effect": prospect.effect} if prospect else None
    if dead_event.repair_cents is not None:
        values["repair"] = {
            "amount_cents": dead_event.repair_cents,
            "currency": dead_event.repair_currency,
            "repaired_by": dead_event.repaired_by,
            "repaired_at": dead_event.repaired_at,
        }
    return models.DeadEvent.model_validate({"tenant_id": tenant_id, **values})


_DEAD_EVENT_FIELDS: Final = tuple(
    one.name for one in fields(DeadEvent) if not one.name.startswith("repair") and one.name != "is_refused"
)


def to_api_retry(tenant_id: UUID, retry: Retry) -> models.DeadEventRetry:
    """A retry of many as the contract words it."""
    names = "status selected has_more needs_force without_content retried resolved created_at started_at finished_at"
    values = {name: getattr(retry, name) for name in names.split()}
    criteria = {"status": retry.only_status, "source": retry.only_source, "error_code": retry.only_error_code}
    values |= {"tenant_id": tenant_id, "retry_id": retry.id, "filter": criteria, "force": retry.is_forced}
    values |= {"effect": outlook.of_many(retry), "status_url": f"/api/events/retries/{retry.id}"}
    return models.DeadEventRetry.model_validate(values)
