"""Containment between two documents: does the receiver accept everything the sender may send?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tools.breaking.schema import canon, search
from tools.breaking.schema.accept import OpaqueError
from tools.breaking.schema.canon import Numbers
from tools.breaking.schema.compile import Compiler, View
from tools.breaking.schema.export import Exporter
from tools.breaking.schema.nodes import Node
from tools.breaking.schema.values import Json, parsed, text_of

if TYPE_CHECKING:
    from tools.breaking.schema.canon import Library

REQUEST, RESPONSE = "request", "response"
STEPS = 6_000
"""Branches one question may look at. What needs more is undecided."""


class Spot(NamedTuple):
    """A schema and the file it stands in."""

    raw: Json
    file: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question of containment."""

    status: str
    """`safe`, `broken` or `undecided`."""
    witness: Json = None
    """When broken: a value the sender may send and the receiver refuses, re-checked by jsonschema-rs."""


SAFE, UNDECIDED = Verdict("safe"), Verdict("undecided")


class Session:
    """Two documents under comparison. Requests travel from base to head (old clients), responses from head to base."""

    def __init__(self, base: Library, head: Library, *, literal: bool = False, steps: int = STEPS) -> None:
        self.libraries = {"base": base, "head": head}
        self.numbers = Numbers()
        self.literal = literal
        self.steps = steps
        self._compilers: dict[tuple[str, View], Compiler] = {}
        self._hidden: dict[str, str] = {}
        self._canons: dict[tuple[str, frozenset[str]], canon.Canon] = {}
        self._exporters: dict[tuple[str, View], Exporter] = {}
        self._searches: dict[tuple[str, bool], search.Search] = {}
        self._constants = search.ConstantMaker(self.numbers)

    def compiler(self, side: str, view: View) -> Compiler:
        """The compiler of one document as seen from one side."""
        compiler = self._compilers.get((side, view))
        if compiler is None:
            library, counted = self.libraries[side], frozenset({view.hidden} - {""})
            canonical = self._canons.get((side, counted))
            if canonical is None:
                canonical = self._canons[side, counted] = canon.Canon(library, self.numbers, counted)
            compiler = self._compilers[side, view] = Compiler(library, canonical, view)
            self._exporters[side, view] = Exporter(compiler)
        return compiler

    def views(self, direction: str) -> tuple[tuple[str, View], tuple[str, View]]:
        """Document and view of the sender and of the receiver."""
        word = "readOnly" if direction == REQUEST else "writeOnly"
        if word not in self._hidden:
            self._hidden[word] = word if any(library.uses(word) for library in self.libraries.values()) else ""
        hidden = self._hidden[word]
        sides = ("base", "head") if direction == REQUEST else ("head", "base")
        return (sides[0], View("sender", hidden)), (sides[1], View("receiver", hidden))

    def same(self, base: Spot, head: Spot) -> bool:
        """Whether the two schemas accept the same documents by their form alone (in both directions)."""
        views = View("sender", "readOnly"), View("sender", "writeOnly")
        return all(
            self.compiler("base", view).node(*base).canon == self.compiler("head", view).node(*head).canon
            for view in views
        )

    def ask(
        self, direction: str, base: Spot, head: Spot, *, wire: str = "", where: Json = True, literal: bool = False
    ) -> Verdict:
        """Whether everything `direction` carries is still accepted; `where` narrows the question to values it accepts.

        With `wire`, scalars travel as text. `where` is a schema about the value as sent. `literal` drops the leniency for
        properties that an open sender does not declare.
        """
        (from_side, sending), (to_side, receiving) = self.views(direction)
        sender_spot, receiver_spot = (base, head) if direction == REQUEST else (head, base)
        sender = self.compiler(from_side, sending).node(*sender_spot)
        receiver = self.compiler(to_side, receiving).node(*receiver_spot)
        narrowed = () if where is True else (self.compiler(to_side, receiving).node(where, receiver_spot.file),)
        result = self._search(wire, literal=literal).run((sender, *narrowed), (receiver,))
        if not result.is_found:
            return SAFE if result.status == "none" else UNDECIDED
        checks = self._exporters[from_side, sending], self._exporters[to_side, receiving]
        return self._checked(result.value, (checks[0], sender_spot), (checks[1], receiver_spot), wire=wire)

    def example(self, direction: str, base: Spot, head: Spot) -> Verdict:
        """Whether the sender can send anything at all: broken (with an example) means yes, safe means nothing."""
        side, view = self.views(direction)[0]
        result = self._search("").run((self.compiler(side, view).node(*(base if side == "base" else head)),), ())
        return Verdict("broken", result.value) if result.is_found else SAFE if result.status == "none" else UNDECIDED

    def _search(self, wire: str, *, literal: bool = False) -> search.Search:
        # A search remembers what it proved, and a proof holds for one way of reading only.
        key = (wire, literal or self.literal)
        if key not in self._searches:
            self._searches[key] = search.Search(self._constants, literal=key[1], wire=wire, steps=self.steps)
        return self._searches[key]

    def equivalent(self, base: Spot, head: Spot) -> bool:
        """Whether the two schemas are proved to accept the same documents, to the letter."""
        searcher = self._search("", literal=True)
        for (sender_side, sender), (receiver_side, receiver) in (
            (("base", base), ("head", head)),
            (("head", head), ("base", base)),
        ):
            pos = self.compiler(sender_side, View("sender")).node(*sender)
            neg = self.compiler(receiver_side, View("receiver")).node(*receiver)
            # "Undecided" counts as different: a wrong yes would hide a change, a wrong no only shows one more.
            if searcher.run((pos,), (neg,)).status != "none":
                return False
        return True

    @staticmethod
    def _checked(
        witness: Json, sender: tuple[Exporter, Spot], receiver: tuple[Exporter, Spot], *, wire: str
    ) -> Verdict:
        """The verdict once an independent validator agrees with the witness."""
        readings = [witness]
        if wire:
            text = text_of(witness)
            readings += parsed(witness) if isinstance(witness, str) else [text] if text is not None else []
        try:
            is_sendable = sender[0].accepts(*sender[1], witness)
            is_accepted = any(receiver[0].accepts(*receiver[1], reading) for reading in readings)
        except OpaqueError:
            return UNDECIDED
        return Verdict("broken", witness) if is_sendable and not is_accepted else UNDECIDED


def kinds(node: Node) -> frozenset[str]:
    """JSON types that `node` may accept, looking through references and `allOf`."""
    common = node.body.kinds
    for member in node.body.every:
        common &= kinds(member)
    return common
