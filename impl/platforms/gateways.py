"""The two sides of a sale: which processor moves the money of an order, and what orders and payments call each other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from generated.governance.gateways import GATEWAYS
from impl.kernel.facts import Link
from impl.platforms.notification import short_text

_PROCESSORS: Final[Mapping[str, str]] = {name: processor for processor, names in GATEWAYS.items() for name in names}
SHOPS: Final = ("shopify", "woocommerce")
"""Processors that tell orders; the others tell payments."""
_PAYMENTS: Final = ("stripe", "paypal")
_MAX_ACCOUNT: Final = 150


def processor_of(gateway: object) -> str:
    """The processor behind a payment method of a shop; `none` moves no money through any, `unknown` is on no list."""
    return _PROCESSORS.get(gateway.strip().lower(), "unknown") if isinstance(gateway, str) else "unknown"


def woocommerce_prefix(account: str) -> str:
    """The beginning of all names of a shop, since ids of orders and refunds are only unique within their shop."""
    if len(account) > _MAX_ACCOUNT:
        digest = hashlib.sha256(account.encode()).hexdigest()
        account = f"{account[: _MAX_ACCOUNT - 21]}_{digest[:20]}"
    return f"woocommerce_{account}"


def named_by_payment(
    payment_processor: str, payment_id: str, *, site_url: object, order_id: object
) -> tuple[Link, ...]:
    """The order of a WooCommerce shop that a payment names. Without the address of the shop a number names nothing."""
    site, number = _host(site_url), short_text(str(order_id) if isinstance(order_id, int) else order_id)
    if site is None or number is None:
        return ()
    link = Link(
        order_processor="woocommerce",
        order_site=site,
        order_id=number,
        order_name=f"{woocommerce_prefix(site)}_order_{number}"[:255],
        payment_processor=payment_processor,
        payment_id=payment_id,
        how="payment",
    )
    return (link,)


def _host(url: object) -> str | None:
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return None
    return short_text(host)


def named_by_order(
    order_processor: str, site: str, order_id: str, order_name: str, *, gateway: object, names: tuple[object, ...]
) -> tuple[Link, ...]:
    """The payments that an order names. Without a gateway that tells payments it names none."""
    processor = processor_of(gateway)
    if processor not in _PAYMENTS:
        return ()
    return tuple(
        Link(
            order_processor=order_processor,
            order_site=site,
            order_id=order_id,
            order_name=order_name,
            payment_processor=processor,
            payment_id=name,
            how="order",
        )
        for name in dict.fromkeys(map(short_text, names))
        if name is not None
    )
