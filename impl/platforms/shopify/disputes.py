"""A dispute of Shopify: an inquiry holds nothing, a chargeback does until it is won."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from impl.kernel.events import EventType
from impl.kernel.facts import Fact, FactKind
from impl.kernel.money import Money
from impl.platforms.fields import Fields
from impl.platforms.shopify.objects import Source, fact, instant

_HOLDS_MONEY: Final = ("needs_response", "under_review", "accepted", "lost")
_ENDED: Final = ("won", "charge_refunded", "prevented")
CLOCK: Final = ("finalized_on", "evidence_sent_on", "initiated_at")
"""Fields that say when it looked so, the newest first."""


def read(source: Source, dispute: Fields) -> Iterator[Fact]:
    """The amount that the dispute holds, or that it holds nothing any more: it was won, or ended in a refund of its own."""
    id_, order_id = str(dispute.number("id")), str(dispute.number("order_id"))
    money = dispute.amount("amount", dispute.currency("currency"))
    status, is_chargeback = dispute.word("status"), dispute.word("type") == "chargeback"
    values = {
        "object_id": id_,
        # Shopify tells disputes of its own payments only.
        "gateway": "shopify_payments",
        # Shopify gives a dispute no time of its last change; its stages have their times.
        "shown_at": instant(source.received_at, *((dispute, name) for name in CLOCK)),
        "occurred_at": instant(source.received_at, (dispute, "initiated_at")),
    }
    if is_chargeback and status in _ENDED:
        ended = values | {"occurred_at": values["shown_at"]}
        yield fact(source, order_id, kind=FactKind.DISPUTE_ENDED, type=EventType.DISPUTE_WON, money=money, **ended)
        return
    on_hold = money if is_chargeback and status in _HOLDS_MONEY else Money(0, money.currency)
    yield fact(source, order_id, kind=FactKind.DISPUTED, type=EventType.PAYMENT_DISPUTED, money=on_hold, **values)
