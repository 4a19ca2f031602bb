"""Names under which both sides of a sale are found, and what is looked for under each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from impl.kernel.facts import Fact, Link
from impl.platforms import gateways

# What may be recorded under a name, as bits; `record_facts` looks for nothing else under it. Plain integers, because every
# delivery combines some.
OWN: Final = 1
"""Events of the side that it names."""
REFERENCE: Final = 2
"""Events of the payment whose second name it is."""
NUMBER: Final = 4
"""Events of payments that show it as the number of their order."""
BY_NUMBER: Final = 8
"""Events of the order that payments call so."""
LINKS_OF_ORDER: Final = 16
"""Links in which the order of this name has named its payment."""
LINKS_BY_NUMBER: Final = 32
"""Links in which a payment has named the order that it calls so."""
LINKS_OF_PAYMENT: Final = 64
"""Links of the payment that has this name."""

Lookups = Mapping[tuple[str, str], int]
"""What is looked for, by processor and name."""
_ORDER: Final = OWN | LINKS_OF_ORDER
_PAYMENT: Final = OWN | LINKS_OF_PAYMENT


class Named(Protocol):
    """A fact, new or known, as far as it names its side."""

    @property
    def processor(self) -> str:
        """Whose it is."""
        ...

    @property
    def transaction_id(self) -> str:
        """The name of the order or payment."""
        ...

    @property
    def payment_reference(self) -> str | None:
        """The second name of a payment."""
        ...

    @property
    def order_reference(self) -> str | None:
        """The name that payments give an order, where it is another one."""
        ...


def of_side(one: Named, number: str | None) -> Lookups:
    """Names under which facts of the same side, and links to the other one, are found.

    `number` is the number of an order that the fact shows.
    """
    processor = one.processor
    if processor in gateways.SHOPS:
        return merged(
            {(processor, one.transaction_id): _ORDER},
            {(processor, one.order_reference or one.transaction_id): LINKS_BY_NUMBER},
        )
    names = {(processor, one.transaction_id): _PAYMENT}
    if one.payment_reference:
        reference = (processor, one.payment_reference)
        names[reference] = names.get(reference, 0) | _PAYMENT | REFERENCE
    if number:
        names[processor, number] = names.get((processor, number), 0) | LINKS_OF_PAYMENT
    return names


def of_link(link: Link) -> Lookups:
    """Names of both ends of a link."""
    order = BY_NUMBER | LINKS_BY_NUMBER if link.how == "payment" else _ORDER
    payment = _PAYMENT | REFERENCE
    if link.how == "order" and link.payment_processor in gateways.NUMBERED:
        payment |= NUMBER
    return {(link.order_processor, link.order_name): order, (link.payment_processor, link.payment_id): payment}


def of_facts(facts: Sequence[Fact]) -> Lookups:
    """Names that new facts tell."""
    parts = [of_side(fact, fact.order_id) for fact in facts]
    parts += [of_link(link) for fact in facts if fact.links for link in fact.links]
    return parts[0] if len(parts) == 1 else merged(*parts)


def merged(*parts: Lookups) -> dict[tuple[str, str], int]:
    """All names, each once, with everything that is looked for under it."""
    result: dict[tuple[str, str], int] = {}
    for names in parts:
        for name, look in names.items():
            result[name] = result.get(name, 0) | look
    return result
