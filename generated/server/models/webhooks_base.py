"""Schemas of webhooks_base.

Generated from contracts/openapi/v1/webhooks/base.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Exact, Integer, Text, Timestamp, Uuid
from .common import ChannelCode, Platform


class SchemaNote(ContractModel):
    """One difference between a body and the schema that describes it."""

    pointer: Annotated[str, Text(max_length=512, pattern="^/(body|query|path|header)(/.*)?$")]
    """JSON pointer to the place in the request; names that no contract declares are shown as `…`."""
    message: Annotated[str, Text(max_length=500)]
    """What the schema expects there; never repeats what was sent."""


class WebhookReceipt(ContractModel):
    """Outcome of a delivery. All outcomes are successful for the processor, so that it does not repeat a delivery
    whose outcome cannot change.
    """

    success: Annotated[Literal[True], Exact()]
    """Always true; refused deliveries return a problem."""
    correlation_id: Uuid
    """Correlation ID of the delivery in logs and rows. Always the same for the same delivery."""
    tenant_id: Uuid
    """ID of the tenant whose key was used."""
    outcome: Literal["accepted", "duplicate", "dead", "ignored"]
    """accepted: an event was created; duplicate: the event exists already; dead: stored as a dead event; ignored:
    nothing to record.
    """
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """Human-readable description of the result."""
    event_id: Omittable[Uuid] = None
    """ID of the event created from the delivery."""
    dead_event_id: Omittable[Uuid] = None
    """ID of the dead event created from the delivery."""
    error_code: Omittable[Annotated[str, Text(min_length=1, max_length=64)]] = None
    """Why the delivery is dead."""
    pointer: Omittable[Annotated[str, Text(max_length=512, pattern="^/(body|query|path|header)(/.*)?$")]] = None
    """JSON pointer to the field that made the delivery dead, if it is known; names that no contract declares are shown
    as `…`.
    """
    idempotency_key: Omittable[Uuid] = None
    """Derived from the processor's ID, so that the same delivery counts once."""
    channel: Omittable[ChannelCode] = None
    schema_notes: Omittable[Annotated[list[SchemaNote], Field(min_length=1, max_length=20)]] = None
    """Where the body differs from the schema of this operation. The schema describes what the processor sends; only
    values that Skeldir reads can make a delivery dead. Absent when nothing differs; the first 20 otherwise.
    """


class WebhookMetadata(ContractModel):
    """Metadata of a delivery."""

    webhook_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The processor's ID of the delivery."""
    received_at: Timestamp
    """Time of receipt (UTC)."""
    source_platform: Platform
    signature: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """Signature sent by the processor."""


class MetaData(ContractModel):
    """A metadata entry of a WooCommerce order."""

    key: Annotated[str, Text(max_length=255)]
    """Name of the note attribute."""
    id: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """WooCommerce's ID of the metadata entry."""
    value: Maybe[Any] = UNSET
    """What the note says. Plugins put any JSON here; only text is read."""


class NoteAttribute(ContractModel):
    """A note attribute of a Shopify order."""

    name: Annotated[str, Text(max_length=255)]
    """Name of the note attribute."""
    value: Maybe[Any] = UNSET
    """What the note says. Apps put any JSON here; only text is read."""


class AttributionData(ContractModel):
    """Metadata that your shop attaches to a sale: `skeldir_session_id`, `skeldir_journey_key`, `utm_source`,
    `utm_medium` and `utm_campaign`.
    """

    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """Note attributes of a Shopify order."""
    meta_data: Omittable[Annotated[list[MetaData], Field(max_length=1000)]] = None
    """Metadata of a WooCommerce order."""
    metadata: Omittable[
        Annotated[dict[str, Annotated[str, Text(max_length=5000)]], Conforms({"maxProperties": 1000})]
    ] = None
    """Metadata of a Stripe charge or payment intent."""
    custom_id: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """Custom field of a PayPal payment, as URL-encoded pairs."""
