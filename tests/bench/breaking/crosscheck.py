"""Random pairs of schemas: is every "safe" free of counter-examples, does every "broken" carry a valid one?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from tests.bench.breaking import schemas
from tools.breaking.schema import contain

DOCUMENTS = 600


class LooseSchemas:
    """A library without references."""

    is_30 = False

    def target(self, reference: str, file: str) -> tuple[Any, str, str]:
        """There is nothing to find."""
        raise KeyError(reference, file)

    def shared(self) -> list[tuple[Any, str, str]]:
        """None."""
        return []

    def uses(self, word: str) -> bool:
        """None of the two words."""
        return not word


@dataclass(slots=True)
class Count:
    """Counts of the pairs by verdict."""

    pairs: int = 0
    safe: int = 0
    broken: int = 0
    undecided: int = 0
    unsound: list[Any] = field(default_factory=list)
    """Pairs called safe that have a counter-example."""
    bad_witness: list[Any] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        decided = 100 * (self.safe + self.broken) / self.pairs
        return (
            f"{self.pairs:,} pairs: {self.safe:,} safe ({len(self.unsound)} unsound), {self.broken:,} broken"
            f" ({len(self.bad_witness)} without a valid witness), {self.undecided} undecided; {decided:.2f} % decided,"
            f" {1000 * self.seconds / self.pairs:.2f} ms a pair"
        )


def run(seed: int, pairs: int) -> Count:
    """Try `pairs` random pairs, half of them a schema and its variation."""
    maker, count = schemas.Schemas(seed), Count()
    documents = schemas.documents(seed, DOCUMENTS)
    for number in range(pairs):
        first = maker.schema()
        second = maker.variation(first) if number % 2 else maker.schema()
        for sender_schema, receiver_schema in ((first, second), (second, first)):
            _try(count, sender_schema, receiver_schema, documents)
            if count.pairs >= pairs:
                return count
    return count


def _try(count: Count, sender_schema: Any, receiver_schema: Any, documents: list[Any]) -> None:
    session = contain.Session(LooseSchemas(), LooseSchemas(), literal=True)
    started = time.perf_counter()
    verdict = session.ask(contain.REQUEST, contain.Spot(sender_schema, ""), contain.Spot(receiver_schema, ""))
    count.seconds += time.perf_counter() - started
    count.pairs += 1
    sender, receiver = (
        jsonschema_rs.Draft202012Validator(sender_schema),
        jsonschema_rs.Draft202012Validator(receiver_schema),
    )
    if verdict.status == "safe":
        count.safe += 1
        if any(sender.is_valid(document) and not receiver.is_valid(document) for document in documents):
            count.unsound.append((sender_schema, receiver_schema))
    elif verdict.status == "broken":
        count.broken += 1
        if not sender.is_valid(verdict.witness) or receiver.is_valid(verdict.witness):
            count.bad_witness.append((sender_schema, receiver_schema, verdict.witness))
    else:
        count.undecided += 1
        if len(UNDECIDED) < 20:
            UNDECIDED.append((sender_schema, receiver_schema))


UNDECIDED: list[Any] = []
"""The first few undecided pairs, for whoever wants to look into them."""
