"""The two documents of one comparison, with what is remembered about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.breaking.input.documents import At, Spec
from tools.breaking.report.findings import Collection
from tools.breaking.rules.oddities import Undecided
from tools.breaking.rules.options import Options
from tools.breaking.schema import canon
from tools.breaking.schema.contain import Session, Spot, Verdict

Json = Any

ANNOTATIONS = frozenset(
    """format default deprecated readOnly writeOnly discriminator contentEncoding contentMediaType contentSchema
    x-sunset x-stability-level x-extensible-enum x-deprecation""".split()
)
"""Keywords that do not change the accepted values, and that clients rely on."""


@dataclass(slots=True)
class Pairing:
    """One comparison: both documents, the findings, and cached answers."""

    base: Spec
    head: Spec
    options: Options
    findings: Collection = field(default_factory=Collection)
    payloads: int = 0
    """Witnesses for which a whole payload was sought."""
    compared: int = 0
    """Operations that exist on both sides."""
    undecided: list[Undecided] = field(default_factory=list)
    """Operations that were left out because of an odd schema."""
    session: Session = field(init=False)
    known: dict[Any, Any] = field(default_factory=dict)
    """Changes by schema pair, so that a shared schema is walked once."""
    _canons: dict[str, canon.Canon] = field(init=False)
    _equivalent: dict[tuple[int, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = Session(self.base, self.head)
        self._canons = {
            side: canon.Canon(spec, self.session.numbers, ANNOTATIONS)
            for side, spec in (("base", self.base), ("head", self.head))
        }

    def number(self, side: str, at: At) -> int:
        """Canonical number of a schema of one document, annotations included."""
        return self._canons[side].of(at.raw, at.file)

    def full_numbers(self, base: At, head: At) -> tuple[int, int]:
        """Canonical numbers of the two schemas, annotations included."""
        return self.number("base", base), self.number("head", head)

    def same_in_all(self, base: At, head: At) -> bool:
        """Whether the two schemas say the same, annotations included."""
        first, second = self.full_numbers(base, head)
        return first == second

    def equivalent(self, base: At, head: At) -> bool:
        """Whether the two schemas are proved to accept the same documents, whichever way they are written."""
        key = self.full_numbers(base, head)
        if key not in self._equivalent:
            self._equivalent[key] = self.session.equivalent(spot(base), spot(head))
        return self._equivalent[key]

    def ask(self, direction: str, base: Spot, head: Spot, *, wire: str = "", where: Json = True) -> Verdict:
        """One question of containment."""
        return self.session.ask(direction, base, head, wire=wire, where=where)


def spot(at: At) -> Spot:
    """`at` as the core wants it."""
    return Spot(at.raw, at.file)
