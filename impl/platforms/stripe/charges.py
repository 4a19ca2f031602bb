"""A charge of Stripe: what it has captured, what it has given back, and whether it is a hold only.

Stripe counts the part of a hold that is released as refunded, so of 206.75 authorised and 203.00 captured it says 3.75 refunded.
"""

from __future__ import annotations

from collections.abc import Iterator

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Money
from impl.platforms.fields import Fields
from impl.platforms.stripe.objects import Payment, Source, amount, created, fact, payment


def read(source: Source, charge: Fields) -> Iterator[Fact]:
    """The facts of a charge as the event shows it, whether it is the event's object or expanded in another one."""
    names = payment(charge, charge=charge.name("id"))
    authorized = amount(charge, "amount", charge.currency("currency"))
    status, is_captured = charge.required("status"), charge.values.get("captured") is not False
    if status == "succeeded" and is_captured:
        yield from _captured(source, charge, names, authorized)
        return
    at = created(charge, source.at)
    if status == "failed":
        yield fact(
            source, charge, names, FactKind.PAYMENT_FAILED, EventType.PAYMENT_FAILED, money=authorized, occurred_at=at
        )
    elif status == "succeeded":
        yield fact(source, charge, names, FactKind.HOLD, EventType.ORDER_CREATED, money=authorized, occurred_at=at)
    else:
        nothing = Money(0, authorized.currency)
        yield fact(
            source, charge, names, FactKind.CAPTURED_TOTAL, EventType.PAYMENT_CAPTURED, money=nothing, occurred_at=at
        )
    # A hold is also released by refunding it before it was captured.
    if source.type == "charge.expired" or (status == "succeeded" and charge.values.get("refunded") is True):
        yield fact(source, charge, names, FactKind.HOLD_ENDED, EventType.AUTHORIZATION_ENDED, money=authorized)


def _captured(source: Source, charge: Fields, names: Payment, authorized: Money) -> Iterator[Fact]:
    code = authorized.currency
    is_exact = charge.has("amount_captured")
    captured = amount(charge, "amount_captured", code) if is_exact else authorized
    # The capture of a hold comes later than its charge; every other snapshot repeats a capture whose time it does not say.
    at = source.at if source.type == "charge.captured" else created(charge, source.at)
    kind = FactKind.CAPTURED_TOTAL if is_exact else FactKind.AUTHORIZED_TOTAL
    yield fact(source, charge, names, kind, EventType.PAYMENT_CAPTURED, money=captured, occurred_at=at)
    if source.type == "charge.refunded" or charge.has("amount_refunded"):
        returned = amount(charge, "amount_refunded", code).amount_cents
        refunded = max(0, returned - (authorized.amount_cents - captured.amount_cents))
        if refunded:
            total = Money(refunded, code)
            yield fact(source, charge, names, FactKind.REFUNDED_TOTAL, EventType.PAYMENT_REFUNDED, money=total)
