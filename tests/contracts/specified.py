"""How many operations each API of the specification has, with those that its issues have added."""

from __future__ import annotations

SPECIFIED = {
    "auth": 13,
    "attribution": 10,
    "platforms": 8,
    "revenue": 1,
    "reconciliation": 5,
    "export": 4,
    "health": 4,
    "errors": 1,
    "events": 8,
    "llm-explanations": 1,
    "llm-investigations": 3,
    "llm-budget": 4,
    "shopify": 5,
    "stripe": 5,
    "woocommerce": 5,
    "paypal": 4,
}
TOTAL = sum(SPECIFIED.values())
