"""A resource of PayPal, in either version of its API: which payment it belongs to, its state, its amount and its times.

Version 1 writes `state`, `total` and `sale_id`, version 2 `status`, `value` and a link to the payment. Not every resource has all
that its version knows, so everything that names the payment is read: the path of each link, and the fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from impl.kernel.money import Money
from impl.platforms.fields import Fields
from impl.platforms.notification import Notification, short_text

_PAYMENT: Final = re.compile(r"/(?:sale|captures?)/([^/]+)", re.ASCII)
_REFUND: Final = re.compile(r"/refunds?/([^/]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names in a resource: its own, and those of its payment."""

    own: str
    payment: str | None
    """The sale or capture that it belongs to, or is."""
    shared: str | None
    """The payment of version 1, above the sale."""
    is_payment: bool
    """Whether its own address is that of a sale or capture."""
    is_refund: bool
    """Whether its own address is that of a refund."""


@dataclass(frozen=True, slots=True)
class Times:
    """When something happened, and when the resource looked as it was sent."""

    occurred_at: datetime
    shown_at: datetime


def names(resource: Fields) -> Names:
    """The names of the resource and its payment. Only the resource itself decides, never what is known from elsewhere."""
    own, shared = resource.name("id"), optional(resource, "parent_payment")
    payments, refunds = _linked(resource, _PAYMENT), _linked(resource, _REFUND)
    is_refund = own in refunds
    is_payment = own in payments and not is_refund
    fields = (optional(resource, "sale_id"), optional(resource, "capture_id"))
    # Sorted, so that a resource with several links says the same each time.
    others = (*fields, *sorted(payments - {own}))
    payment = own if is_payment else next((name for name in others if name is not None), None)
    return Names(own=own, payment=payment, shared=shared, is_payment=is_payment, is_refund=is_refund)


def _linked(resource: Fields, pattern: re.Pattern[str]) -> frozenset[str]:
    """Ids in the paths of the links of the resource."""
    links = resource.values.get("links")
    # Links of another form name nothing; whether that matters depends on the other names.
    addresses = (link.get("href") for link in (links if isinstance(links, list) else ()) if isinstance(link, dict))
    matches = (pattern.search(_path(address)) for address in addresses if isinstance(address, str))
    ids = (short_text(match[1]) for match in matches if match)
    return frozenset(name for name in ids if name is not None)


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def state(resource: Fields) -> str:
    """The state in upper case, by the name of either version; empty when it has none."""
    value = resource.values.get(resource.first("status", "state"))
    return value.upper().replace("CANCELED", "CANCELLED") if isinstance(value, str) else ""


def amount(resource: Fields, name: str = "amount", *, is_given_back: bool = False) -> Money:
    """The amount in either spelling. PayPal writes what it takes back with a minus or without one."""
    fields = resource.object(name)
    code = fields.currency(fields.first("currency", "currency_code"))
    return fields.amount(fields.first("total", "value"), code, is_signed=is_given_back)


def times(event: Fields, resource: Fields, notification: Notification) -> Times:
    """The resource's own times; the event's where it has none, and the arrival where that has none either."""
    created, updated, of_event = (resource, "create_time"), (resource, "update_time"), (event, "create_time")
    received = notification.received_at
    return Times(
        occurred_at=_first_instant(created, of_event) or received,
        shown_at=_first_instant(updated, of_event, created) or received,
    )


def _first_instant(*places: tuple[Fields, str]) -> datetime | None:
    """The first time that is there. A broken one behind it is not looked at."""
    return next((fields.instant(name) for fields, name in places if fields.has(name)), None)


def optional(resource: Fields, name: str) -> str | None:
    """A name that may be missing, and says nothing when it cannot be kept."""
    return short_text(resource.values.get(name))
