"""The two sides of a sale: which processor moves the money of an order, and what orders and payments call each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from generated.governance.gateways import GATEWAYS
from impl.kernel.facts import Link
from impl.platforms.notification import short_text

_PROCESSORS: Final[Mapping[str, str]] = {name: processor for processor, names in GATEWAYS.items() for name in names}
SHOPS: Final = ("shopify", "woocommerce")
"""Processors that tell orders; the others tell payments."""
_PAYMENTS: Final = ("stripe", "paypal")


def processor_of(gateway: object) -> str:
    """The processor behind a payment method of a shop; `none` moves no money through any, `unknown` is on no list."""
    return _PROCESSORS.get(gateway.strip().lower(), "unknown") if isinstance(gateway, str) else "unknown"


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
