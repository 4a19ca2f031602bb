"""Reporting a structural fact: id, effect and sentence become a finding under the law."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.breaking.input.documents import At
from tools.breaking.report.findings import Finding
from tools.breaking.rules import impact, law
from tools.breaking.rules.law import Effect, Guard
from tools.breaking.rules.pairing import Pairing


@dataclass(frozen=True, slots=True)
class OperationPair:
    """One operation on both sides."""

    key: str
    """`GET /things/{id}`."""
    base: At
    head: At
    base_item: At
    head_item: At
    outward: bool = False
    """Whether the API itself sends the request (webhooks, callbacks), which turns both directions round."""

    @property
    def operation_id(self) -> str:
        """Its operationId, the old one where it changed."""
        for at in (self.base, self.head):
            if isinstance(at.raw, dict) and isinstance(at.raw.get("operationId"), str):
                return str(at.raw["operationId"])
        return ""

    def travel(self, direction: str) -> str:
        """Direction in the sense of the law of what travels in this direction of HTTP."""
        if not self.outward:
            return direction
        return law.RESPONSE if direction == law.REQUEST else law.REQUEST


@dataclass(frozen=True, slots=True)
class Fact:
    """A structural difference."""

    id: str
    effect: Effect
    text: str
    base: At
    head: At
    direction: str = law.NEITHER
    guards: frozenset[Guard] = field(default_factory=frozenset)
    subject: str = ""
    """Distinguishes facts with the same id at the same place."""
    instead: str = ""
    why: str = ""
    documentation_only: bool = False
    fine_print: bool = False


def report(pairing: Pairing, fact: Fact, operation: OperationPair | None = None) -> None:
    """Add `fact` to what was found."""
    level = law.level(fact.effect, fact.direction, fact.guards)
    pairing.findings.add(
        Finding(
            fact.id,
            level,
            fact.text,
            f"{fact.base.pointer}|{fact.head.pointer}|{fact.subject}",
            [operation.key] if operation else [],
            fact.why or _WHY.get((fact.effect, fact.direction), ""),
            fact.instead,
            base=pairing.base.origin(fact.base),
            head=pairing.head.origin(fact.head),
            sdk=impact.method(operation.operation_id) if operation and not fact.documentation_only else [],
            documentation_only=fact.documentation_only,
            fine_print=fact.fine_print,
        )
    )


_WHY = {
    (
        Effect.NARROWS,
        law.REQUEST,
    ): "Existing clients send requests that the new contract does not allow.",
    (Effect.WIDENS, law.RESPONSE): "Existing clients may receive replies that their contract does not describe.",
    (Effect.VIOLATION, law.NEITHER): "It breaks the contract's own rules on stability, deprecation and removal.",
    (Effect.UNKNOWN, law.REQUEST): "Nothing says what happens to clients that still send it.",
    (Effect.UNKNOWN, law.RESPONSE): "Clients may build on it, though it was not promised.",
}
