"""The work of every address of every processor: translate the call, receive, answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from generated.governance import problems
from generated.server import Bodies, Call, Operation, ProblemError, UnauthorizedError
from generated.server.models import webhooks_base as models
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.delivery import Outcome, Receipt, Recorded, Rejected
from impl.ingestion.deliveries.interpret import Inbound, Issue, Processor
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms.errors import SignatureMismatch

MESSAGES: Final = {
    Outcome.ACCEPTED: "The delivery was recorded.",
    Outcome.DUPLICATE: "This delivery was recorded before.",
    Outcome.DEAD: "The delivery could not be understood; it is kept as a dead event.",
    Outcome.IGNORED: "There was nothing to record.",
}


class WrongAddress(ProblemError, kind=problems.WEBHOOK_TOPIC_MISMATCH):
    """The delivery is authentic, but this path accepts another event type; it was stored as a dead event."""


class Inbox:
    """Where one processor's deliveries arrive, whichever of its addresses they were sent to."""

    def __init__(
        self,
        receiver: Receiver,
        processor: Processor,
        schemas: Mapping[str, Bodies],
        *,
        wrong_address: type[ProblemError] = WrongAddress,
    ) -> None:
        """`schemas` says by topic what a body must look like; other topics are held to the operation's own schema."""
        self._receiver, self._processor, self._schemas = receiver, processor, schemas
        self._wrong_address = wrong_address

    async def take(self, call: Call[MachineCaller], topic: str | None) -> models.WebhookReceipt:
        """The receipt of one delivery to the address for `topic`; None is the address for all.

        Raises `UnauthorizedError` when it is not authentic, `wrong_address` when its topic is another, and
        `ServiceUnavailableError` while the database is away: nothing was recorded then, and the processor sends it again.
        """
        headers = {name: value for name in self._processor.headers if (value := call.headers.raw(name.encode()))}
        inbound = Inbound(
            tenant_id=call.principal.tenant_id,
            body=call.raw,
            headers=headers,
            topic=topic,
            check=lambda topic, _document: self._issues(call, topic),
        )
        try:
            receipt = await receive.receive(self._receiver, self._processor, inbound)
        except SignatureMismatch as error:
            raise UnauthorizedError from error
        if isinstance(receipt, Rejected) and receipt.error_code == "topic_mismatch":
            raise self._wrong_address
        return to_api_receipt(receipt)

    def _issues(self, call: Call[Any], topic: str | None) -> Sequence[Issue]:
        """Where the body breaks the schema that the contract declares for its topic."""
        bodies = self._schemas.get(topic or "", call.operation.bodies)
        assert bodies is not None
        return [dataclasses.asdict(issue) for issue in bodies.check(call.request)]


def to_api_receipt(receipt: Receipt) -> models.WebhookReceipt:
    """The receipt as the contract words it."""
    recorded = receipt if isinstance(receipt, Recorded) else None
    return models.WebhookReceipt(
        success=True,
        correlation_id=receipt.correlation_id,
        message=MESSAGES[receipt.outcome],
        tenant_id=receipt.tenant_id,
        outcome=receipt.outcome.value,
        event_id=recorded.event_id if recorded else None,
        dead_event_id=receipt.dead_event_id if isinstance(receipt, Rejected) else None,
        idempotency_key=receipt.idempotency_key,
        channel=recorded.channel if recorded else None,
    )


def bodies_of(operations: Iterable[Operation], ids: Mapping[str, str]) -> dict[str, Bodies]:
    """The declared bodies by topic; `ids` names by topic the operation that declares its body."""
    by_id = {operation.id: operation.bodies for operation in operations}
    return {topic: bodies for topic, id_ in ids.items() if (bodies := by_id[id_]) is not None}
