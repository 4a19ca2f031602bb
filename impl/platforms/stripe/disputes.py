"""A dispute of Stripe: an inquiry holds nothing, a chargeback does until it is won or its funds come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Money
from impl.platforms.fields import Fields
from impl.platforms.stripe import charges
from impl.platforms.stripe.objects import Source, amount, created, expanded, fact, payment, reference

_HOLDS_MONEY: Final = ("needs_response", "under_review", "lost")  # compared, never hashed: a status may be any JSON


def read(source: Source, dispute: Fields) -> Iterator[Fact]:
    """The amount that the dispute holds, or that it gives the money back; and its charge where the event expands it."""
    dispute.name("id")
    names = payment(dispute, charge=reference(dispute, "charge"))
    money = amount(dispute, "amount", dispute.currency("currency"))
    status = dispute.values.get("status")
    if status == "won" or source.type == "charge.dispute.funds_reinstated":
        yield fact(source, dispute, names, FactKind.DISPUTE_ENDED, EventType.DISPUTE_WON, money=money)
    else:
        takes = status in _HOLDS_MONEY or source.type == "charge.dispute.funds_withdrawn"
        held = money if takes else Money(0, money.currency)
        at = created(dispute, source.at)
        yield fact(source, dispute, names, FactKind.DISPUTED, EventType.PAYMENT_DISPUTED, money=held, occurred_at=at)
    charge = expanded(dispute, "charge")
    if charge:
        yield from charges.read(source, charge)
