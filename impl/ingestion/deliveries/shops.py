"""Shops of a tenant that are connected: only of those does a payment wait for the order that it names."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from impl.kernel.facts import Link, Report

Shop = tuple[str, str]
"""The shop system, and the account there."""


def names_order(report: Report) -> bool:
    """Whether a payment names the order of a shop."""
    return any(link.how == "payment" for fact in report.facts for link in fact.links)


def of_connected(report: Report, shops: Collection[Shop]) -> Report:
    """The same without the orders that a payment names at other shops: nothing would ever tell of them."""

    def connected(links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(one for one in links if one.how != "payment" or (one.order_processor, one.order_site) in shops)

    facts = tuple(dataclasses.replace(fact, links=connected(fact.links)) for fact in report.facts)
    return dataclasses.replace(report, facts=facts)
