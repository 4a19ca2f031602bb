"""The shops and accounts of stories that need more than one secret of a processor, by the label of their secret."""

from __future__ import annotations

from typing import Final, NamedTuple


class Place(NamedTuple):
    """Where a secret belongs."""

    account: str
    mode: str = "live"
    processor: str = "woocommerce"
    order_prefix: str | None = None
    role: str = "auto"
    """How the payments of the account count."""


PLACES: Final = {
    "north": Place("north.example"),
    "south": Place("south.example"),
    "south again": Place("south.example"),
    "trial": Place("trial.example", "test"),
    "numbered": Place("Numbered.example", order_prefix="NB-"),
    "stripe auto": Place("acct_auto", processor="stripe"),
    "stripe counts": Place("acct_counts", processor="stripe", role="counts"),
    "stripe confirms": Place("acct_confirms", processor="stripe", role="confirms"),
    "paypal auto": Place("merchant-auto", processor="paypal"),
    "paypal counts": Place("merchant-counts", processor="paypal", role="counts"),
    "paypal confirms": Place("merchant-confirms", processor="paypal", role="confirms"),
}
