"""Walk two schemas side by side and collect what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.breaking.input.documents import At, Spec
from tools.breaking.rules import keywords, members, properties
from tools.breaking.rules.changes import Change, Path
from tools.breaking.rules.keywords import Side
from tools.breaking.schema import contain, dialect, nodes
from tools.breaking.schema.compile import View
from tools.openapi import source

if TYPE_CHECKING:
    from tools.breaking.rules.pairing import Pairing

Json = Any
MAX_DEPTH = 60


class Walker:
    """Collects the changes between two schemas for one direction of travel."""

    def __init__(self, pairing: Pairing, direction: str, *, vacuous: bool = False, differ: bool = False) -> None:
        self.pairing = pairing
        self.vacuous = vacuous
        """Whether the schemas accept nothing, so that being equivalent means nothing either."""
        self._differ = differ
        self.direction = direction
        self.hiding = "readOnly" if direction == contain.REQUEST else "writeOnly"
        self._seen: set[tuple[str, str, str, str]] = set()
        self._roots: dict[tuple[str, ...], tuple[At, At]] = {}
        self.links: list[tuple[At, At, Path]] = []
        """Shared schemas met on the way, and where: they are compared once, by themselves."""

    def changes(self, base: At, head: At, path: Path = Path(), *, quiet: bool = False) -> Iterator[Change]:  # noqa: B008 - frozen
        """Differences between the two schemas; with `quiet`, only those of annotations."""
        if self.pairing.same_in_all(base, head) or len(path.tokens) > MAX_DEPTH:
            return
        if path.steps and path.root == path.tokens and not (path.hidden or path.inert) and is_bare(base, head):
            self.links.append((referred(self.pairing.base, base), referred(self.pairing.head, head), path))
            return
        pair = (base.file, base.pointer, head.file, head.pointer)
        if pair in self._seen:
            return
        self._seen.add(pair)
        self._roots.setdefault(path.root, (base, head))
        same = not (self._differ and not path.steps) and self.pairing.equivalent(base, head) and not self.vacuous
        first, second = self.side(self.pairing.base, base), self.side(self.pairing.head, head)
        for rule in _ASSERTING:
            for change in rule(first, second, path):
                if not (quiet or same) or "inert" in change.traits or (path.inert and not same):
                    yield change
        quiet = quiet or same
        yield from keywords.formats(first, second, path)
        yield from keywords.remarks(first, second, path)
        yield from properties.properties(self, first, second, path, quiet=quiet)
        yield from members.parts(self, first, second, path, quiet=quiet)

    def declared(self, side: str, path: Path) -> frozenset[str]:
        """Names that one document declares for the object at `path`, in whichever branch of its schema."""
        at = self._roots[path.root][side == "head"]
        compiler = self.pairing.session.compiler(side, View("sender"))
        return nodes.declared(compiler.node(at.raw, at.file)).names

    def closing(self, side: str, path: Path, name: str) -> Json:
        """Demand of one document on the undeclared property `name` of the object at `path`; None when it is open."""
        at = self._roots[path.root][side == "head"]
        compiler = self.pairing.session.compiler(side, View("sender"))
        objects = [
            node.raw
            for node in nodes.in_place(compiler.node(at.raw, at.file), outright=False)
            if isinstance(node.raw, dict)
        ]
        closed = (raw.get(word, True) for raw in objects for word in ("additionalProperties", "unevaluatedProperties"))
        demand = next((rest for rest in closed if rest not in (True, {})), None)
        return None if demand is None else {"properties": {name: demand}}

    def side(self, spec: Spec, at: At) -> Side:
        """`at` with references followed and the spellings of nullable taken off."""
        nullable, reference = False, at
        for _ in range(30):
            at = self._followed(spec, at)
            words = dialect.assertions(at.raw, is_30=spec.is_30)
            if isinstance(words, bool):
                return Side(at, {} if words else {"not": True}, nullable, reference)
            inner = _without_null(at, words)
            if inner is None:
                break
            at, nullable = inner, True
        nullable = nullable or _says_nullable(at.raw, is_30=spec.is_30)
        return Side(at, _read(at.raw, is_30=spec.is_30), nullable, reference)

    @staticmethod
    def _followed(spec: Spec, at: At) -> At:
        for _ in range(50):
            if not isinstance(at.raw, dict) or "$ref" not in at.raw:
                return at
            siblings = {word: value for word, value in at.raw.items() if word not in {"$ref", "description", "summary"}}
            if siblings and not spec.is_30:
                return At(
                    {**siblings, "allOf": [*siblings.get("allOf", []), {"$ref": at.raw["$ref"]}]}, at.file, at.pointer
                )
            at = At(*spec.target(at.raw["$ref"], at.file))
        return at

    def into(
        self, sides: tuple[Side, Side], tokens: tuple[str | int, ...], path: Path, *, quiet: bool
    ) -> Iterator[Change]:
        """Changes of the schemas at `tokens` below both sides."""
        yield from self.changes(below(sides[0], *tokens), below(sides[1], *tokens), path, quiet=quiet)


def is_bare(base: At, head: At) -> bool:
    """Whether both schemas are nothing but a reference."""
    return all(isinstance(at.raw, dict) and set(at.raw) == {"$ref"} for at in (base, head))


def referred(spec: Spec, at: At) -> At:
    """`at` with bare references followed."""
    for _ in range(50):
        if not isinstance(at.raw, dict) or set(at.raw) != {"$ref"}:
            break
        at = At(*spec.target(at.raw["$ref"], at.file))
    return at


_ASSERTING = (
    keywords.types,
    keywords.enums,
    keywords.bounds,
    keywords.patterns,
    properties.required,
    members.structure,
)


def below(side: Side, *tokens: str | int) -> At:
    """The schema at `tokens` below `side`."""
    value: Json = side.raw
    for token in tokens:
        value = value[token]
    return At(value, side.at.file, source.join(side.at.pointer, *tokens))


def _without_null(at: At, words: dict[str, Json]) -> At | None:
    """The other member of `oneOf: [X, null]`, when that is all the schema says."""
    for word in ("oneOf", "anyOf"):
        listed = at.raw.get(word)
        if isinstance(listed, list) and len(listed) == 2 and set(words) == {word}:
            others = [index for index, member in enumerate(listed) if not _is_null(member)]
            if len(others) == 1:
                return At(listed[others[0]], at.file, source.join(at.pointer, word, others[0]))
    return None


def _is_null(member: Json) -> bool:
    return isinstance(member, dict) and member.get("type") in ("null", ["null"]) and len(member) == 1


def _says_nullable(raw: Json, *, is_30: bool) -> bool:
    return is_30 and isinstance(raw, dict) and raw.get("nullable") is True and "type" in raw


def _read(raw: Json, *, is_30: bool) -> dict[str, Json]:
    """Assertions of `raw` without its `nullable`, which `Side` keeps apart."""
    bare = {word: value for word, value in raw.items() if word != "nullable"} if isinstance(raw, dict) else raw
    words = dialect.assertions(bare, is_30=is_30)
    return words if isinstance(words, dict) else {}
