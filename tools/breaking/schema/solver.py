"""The questions that solving one array or object asks the search that it is part of."""

from __future__ import annotations

from typing import Protocol

from tools.breaking.schema.nodes import Atom, Node
from tools.breaking.schema.outcome import Outcome
from tools.breaking.schema.values import Json


class Solver(Protocol):
    """Solves the goals of items and properties, under the budget and with the memory of the whole search."""

    def solve(self, pos: tuple[Node, ...], neg: tuple[Node, ...]) -> Outcome:
        """A value that every `pos` accepts and every `neg` refuses."""
        ...

    def constant(self, value: Json) -> Node:
        """The schema that accepts `value` only."""
        ...

    def name(self, names: list[Node], refused_by: Node, used_names: tuple[str, ...]) -> Outcome:
        """A property name that `names` accept and `refused_by` refuses."""
        ...

    def fresh_name(self, names: list[Node], extra: tuple[Atom, ...], used_names: tuple[str, ...]) -> Outcome:
        """A property name that is not used yet, that `names` accept and `extra` string atoms allow."""
        ...
