"""The handler of every address of every processor: translate the call, receive, answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from generated.governance import problems
from generated.server import Bodies, Call, ProblemError, UnauthorizedError, common, handlers
from generated.server.models import webhooks_base as models
from impl.auth.keys.tenant_keys import TenantKey
from impl.auth.limits.delivery_limits import DeliveryLimits
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.delivery import Ignored, Outcome, Receipt, Recorded, Rejected
from impl.ingestion.deliveries.interpret import Inbound
from impl.ingestion.deliveries.receive import Receiver
from impl.ingestion.rejections import Issue
from impl.kernel.callers import MachineCaller
from impl.platforms.errors import SignatureMismatch
from impl.platforms.processor import Processor

MESSAGES: Final = {
    Outcome.ACCEPTED: "The delivery was recorded.",
    Outcome.DUPLICATE: "This delivery was recorded before.",
    Outcome.DEAD: "The delivery could not be understood; it is kept as a dead event.",
    Outcome.IGNORED: "There was nothing to record.",
}


class WrongAddress(ProblemError, kind=problems.WEBHOOK_TOPIC_MISMATCH):
    """The delivery is authentic, but this path accepts another event type; it was stored as a dead event."""


class WrongTopic(ProblemError, kind=problems.WEBHOOK_TOPIC_MISMATCH, status=422):
    """The delivery is authentic, but this path accepts another event type; it was stored as a dead event."""


_TOPIC_MISMATCH: Final[Mapping[int, type[ProblemError]]] = {one.status: one for one in (WrongAddress, WrongTopic)}


class Address(NamedTuple):
    """One operation of the webhook contracts, as its `x-mapping` describes it."""

    processor: Processor
    topic: str | None
    """The topic it is for; None for the address that takes all topics."""


class DeliveryHandler:
    """Receives the deliveries of `processors` at all their addresses; fills `handlers.ReceiveDelivery`."""

    def __init__(
        self, receiver: Receiver, processors: Iterable[Processor], limits: DeliveryLimits | None = None
    ) -> None:
        """Without `limits` nothing is counted."""
        self._receiver, self._limits = receiver, limits
        self._addresses = dict(_addresses(processors))
        self._schemas = _schemas(self._addresses)

    async def __call__(
        self, params: handlers.ReceiveDeliveryParams, *, call: Call[MachineCaller]
    ) -> handlers.ReceiveDeliveryReply:
        """The receipt of one delivery.

        Raises `UnauthorizedError` when it is not authentic, a `ProblemError` when its topic is not that of the address, and
        `ServiceUnavailableError` while the database is away: nothing was recorded then, and the processor sends it again.
        """
        processor, topic = self._addresses[call.operation.id]
        if call.principal.processor not in {None, processor.name}:
            # As for an unknown key: a URL that leaks at one processor tells nothing about the others.
            self._note_unsigned(call)
            raise UnauthorizedError
        headers = {name: value for name in processor.headers if (value := call.headers.raw(name.encode()))}
        if topic is None and processor.is_unsigned_ping(headers, call.request.media_type):
            self._note_unsigned(call)
            return common.ReceiveDelivery200(body=_of_ping(call))
        inbound = Inbound(
            tenant_id=call.principal.tenant_id,
            body=call.raw,
            headers=headers,
            topic=topic,
            check=lambda topic: self._issues(call, processor, topic),
            on_authentic=lambda: self._count(call),
        )
        try:
            receipt = await receive.receive(self._receiver, processor, inbound)
        except SignatureMismatch as error:
            self._note_unsigned(call)
            raise UnauthorizedError from error
        # The address that takes all topics cannot be the wrong one: there the dead event of a body of another kind says enough.
        if topic is not None and isinstance(receipt, Rejected) and receipt.error_code == "topic_mismatch":
            raise _TOPIC_MISMATCH[processor.topic_mismatch_status]
        return common.ReceiveDelivery200(body=to_api_receipt(receipt))

    async def _count(self, call: Call[MachineCaller]) -> None:
        if self._limits is not None and isinstance(call.principal, TenantKey):
            await self._limits.count(call.principal, call)

    def _note_unsigned(self, call: Call[MachineCaller]) -> None:
        if self._limits is not None and isinstance(call.principal, TenantKey):
            self._limits.note_unsigned(call.principal, call)

    def _issues(self, call: Call[Any], processor: Processor, topic: str | None) -> Sequence[Issue]:
        """Where the body breaks the schema that the contract declares for its topic, or else for the address."""
        bodies = self._schemas.get((processor.name, topic), call.operation.bodies)
        assert bodies is not None
        return [dataclasses.asdict(issue) for issue in bodies.check(call.request)]


def _addresses(processors: Iterable[Processor]) -> Iterable[tuple[str, Address]]:
    """By operation, the address that it is. Addresses of other processors are left out."""
    by_name = {processor.name: processor for processor in processors}
    for operation in handlers.RECEIVE_DELIVERY:
        mapping = operation.extensions["x-mapping"]
        if mapping["map"] in by_name:
            yield operation.id, Address(by_name[mapping["map"]], mapping.get("topic"))


def _schemas(addresses: Mapping[str, Address]) -> dict[tuple[str, str | None], Bodies]:
    """By processor and topic, the bodies that the address of the topic declares."""
    schemas: dict[tuple[str, str | None], Bodies] = {
        (address.processor.name, address.topic): operation.bodies
        for operation in handlers.RECEIVE_DELIVERY
        if (address := addresses.get(operation.id)) is not None
        and address.topic is not None
        and address.processor.holds_to_schema_of_topic
        and operation.bodies is not None
    }
    for processor in {address.processor for address in addresses.values()}:
        for name, topic in processor.topics.items():
            if topic.schema_of is not None:
                schemas[processor.name, name] = schemas[processor.name, topic.schema_of]
    return schemas


def _of_ping(call: Call[MachineCaller]) -> models.WebhookReceipt:
    """Nothing is written: the ping proves no knowledge of the secret."""
    return models.WebhookReceipt(
        success=True,
        correlation_id=call.correlation_id,
        message=MESSAGES[Outcome.IGNORED],
        tenant_id=call.principal.tenant_id,
        outcome=Outcome.IGNORED.value,
    )


def to_api_receipt(receipt: Receipt) -> models.WebhookReceipt:
    """The receipt as the contract words it."""
    recorded = receipt if isinstance(receipt, Recorded) else None
    rejected = receipt if isinstance(receipt, Rejected) else None
    return models.WebhookReceipt(
        success=True,
        correlation_id=receipt.correlation_id,
        message=(receipt.reason if isinstance(receipt, Ignored) else None) or MESSAGES[receipt.outcome],
        tenant_id=receipt.tenant_id,
        outcome=receipt.outcome.value,
        event_id=recorded.event_id if recorded else None,
        dead_event_id=rejected.dead_event_id if rejected else None,
        error_code=rejected.error_code if rejected else None,
        pointer=(rejected.pointer or None) if rejected else None,
        idempotency_key=receipt.idempotency_key,
        channel=recorded.channel if recorded else None,
        schema_notes=[
            models.SchemaNote(pointer=note["pointer"], message=note["message"]) for note in receipt.schema_notes
        ]
        or None,
    )
