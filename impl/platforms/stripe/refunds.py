"""A refund of Stripe: an amount that went back at its own time, or came home again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.platforms.fields import Fields
from impl.platforms.stripe import charges
from impl.platforms.stripe.objects import Source, amount, created, expanded, fact, payment, reference

_ENDED: Final = ("failed", "canceled")  # compared, never hashed: a status may be any JSON


def read(source: Source, refund: Fields) -> Iterator[Fact]:
    """The refund and, when it failed or was cancelled, that it did; and its charge where the event expands it."""
    refund.name("id")
    names = payment(refund, charge=reference(refund, "charge"))
    money = amount(refund, "amount", refund.currency("currency"))
    at = created(refund, source.at)
    yield fact(source, refund, names, FactKind.REFUNDED, EventType.PAYMENT_REFUNDED, money=money, occurred_at=at)
    if refund.values.get("status") in _ENDED or source.type == "refund.failed":
        yield fact(source, refund, names, FactKind.REFUND_ENDED, EventType.REFUND_REVERSED, money=money)
    charge = expanded(refund, "charge")
    if charge:
        yield from charges.read(source, charge)
