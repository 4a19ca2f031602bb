"""Data of mappings.yaml.

Generated from contracts/governance/mappings.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class EventType(StrEnum):
    """Canonical names of what happened."""

    ORDER_CREATED = "OrderCreated"
    PAYMENT_CAPTURED = "PaymentCaptured"
    PAYMENT_REFUNDED = "PaymentRefunded"
    PAYMENT_DISPUTED = "PaymentDisputed"
    DISPUTE_WON = "DisputeWon"
    PAYMENT_FAILED = "PaymentFailed"
    CHECKOUT_UPDATED = "CheckoutUpdated"


class EntryKind(StrEnum):
    """What a ledger entry records."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    CHARGEBACK = "chargeback"


ENTRY_KINDS: Final[Mapping[str, str | None]] = {
    "OrderCreated": "authorized",
    "PaymentCaptured": "captured",
    "PaymentRefunded": "refunded",
    "PaymentDisputed": "chargeback",
    "DisputeWon": "chargeback",
    "PaymentFailed": None,
    "CheckoutUpdated": None,
}
"""Kind of entry an event posts; None for one that posts none."""

TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "stripe": (
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.closed",
        "payment_intent.payment_failed",
    ),
    "shopify": (
        "orders/create",
        "orders/paid",
        "refunds/create",
        "checkouts/update",
    ),
    "woocommerce": (
        "order.created",
        "order.completed",
        "order.updated",
        "order.refunded",
    ),
    "paypal": (
        "PAYMENT.SALE.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.SALE.REFUNDED",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.SALE.REVERSED",
        "PAYMENT.CAPTURE.REVERSED",
    ),
}
"""Topics that are read, by processor."""
