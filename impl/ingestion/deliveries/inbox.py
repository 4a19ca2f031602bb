"""What every address of every processor does: translate the call, receive, answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from generated.server import Call, Invalid, ProblemError, UnauthorizedError
from generated.server.models import webhooks_base as models
from impl.db import outage
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.delivery import Outcome, Receipt
from impl.ingestion.deliveries.errors import TopicMismatch
from impl.ingestion.deliveries.receive import Inbound, Issue, Processor, Receiver
from impl.kernel.callers import MachineCaller
from impl.platforms.errors import SignatureMismatch

Decode = Callable[[bytes], object]
"""Reads a body as the contract declares it; what is wrong comes back as `Invalid`."""

MESSAGES: Final = {
    Outcome.ACCEPTED: "The delivery was recorded.",
    Outcome.DUPLICATE: "This delivery was recorded before.",
    Outcome.DEAD: "The delivery could not be understood; it is kept as a dead event.",
    Outcome.IGNORED: "There was nothing to record.",
}


class WrongAddress(ProblemError, status=400, code="WEBHOOK_TOPIC_MISMATCH", slug="webhook-topic-mismatch"):
    """The delivery is authentic, but this address is for another kind of event. It is kept as a dead event."""


class Inbox:
    """Where one processor's deliveries arrive, whichever of its addresses they were sent to."""

    def __init__(
        self,
        receiver: Receiver,
        processor: Processor,
        schemas: Mapping[str, Decode],
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
            check=lambda said: self._issues(call, said),
        )
        try:
            with outage.answered():
                return to_api_receipt(await receive.receive(self._receiver, self._processor, inbound))
        except SignatureMismatch as error:
            raise UnauthorizedError from error
        except TopicMismatch as error:
            raise self._wrong_address from error

    def _issues(self, call: Call[Any], topic: str | None) -> Sequence[Issue]:
        """Where the body breaks the schema that the contract declares for its topic."""
        decode = self._schemas.get(topic or "")
        if decode is not None:
            read = decode(call.raw)
            issues = read.issues if isinstance(read, Invalid) else ()
        else:
            assert call.operation.bodies is not None
            _, issues = call.operation.bodies.decode(call.request)
        return [dataclasses.asdict(issue) for issue in issues]


def to_api_receipt(receipt: Receipt) -> models.WebhookReceipt:
    """The receipt as the contract words it."""
    return models.WebhookReceipt(
        success=True,
        correlation_id=receipt.correlation_id,
        message=MESSAGES[receipt.outcome],
        tenant_id=receipt.tenant_id,
        outcome=receipt.outcome.value,
        event_id=receipt.event_id,
        dead_event_id=receipt.dead_event_id,
        idempotency_key=receipt.idempotency_key,
        channel=receipt.channel,
    )
