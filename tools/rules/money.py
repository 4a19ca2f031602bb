"""Money is whole smallest units beside a currency; decimals are only a courtesy for old readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi import source
from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract

DECIMALS = frozenset(
    "total_revenue revenue_total revenue revenue_verified spend current_budget recommended_budget total_budget".split()
)
"""The decimal amounts there are; new ones are not made."""

CURRENCY_PATTERNS = frozenset({"^[A-Z]{3}$", "^[a-z]{3}$"})
"""ISO 4217, and as Stripe spells it."""


def cents_are_int64(contract: Contract) -> Iterator[Problem]:
    """A property whose name ends in `_cents` is an int64, or a list of totals per currency. Money is never a float."""
    for node in contract.properties:
        target = contract.follow(node)
        if target is None or not node.name.endswith("_cents"):
            continue
        is_totals = target.get("type") == "array" and str(target.mapping("items").get("$ref")).endswith(
            "/CurrencyTotal"
        )
        if not is_totals and (target.get("type"), target.get("format")) != ("integer", "int64"):
            yield finding(node.at(), f"{node.name!r} is not an int64", hint="write type: integer, format: int64")


def decimal_has_twin(contract: Contract) -> Iterator[Problem]:
    """A decimal amount is a multiple of 0.01 and has a `_cents` property beside it, from which it is computed exactly."""
    for node in contract.properties:
        if node.name not in DECIMALS:
            continue
        siblings = source.resolve(node.document.value, node.pointer.rpartition("/")[0])
        if node.get("multipleOf") != 0.01:
            yield finding(node.at(), f"{node.name!r} is not a multiple of 0.01", hint="add multipleOf: 0.01")
        if f"{node.name}_cents" not in siblings:
            yield finding(node.at(), f"{node.name!r} has no amount in cents", hint=f"add {node.name}_cents as int64")


def currency_is_iso(contract: Contract) -> Iterator[Problem]:
    """A property that names a currency has the pattern of ISO 4217."""
    for node in contract.properties:
        target = contract.follow(node)
        if node.name in ("currency", "currency_code") and target and target.text("pattern") not in CURRENCY_PATTERNS:
            yield finding(node.at(), f"{node.name!r} is not an ISO 4217 code", hint="add pattern: ^[A-Z]{3}$")


RULES = rules_of("money", (cents_are_int64, decimal_has_twin, currency_is_iso))
