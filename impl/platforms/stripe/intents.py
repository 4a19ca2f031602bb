"""A payment intent of Stripe: what it has received, what it holds, and that it was cancelled."""

from __future__ import annotations

from collections.abc import Iterator

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.platforms.fields import Fields
from impl.platforms.stripe import charges
from impl.platforms.stripe.objects import Payment, Source, amount, expanded, fact, reference


def read(source: Source, intent: Fields) -> Iterator[Fact]:
    """The facts of a payment intent, and of its charges where the event expands them.

    Its own time says when the buyer came to the checkout, so its facts have the time of the event.
    """
    id_ = intent.name("id")
    listed = _charges(intent)
    latest = reference(intent, "latest_charge") or (listed[0].name("id") if listed else None)
    names = Payment(transaction_id=latest or id_, reference=id_)
    yield _shown(source, intent, names)
    for charge in listed:
        yield from charges.read(source, Fields({"payment_intent": id_} | dict(charge.values), charge.pointer))


def _shown(source: Source, intent: Fields, names: Payment) -> Fact:
    code = intent.currency("currency")
    if source.type == "payment_intent.canceled":
        whole = amount(intent, "amount", code)
        return fact(source, intent, names, FactKind.HOLD_ENDED, EventType.AUTHORIZATION_ENDED, money=whole)
    if source.type == "payment_intent.payment_failed":
        whole = amount(intent, "amount", code)
        return fact(source, intent, names, FactKind.PAYMENT_FAILED, EventType.PAYMENT_FAILED, money=whole)
    if source.type == "payment_intent.amount_capturable_updated":
        held = amount(intent, intent.first("amount_capturable", "amount"), code)
        return fact(source, intent, names, FactKind.HOLD, EventType.ORDER_CREATED, money=held)
    received = amount(intent, "amount_received" if intent.has("amount_received") else "amount", code)
    return fact(source, intent, names, FactKind.INTENT_TOTAL, EventType.PAYMENT_CAPTURED, money=received)


def _charges(intent: Fields) -> list[Fields]:
    """The latest charge in full, or the list of charges that versions before 2022-11-15 send, newest first."""
    latest = expanded(intent, "latest_charge")
    if latest:
        return [latest]
    return list(intent.object("charges").objects("data")) if intent.has("charges") else []
