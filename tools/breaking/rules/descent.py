"""The comparison of two schemas, as the rules on properties and on nested schemas see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from tools.breaking.input.documents import At
from tools.breaking.rules.changes import Change, Path
from tools.breaking.rules.keywords import Side

if TYPE_CHECKING:
    from tools.breaking.rules.pairing import Pairing

Json = Any


class Descent(Protocol):
    """Goes into the schemas that two schemas hold, and knows the objects it came through."""

    pairing: Pairing
    direction: str
    hiding: str
    """The flag of a property that takes no part in this direction."""

    def changes(self, base: At, head: At, path: Path, *, quiet: bool) -> Iterator[Change]:
        """Differences between two schemas at `path`; with `quiet`, only those of annotations."""
        ...

    def into(
        self, sides: tuple[Side, Side], tokens: tuple[str | int, ...], path: Path, *, quiet: bool
    ) -> Iterator[Change]:
        """Changes of the schemas at `tokens` below both sides."""
        ...

    def declared(self, side: str, path: Path) -> frozenset[str]:
        """Names that one document declares for the object at `path`, in whichever branch of its schema."""
        ...

    def closing(self, side: str, path: Path, name: str) -> Json:
        """Demand of one document on the undeclared property `name` of the object at `path`; None when it is open."""
        ...
