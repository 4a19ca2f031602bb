"""The reader of PayPal events: the facts that a payment, refund, reversal, dispute or authorization shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from generated.governance import mappings
from impl.kernel.events import EventType, Hints
from impl.kernel.facts import Fact, FactKind, Note
from impl.kernel.money import Money
from impl.platforms import hints
from impl.platforms.errors import NothingToRecord, UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, plain_id
from impl.platforms.paypal import resources
from impl.platforms.paypal.resources import Names, Times
from impl.platforms.processor import Topic

NAME: Final = "paypal"

_KINDS: Final = {topic: kind for kind, topics in mappings.READ[NAME].items() for topic in topics}
_SCHEMA_OF: Final = {"PAYMENT.CAPTURE.REFUNDED": "PAYMENT.SALE.REFUNDED"}
TOPICS: Final = {topic: Topic(event=None, schema_of=_SCHEMA_OF.get(topic)) for topic in _KINDS}

_UNPAID: Final = frozenset({"PENDING", "DENIED", "DECLINED", "FAILED"})
_TAKEN_BACK: Final = frozenset({"FAILED", "CANCELLED"})
_HOLD_ENDED: Final = frozenset({"VOIDED", "EXPIRED"})
_WON: Final = frozenset({"resolved_seller_favour", "canceled_by_buyer", "cancelled_by_buyer"})
_PAID_OUT: Final = Note(
    "/body/resource/dispute_outcome/outcome_code",
    "PayPal pays for this dispute itself: what its reversal took stays taken until PayPal gives it back.",
)
_MAX_PAIRS = 50


@dataclass(frozen=True, slots=True)
class _Source:
    """The event that carries a resource."""

    notification: Notification
    type: str
    id: str
    resource: Fields
    times: Times

    @property
    def state(self) -> str:
        """That of the resource; where it says none, the last word of the event's type."""
        return resources.state(self.resource) or self.type.rpartition(".")[2]

    def reference(self, names: Names) -> str | None:
        """A second name of the payment. A payment of version 1 has one sale, but an order may be captured in several parts."""
        return names.shared if self.type.startswith("PAYMENT.SALE.") else None

    def fact(self, kind: FactKind, type_: EventType, **shown: Any) -> Fact:
        """A fact with what the event and its resource say; `shown` names the rest, and what differs."""
        common: dict[str, Any] = {
            "occurred_at": self.times.occurred_at,
            "order_id": _order_id(self.resource),
            "numbers": _numbers(self.resource),
            "hints": _hints(self.resource.values),
        }
        return Fact(
            processor=NAME,
            account=self.notification.account,
            kind=kind,
            type=type_,
            processor_event_type=self.type,
            processor_event_id=self.id,
            shown_at=self.times.shown_at,
            **common | shown,
        )


def to_facts(notification: Notification) -> tuple[Fact, ...]:
    """The facts of a decoded PayPal event.

    Raises `NothingToRecord` for a resource that moved no money, and `UnusableDelivery` with a JSON pointer to the field and the
    code `unknown_provider_event`, `topic_mismatch`, `missing_required_field`, `malformed_value`, `unknown_currency` or
    `unsupported_money_event`.
    """
    event = Fields(notification.payload)
    type_ = event.name("event_type")
    if type_ not in _KINDS:
        raise UnusableDelivery("unknown_provider_event", "PayPal's event type has no meaning here", "/event_type")
    id_, resource = event.name("id"), event.object("resource")
    times = resources.times(event, resource, notification)
    return _READERS[_KINDS[type_]](_Source(notification, type_, id_, resource, times))


def _payment(source: _Source) -> tuple[Fact, ...]:
    """One sale or capture. A payment that was given back since was captured all the same."""
    names = resources.names(source.resource)
    if names.is_refund:
        raise _of_another_kind("a refund", "a payment")
    if source.state in _UNPAID:
        raise NothingToRecord("the payment is not completed")
    fact = source.fact(
        FactKind.CAPTURED,
        EventType.PAYMENT_CAPTURED,
        object_id=names.own,
        transaction_id=names.own,
        payment_reference=source.reference(names),
        money=resources.amount(source.resource),
    )
    return (fact,)


def _refund(source: _Source) -> tuple[Fact, ...]:
    """One refund: it counts once it is completed, and no longer when it fails or is cancelled."""
    names = resources.names(source.resource)
    if names.is_payment:
        raise _of_another_kind("a payment", "a refund")
    payment = names.payment or names.shared
    if payment is None:
        message = "the refund names no payment: it has no link to one, and no sale_id, capture_id or parent_payment"
        raise UnusableDelivery("missing_required_field", message, "/resource/links")
    if source.state == "PENDING":
        raise NothingToRecord("the refund is pending")
    about: dict[str, Any] = {
        "object_id": names.own,
        "transaction_id": payment,
        "payment_reference": source.reference(names),
        "money": resources.amount(source.resource, is_given_back=True),
    }
    if source.state in _TAKEN_BACK:
        ended_at = source.times.shown_at
        return (source.fact(FactKind.REFUND_ENDED, EventType.REFUND_REVERSED, occurred_at=ended_at, **about),)
    return (source.fact(FactKind.REFUNDED, EventType.PAYMENT_REFUNDED, **about),)


def _reversal(source: _Source) -> tuple[Fact, ...]:
    """One reversal. One that names no sale or capture stands for itself: it may be the sale, and if it is not, the net is right
    and the books of the processor tell which payment it was.
    """
    names = resources.names(source.resource)
    money = resources.amount(source.resource, is_given_back=True)
    if source.state in _TAKEN_BACK and not names.is_payment:
        money = Money(0, money.currency)
    fact = source.fact(
        FactKind.DISPUTED,
        EventType.PAYMENT_DISPUTED,
        object_id=names.own,
        transaction_id=names.payment or names.own,
        payment_reference=source.reference(names),
        money=money,
    )
    return (fact,)


def _dispute(source: _Source) -> tuple[Fact, ...]:
    """One dispute: it takes nothing by itself, since the reversal does, and its outcome may give that back."""
    resource = source.resource
    dispute_id, money = resource.name("dispute_id"), resources.amount(resource, "dispute_amount")
    outcome = resource.object("dispute_outcome").word("outcome_code") if resource.has("dispute_outcome") else ""
    is_won = outcome in _WON
    about: dict[str, Any] = {"object_id": dispute_id, "transaction_id": _disputed(resource, is_won=is_won)}
    if is_won:
        about |= {"occurred_at": source.times.shown_at, "money": money}
        return (source.fact(FactKind.DISPUTE_ENDED, EventType.DISPUTE_WON, **about),)
    nothing, notes = Money(0, money.currency), (_PAID_OUT,) if outcome == "resolved_with_payout" else ()
    return (source.fact(FactKind.DISPUTED, EventType.PAYMENT_DISPUTED, money=nothing, notes=notes, **about),)


def _disputed(resource: Fields, *, is_won: bool) -> str:
    """The payment that a dispute is about."""
    transactions = resource.objects("disputed_transactions")
    if not transactions:
        raise resource.missing("disputed_transactions")
    if is_won and len(transactions) > 1:
        message = "the dispute is about several transactions and does not say how much of it each is"
        raise UnusableDelivery("unsupported_money_event", message, f"{resource.pointer}/disputed_transactions")
    return transactions[0].name("seller_transaction_id")


def _authorization(source: _Source) -> tuple[Fact, ...]:
    """A hold, and its end. The end shows the hold too, so that it is known when the delivery that told of it was lost."""
    own, state = source.resource.name("id"), source.state
    if state == "DENIED":
        raise NothingToRecord("the authorization was denied")
    about: dict[str, Any] = {
        "object_id": own,
        "transaction_id": own,
        "money": resources.amount(source.resource),
    }
    hold = source.fact(FactKind.HOLD, EventType.ORDER_CREATED, **about)
    if state not in _HOLD_ENDED:
        return (hold,)
    ended_at = source.times.shown_at
    return hold, source.fact(FactKind.HOLD_ENDED, EventType.AUTHORIZATION_ENDED, occurred_at=ended_at, **about)


_READERS: Final[Mapping[str, Callable[[_Source], tuple[Fact, ...]]]] = {
    "payment": _payment,
    "refund": _refund,
    "reversal": _reversal,
    "dispute": _dispute,
    "authorization": _authorization,
}


def _of_another_kind(resource: str, announced: str) -> UnusableDelivery:
    message = f"by its links the resource is {resource}, and the event type announces {announced}"
    return UnusableDelivery("topic_mismatch", message, "/resource/links")


def _order_id(resource: Fields) -> str | None:
    """The shop's own order number: `invoice_id` in version 2, `invoice_number` in version 1 and in disputes."""
    where = next(iter(resource.objects("disputed_transactions")), resource)
    return plain_id(where.values.get("invoice_id")) or plain_id(where.values.get("invoice_number"))


def _numbers(resource: Fields) -> tuple[str, ...]:
    """Where a shop writes the number of its order: in the invoice, and in the field that is the shop's own."""
    custom = resources.optional(resource, "custom_id") or resources.optional(resource, "custom")
    return tuple(dict.fromkeys(text for text in (_order_id(resource), custom) if text))


def _hints(resource: Mapping[str, Any]) -> Hints:
    """Hints of the tenant, URL-encoded in the one field that PayPal lets a shop fill; that field may hold anything."""
    custom = resource.get("custom_id", resource.get("custom"))
    if not isinstance(custom, str):
        return Hints()
    try:
        return hints.read(dict(reversed(parse_qsl(custom, max_num_fields=_MAX_PAIRS))))
    except ValueError:
        return Hints()
