"""Differences between two schemas, keyword by keyword, and their place in a payload.

A `Change` says what each side demands (`base_demand`, `head_demand`: schemas). Whether that matters is not decided here: the
rules ask the containment core whether a payload exists that violates the receiver's demand at this place and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.breaking.input.documents import At

Json = Any


class Step(NamedTuple):
    """One step from a value into a part of it."""

    kind: str
    """`property`, `items`, `item`, `matching` (pattern) or `additional` (beyond the listed names)."""
    key: Any = None


@dataclass(frozen=True, slots=True)
class Path:
    """Where inside a payload a schema applies, for people (tokens) and for the core (steps)."""

    tokens: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    hidden: bool = False
    """Whether the value is a property that does not take part in this direction (readOnly, writeOnly)."""

    inert: bool = False
    """Whether the declared types exclude the value: properties of what is no object, items of what is no array."""

    root: tuple[str, ...] = ()
    """Tokens of the value itself, without the branches in which its schema speaks."""

    def into(self, token: str, step: Step | None = None, *, hidden: bool = False, inert: bool = False) -> Path:
        """The path one token (and one step, unless the part applies in place) further."""
        tokens = (*self.tokens, token)
        steps, root = (self.steps, self.root) if step is None else ((*self.steps, step), tokens)
        return Path(tokens, steps, self.hidden or hidden, self.inert or inert, root)

    def then(self, further: Path) -> Path:
        """`further` as seen from where this path starts."""
        tokens = (*self.tokens, *further.tokens)
        return Path(tokens, (*self.steps, *further.steps), self.hidden or further.hidden, self.inert or further.inert)

    def text(self) -> str:
        """For messages: `data/items/name`."""
        return "/".join(self.tokens)


def violated(path: Path, demand: Json) -> Json:
    """Schema of the payloads in which some value at `path` does not meet `demand`."""
    schema: Json = {"not": demand}
    for step in reversed(path.steps):
        schema = _holding(step, schema)
    return schema


def _holding(step: Step, inner: Json) -> Json:
    """Schema of the values of which the part at `step` exists and satisfies `inner`."""
    match step.kind:
        case "property":
            return {"type": "object", "required": [step.key], "properties": {step.key: inner}}
        case "items":
            return {"type": "array", "not": {"prefixItems": [True] * step.key, "items": {"not": inner}}}
        case "item":
            return {"type": "array", "minItems": step.key + 1, "prefixItems": [*[True] * step.key, inner]}
        case "matching":
            return {"type": "object", "not": {"patternProperties": {step.key: {"not": inner}}}}
        case _:
            names, patterns = step.key
            group = {"properties": dict.fromkeys(names, True), "patternProperties": dict.fromkeys(patterns, True)}
            return {"type": "object", "not": {**group, "additionalProperties": {"not": inner}}}


@dataclass(slots=True)
class Change:
    """One difference."""

    feature: str
    """Subject of the change: `max-length`, `enum-value`, `required`, `property` …"""
    action: str
    """`added`, `removed`, `changed`, `increased`, `decreased`, `set`, `unset`, `generalized`, `specialized`, `closed` …"""
    path: Path
    base: At
    head: At
    base_demand: Json = None
    """Demand of the base on the value at `path`, as a schema; None when there is none."""
    head_demand: Json = None
    old: Any = None
    new: Any = None
    name: str = ""
    """The property, value or key that was added or removed."""
    traits: frozenset[str] = field(default_factory=frozenset)
    """`required`, `default`, `read-only`, `write-only` of a property; `annotation` for what asserts nothing."""
    keyword: str = ""
    """The word of the schema that changed, to point at; empty for the schema as a whole."""
    where: Path | None = None
    """Where the demand applies, when that is not `path` itself."""
