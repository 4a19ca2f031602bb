"""Schemas of webhooks_base.

Generated from contracts/openapi/v1/webhooks/base.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Text, Timestamp, Uuid
from .common import ChannelCode, Platform


class WebhookReceipt(ContractModel):
    """What became of a delivery. Accepted, duplicate and dead are all success for the processor, so that it never
    repeats what cannot change.
    """

    success: Literal[True]
    """Always true; a delivery that was refused gets a problem."""
    correlation_id: Uuid
    """Names the delivery in logs and rows. The same delivery always has the same one."""
    tenant_id: Uuid
    """The tenant whose key was used."""
    outcome: Literal["accepted", "duplicate", "dead", "ignored"]
    """accepted - became an event; duplicate - had become one before; dead - could not become one and is kept for
    repair; ignored - there was nothing to record.
    """
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """What was done, for people."""
    event_id: Omittable[Uuid] = None
    """The event the delivery became, now or before."""
    dead_event_id: Omittable[Uuid] = None
    """The dead event the delivery became."""
    idempotency_key: Omittable[Uuid] = None
    """Made from the processor's own id, so that the same delivery counts once."""
    channel: Omittable[ChannelCode] = None


class WebhookMetadata(ContractModel):
    """What is known about a delivery before it is read."""

    webhook_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The delivery, as the processor calls it."""
    received_at: Timestamp
    """When the delivery came in (UTC)."""
    source_platform: Platform
    signature: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """The signature the processor sent."""


class MetaData(ContractModel):
    """One note of a WooCommerce order."""

    key: Annotated[str, Text(max_length=255)]
    """What the note is called."""
    id: Omittable[Annotated[int, Integer(ge=0, le=2**63 - 1)]] = None
    """The note, as WooCommerce calls it."""
    value: Maybe[Any] = UNSET
    """What the note says. Plugins put any JSON here; only text is read."""


class NoteAttribute(ContractModel):
    """One note of a Shopify order."""

    name: Annotated[str, Text(max_length=255)]
    """What the note is called."""
    value: Maybe[Annotated[str, Text(max_length=5000)]] = UNSET
    """What the note says."""


class AttributionData(ContractModel):
    """Where a processor carries the hints of your shop about a sale - `skeldir_session_id`, `skeldir_journey_key`,
    `utm_source`, `utm_medium` and `utm_campaign`.
    """

    note_attributes: Omittable[Annotated[list[NoteAttribute], Field(max_length=1000)]] = None
    """Shopify's notes of an order."""
    meta_data: Omittable[Annotated[list[MetaData], Field(max_length=1000)]] = None
    """WooCommerce's notes of an order."""
    metadata: Omittable[
        Annotated[dict[str, Annotated[str, Text(max_length=5000)]], Conforms({"maxProperties": 1000})]
    ] = None
    """Stripe's notes of a charge or payment intent."""
    custom_id: Omittable[Annotated[str, Text(max_length=4096)]] = None
    """PayPal's note of a payment, as URL-encoded pairs."""
