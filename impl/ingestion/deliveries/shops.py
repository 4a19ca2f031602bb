"""The shops of a tenant: which orders a payment may name, and by which text before their numbers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from impl.kernel.facts import Fact, Link, Report
from impl.platforms import gateways

_NUMBER: Final = re.compile(r"[^\s=&]{1,64}", re.ASCII)
"""Not the pairs of hints, which may stand in the same field."""
_SHOPS: Final = text("SELECT processor, account, order_prefix FROM maintenance.list_shops()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop that tells us its orders."""

    processor: str
    account: str
    order_prefix: str | None = None
    """What it puts before the numbers of its orders where it names them to a processor."""


async def of_tenant(connection: AsyncConnection) -> Sequence[Shop]:
    """The shops of the tenant that the worker's `connection` is bound to."""
    rows = (await connection.execute(_SHOPS)).all()
    return [Shop(processor=row.processor, account=row.account, order_prefix=row.order_prefix) for row in rows]


def concerns(report: Report) -> bool:
    """Whether the shops of the tenant may say more about `report`: it names orders or has numbers of them."""
    return any(
        fact.numbers or (fact.links and any(link.how == "payment" for link in fact.links)) for fact in report.facts
    )


def connect(report: Report, shops: Sequence[Shop]) -> Report:
    """The same with the orders that payments name by a number with the prefix of a shop, and without orders of shops that are not
    connected: nothing would ever tell of those.
    """
    return dataclasses.replace(report, facts=tuple(_connected(fact, shops) for fact in report.facts))


def _connected(fact: Fact, shops: Sequence[Shop]) -> Fact:
    if fact.processor in gateways.SHOPS:
        return _with_reference(fact, shops)
    links = [connected for link in fact.links for connected in _of_shop(link, shops)]
    for number in fact.numbers:
        links += _by_prefix(fact, number, shops)
    return dataclasses.replace(fact, links=tuple(dict.fromkeys(links)))


def _of_shop(link: Link, shops: Sequence[Shop]) -> list[Link]:
    """A link as it is; one by the address of a shop under the account of that shop."""
    if link.how != "payment":
        return [link]
    accounts = {
        shop.account
        for shop in shops
        if shop.processor == link.order_processor and gateways.host(shop.account) == link.order_site
    }
    return [
        gateways.link_by_number(link.payment_processor, link.payment_id, link.order_processor, account, link.order_id)
        for account in sorted(accounts)
    ]


def _with_reference(fact: Fact, shops: Sequence[Shop]) -> Fact:
    """An order under the name that payments give it, when they can name it by its number."""
    is_numbered = any(
        shop.order_prefix and (shop.processor, shop.account) == (fact.processor, fact.account) for shop in shops
    )
    if not is_numbered or not fact.numbers:
        return fact
    reference = gateways.order_reference(fact.processor, fact.account, fact.numbers[0])
    return dataclasses.replace(fact, order_reference=reference if reference != fact.transaction_id else None)


def _by_prefix(fact: Fact, told: str, shops: Sequence[Shop]) -> list[Link]:
    """The order that `told` names, in the shop with the longest prefix that it begins with; none if two shops have that one."""
    prefixes = {shop.order_prefix for shop in shops if shop.order_prefix and told.startswith(shop.order_prefix)}
    prefix = max(prefixes, key=len, default="")
    accounts = {(shop.processor, shop.account) for shop in shops if shop.order_prefix == prefix}
    number = told.removeprefix(prefix)
    if not prefix or not _NUMBER.fullmatch(number) or len(accounts) != 1:
        return []
    ((shop, account),) = accounts
    return [gateways.link_by_number(fact.processor, fact.transaction_id, shop, account, number)]
