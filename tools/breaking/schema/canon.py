"""Numbers schemas so that equal numbers mean equal languages.

A schema is numbered by its assertions, with references replaced by the number of their target. Schemas that refer to each
other in a circle (a strongly connected component, by Tarjan's algorithm) are numbered by the whole circle and their name in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tools.breaking.schema import dialect, values
from tools.breaking.schema.values import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Name = tuple[str, str]
"""File and pointer of a schema that a reference points to."""


class Library(Protocol):
    """Finds what a `$ref` points to."""

    is_30: bool

    def target(self, reference: str, file: str) -> tuple[Json, str, str]:
        """Schema, file and pointer that `reference`, written in `file`, means. Raises when there is none."""
        ...

    def shared(self) -> list[tuple[Json, str, str]]:
        """Schema, file and pointer of every schema that is meant to be referred to."""
        ...

    def uses(self, word: str) -> bool:
        """Whether `word` (readOnly, writeOnly) occurs at all."""
        ...


class Numbers:
    """Numbers for canonical forms, shared by both documents of a comparison."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}

    def of(self, form: object) -> int:
        """The number of `form`; equal forms get equal numbers."""
        return self._known.setdefault(form, len(self._known))


class Canon:
    """Canonical numbers for the schemas of one document; `counted` annotations (readOnly, format …) tell schemas apart too."""

    def __init__(self, library: Library, numbers: Numbers, counted: frozenset[str]) -> None:
        self.library = library
        self.numbers = numbers
        self.counted = counted
        self._done: dict[Name, int] = {}
        self._memo: dict[tuple[int, str], tuple[Json, int]] = {}
        self._circle: frozenset[Name] = frozenset()

    def of(self, raw: Json, file: str) -> int:
        """The number of `raw`, which stands in `file`."""
        if self._circle:  # inside a circle a number depends on who asks
            return self._form(raw, file)
        known = self._memo.get((id(raw), file))
        if known is None:
            # The object itself is kept beside the number: while it lives, nobody else can get its id.
            known = self._memo[id(raw), file] = (raw, self._form(raw, file))
        return known[1]

    def _form(self, raw: Json, file: str) -> int:
        schema = dialect.assertions(raw, is_30=self.library.is_30)
        if isinstance(schema, bool):
            return self.numbers.of(("bool", schema))
        keywords = self._counted_keywords(raw)
        if set(schema) == {"$ref"} and not keywords:
            return self._target(schema["$ref"], file)
        form = frozenset((word, self._value(word, value, file)) for word, value in schema.items())
        return self.numbers.of((keywords, form))

    def _counted_keywords(self, raw: Json) -> object:
        if not self.counted or not isinstance(raw, dict):
            return frozenset()
        keywords = ((word, raw[word]) for word in self.counted if word in raw)
        return frozenset((word, values.key(value)) for word, value in keywords if value is not False)

    def _value(self, word: str, value: Json, file: str) -> object:
        if word == "$ref":
            return self._target(value, file)
        if word in dialect.MAPS and isinstance(value, dict):
            return frozenset((name, self.of(member, file)) for name, member in value.items())
        if isinstance(value, list) and (word in dialect.LISTS or word == "items"):
            members = [self.of(member, file) for member in value]
            # Their order has no meaning, so contracts that differ in it alone have the same number.
            return tuple(sorted(members)) if word in {"allOf", "anyOf", "oneOf"} else tuple(members)
        if word in dialect.SINGLE:
            return self.of(value, file)
        if word in {"required", "type", "enum"} and isinstance(value, list):
            return frozenset(values.key(member) for member in value)
        return values.key(value)

    def _target(self, reference: str, file: str) -> int:
        _, where, pointer = self.library.target(reference, file)
        name = (where, pointer)
        if name in self._circle:
            return self.numbers.of(("again", pointer))
        if name not in self._done:
            for circle in _components(name, self._neighbours):
                self._number(circle)
        return self._done[name]

    def _number(self, circle: list[Name]) -> None:
        if all(name in self._done for name in circle):
            return
        outer, self._circle = self._circle, frozenset(circle)
        forms = {name: self.of(self.library.target("#" + name[1], name[0])[0], name[0]) for name in circle}
        self._circle = outer
        if len(circle) == 1 and circle[0] not in self._neighbours(circle[0]):
            self._done[circle[0]] = forms[circle[0]]
            return
        whole = self.numbers.of(frozenset((name[1], form) for name, form in forms.items()))
        for name in circle:
            self._done[name] = self.numbers.of(("inside", whole, name[1]))

    def _neighbours(self, name: Name) -> list[Name]:
        raw, _, _ = self.library.target("#" + name[1], name[0])
        neighbours: list[Name] = []
        waiting = [raw]
        while waiting:
            schema = dialect.assertions(waiting.pop(), is_30=self.library.is_30)
            if isinstance(schema, dict) and "$ref" in schema:
                _, where, pointer = self.library.target(schema["$ref"], name[0])
                neighbours.append((where, pointer))
            waiting.extend(dialect.parts(schema))
        # What has a number already is settled, so components are sought among the rest only.
        return [neighbour for neighbour in neighbours if neighbour not in self._done]


def _components(start: Name, neighbours: Callable[[Name], list[Name]]) -> list[list[Name]]:
    """Strongly connected components reachable from `start`, those referred to first (Tarjan 1972, without recursion)."""
    edges: dict[Name, Iterator[Name]] = {}
    index: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    path: list[Name] = [start]
    components: list[list[Name]] = []
    while path:
        name = path[-1]
        if name not in index:
            index[name] = low[name] = len(index)
            stack.append(name)
            edges[name] = iter(neighbours(name))
        following = next((other for other in edges[name] if other not in index or other in stack), None)
        if following is None:
            path.pop()
            if path:
                low[path[-1]] = min(low[path[-1]], low[name])
            if low[name] == index[name]:
                at = stack.index(name)
                components.append(stack[at:])
                del stack[at:]
        elif following in index:
            low[name] = min(low[name], index[following])
        else:
            path.append(following)
    return components
