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
NUMBERED: Final = ("paypal",)
"""Processors whose payments show the number that the shop has given them."""
NO_PROCESSOR: Final = "none"
"""The payment method of what moves no money through any processor."""
_MAX_ACCOUNT: Final = 150
_MAX_NAME: Final = 64


def name(value: object) -> str | None:
    """The name of a payment method as it can be kept; None where there is none. Merchants write some of them in any script."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text[:_MAX_NAME] if text and text.isprintable() else None


def processor_of(gateway: object) -> str:
    """The processor behind a payment method of a shop; `none` moves no money through any, `unknown` is on no list."""
    return _PROCESSORS.get(gateway.strip().lower(), "unknown") if isinstance(gateway, str) else "unknown"


def woocommerce_prefix(account: str) -> str:
    """The beginning of all names of a shop, since ids of orders and refunds are only unique within their shop."""
    if len(account) > _MAX_ACCOUNT:
        digest = hashlib.sha256(account.encode()).hexdigest()
        account = f"{account[: _MAX_ACCOUNT - 21]}_{digest[:20]}"
    return f"woocommerce_{account}"


def order_reference(shop: str, account: str, number: str) -> str:
    """The name of an order for payments, which know its number and not its id. Numbers are unique within one shop at most."""
    if shop == "woocommerce":
        return f"{woocommerce_prefix(account)}_order_{number}"[:255]
    return f"{shop}_{account[:_MAX_ACCOUNT]}_number_{number}"[:255]


def link_by_number(payment_processor: str, payment_id: str, shop: str, account: str, number: str) -> Link:
    """The order of a shop that a payment names by its number."""
    return Link(
        order_processor=shop,
        order_site=account,
        order_id=number,
        order_name=order_reference(shop, account, number),
        payment_processor=payment_processor,
        payment_id=payment_id,
        how="payment",
    )


def named_by_payment(payment_processor: str, payment_id: str, *, site_url: object, number: object) -> tuple[Link, ...]:
    """The order of a WooCommerce shop that a payment names. Without the address of the shop a number names nothing."""
    site, number = host(site_url), short_text(str(number) if isinstance(number, int) else number)
    if site is None or number is None:
        return ()
    return (link_by_number(payment_processor, payment_id, "woocommerce", site, number),)


def host(address: object) -> str | None:
    """The host of a shop, in lower case, from its address or from its host alone; None for anything else."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname if isinstance(address, str) else None
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
