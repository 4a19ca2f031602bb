"""Data of gateways.yaml.

Generated from contracts/governance/gateways.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


GATEWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "stripe": (
        "stripe",
        "stripe_cc",
        "stripe_sepa",
        "stripe_ideal",
        "stripe_klarna",
        "stripe_bancontact",
        "stripe_sofort",
        "stripe_giropay",
        "stripe_p24",
        "stripe_eps",
        "stripe_alipay",
        "stripe_link",
        "stripe_applepay",
        "stripe_googlepay",
        "stripe_affirm",
        "stripe_afterpay",
        "woocommerce_payments",
    ),
    "paypal": (
        "paypal",
        "paypal_express",
        "paypal_express_checkout",
        "paypal_pro",
        "ppec_paypal",
        "ppcp",
        "ppcp-gateway",
        "ppcp-credit-card-gateway",
        "ppcp-card-button-gateway",
        "ppcp-googlepay",
        "ppcp-applepay",
        "ppcp-pay-upon-invoice-gateway",
        "ppcp-oxxo-gateway",
    ),
    "shopify": (
        "shopify_payments",
        "shop_cash",
    ),
    "none": (
        "bacs",
        "bank_deposit",
        "cash",
        "cash_on_delivery",
        "cash on delivery (cod)",
        "cheque",
        "cod",
        "gift_card",
        "manual",
        "money order",
        "shopify_store_credit",
        "store_credit",
    ),
}
"""Names of payment methods, by the processor that moves their money."""
