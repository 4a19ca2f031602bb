"""The processors there are. Everything that must know of each reads it here."""

from __future__ import annotations

from typing import Final

from impl.platforms.paypal import PayPal
from impl.platforms.processor import Processor
from impl.platforms.shopify import Shopify
from impl.platforms.stripe import Stripe
from impl.platforms.woocommerce import WooCommerce

PROCESSORS: Final[tuple[Processor, ...]] = (
    Stripe(),
    Shopify(),
    WooCommerce(),
    PayPal(),
)
_BY_NAME: Final = {processor.name: processor for processor in PROCESSORS}
NAMES: Final = tuple(_BY_NAME)


def processor(name: str) -> Processor:
    """The processor of that name. Raises `KeyError` that says which there are."""
    if name not in _BY_NAME:
        raise KeyError(f"there is no processor {name!r}; there are {', '.join(NAMES)}")
    return _BY_NAME[name]
