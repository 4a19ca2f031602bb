"""Keywords with one value: bounds, patterns, types, formats, enumerations, and the annotations clients rely on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.breaking.input.documents import At
from tools.breaking.rules.changes import Change, Path
from tools.breaking.schema import values

Json = Any

BOUNDS = {
    "minimum": "min", "maximum": "max", "exclusiveMinimum": "exclusive-min", "exclusiveMaximum": "exclusive-max",
    "minLength": "min-length", "maxLength": "max-length", "minItems": "min-items", "maxItems": "max-items",
    "minProperties": "min-properties", "maxProperties": "max-properties",
    "minContains": "min-contains", "maxContains": "max-contains",
}  # fmt: skip
SINGLE = {"multipleOf": "multiple-of", "uniqueItems": "unique-items"}
_KIND_OF_WORD = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "integer"),
    **dict.fromkeys(("minLength", "maxLength"), "string"), **dict.fromkeys(("minProperties", "maxProperties"), "object"),
    **dict.fromkeys(("minItems", "maxItems", "minContains", "maxContains", "uniqueItems"), "array"),
}  # fmt: skip
KINDS_OF = {"integer": {"integer"}, "number": {"number", "integer"}}
FORMAT_WIDTH = {"int8": 1, "int16": 2, "int32": 3, "int64": 4, "float": 11, "double": 12}
"""Formats that order by what they hold; within ten of each other they are comparable."""
EVERY_TYPE = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


@dataclass(slots=True)
class Side:
    """One schema as the comparison reads it: assertions, raw text, and whether null is accepted beside them."""

    at: At
    words: dict[str, Json]
    nullable: bool = False
    reference: At | None = None
    """Where the schema was written, before its references were followed."""

    @property
    def raw(self) -> dict[str, Json]:
        """The schema as written."""
        return self.at.raw if isinstance(self.at.raw, dict) else {}

    def types(self) -> frozenset[str] | None:
        """Types without null; None for any."""
        types = self.words.get("type")
        return None if types is None else frozenset(types) - {"null"}


def bounds(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """Bounds, and other keywords with one value."""
    for word, feature in (*BOUNDS.items(), *SINGLE.items()):
        old, new = base.words.get(word), head.words.get(word)
        if old == new or (word == "uniqueItems" and bool(old) == bool(new)):
            continue
        action = _bound_action(old, new, ordered=word in BOUNDS)
        demands = _demand(word, base), _demand(word, head)
        traits = frozenset({"inert"} if excludes(base, head, _KIND_OF_WORD[word]) else ())
        yield Change(feature, action, path, base.at, head.at, *demands, old, new, traits=traits, keyword=word)


def excludes(base: Side, head: Side, kind: str) -> bool:
    """Whether the types of both sides leave out values of `kind`."""
    return all(side.types() is not None and kind not in _spread(side.types()) for side in (base, head))


def _bound_action(old: Json, new: Json, *, ordered: bool) -> str:
    if old is None or old is False:
        return "set"
    if new is None or new is False:
        return "unset"
    return ("increased" if new > old else "decreased") if ordered else "changed"


def _demand(word: str, side: Side) -> Json:
    if word not in side.words:
        return None
    if word in {"minContains", "maxContains"}:
        return {key: side.words[key] for key in ("contains", "minContains", "maxContains") if key in side.words}
    return {word: side.words[word]}


def patterns(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """`pattern`; whether a change generalises is for the core to say."""
    old, new = base.words.get("pattern"), head.words.get("pattern")
    if old != new:
        action = "added" if old is None else "removed" if new is None else "changed"
        yield Change(
            "pattern", action, path, base.at, head.at, _demand("pattern", base), _demand("pattern", head), old, new
        )


def types(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """`type` and nullability; a list of types may also be written as `oneOf` or `anyOf`."""
    old, new = base.types(), head.types()
    was_null, is_null = _takes_null(base), _takes_null(head)
    if was_null != is_null:
        demand = {"not": {"type": "null"}}
        action = "not-nullable" if was_null else "nullable"
        places = base.reference or base.at, head.reference or head.at
        yield Change("became", action, path, *places, None if was_null else demand, demand if was_null else None)
    listed = _listed(base), _listed(head)
    if (listed[0] or listed[1]) and None not in (of_base := all_types(base), of_head := all_types(head)):
        yield from _lists(base, head, path, of_base or frozenset(), of_head or frozenset())
    elif old != new:
        yield Change(
            "type",
            _type_action(_spread(old), _spread(new)),
            path,
            base.at,
            head.at,
            {"type": [*sorted(old), "null"]} if old is not None else None,
            {"type": [*sorted(new), "null"]} if new is not None else None,
            _shown(old),
            _shown(new),
        )


def _takes_null(side: Side) -> bool:
    return side.nullable or "null" in side.words.get("type", ())


def _listed(side: Side) -> bool:
    return all_types(side) is not None and "type" not in side.words


def all_types(side: Side) -> frozenset[str] | None:
    """Types of a schema that is `type`, or a oneOf/anyOf of bare types; None for others."""
    if "type" in side.words:
        return side.types()
    members = side.words.get("oneOf") or side.words.get("anyOf")
    if not members or not all(isinstance(member, dict) and isinstance(member.get("type"), str) for member in members):
        return None
    if any(set(member) - {"type", "title", "description"} for member in members):
        return None
    return frozenset(member["type"] for member in members) - {"null"}


def _lists(base: Side, head: Side, path: Path, old: frozenset[str], new: frozenset[str]) -> Iterator[Change]:
    if old == new:
        return
    action = "widened" if old <= new else "narrowed" if new <= old else "changed"
    demands = [{"type": [*sorted(types), "null"]} for types in (old, new)]
    yield Change("list-of-types", action, path, base.at, head.at, demands[0], demands[1], _shown(old), _shown(new))


def _spread(types: frozenset[str] | None) -> frozenset[str]:
    return EVERY_TYPE if types is None else frozenset(kind for name in types for kind in KINDS_OF.get(name, {name}))


def _type_action(old: frozenset[str], new: frozenset[str]) -> str:
    return "generalized" if old < new else "specialized" if new < old else "changed"


def _shown(types: frozenset[str] | None) -> str:
    return "any" if types is None else ", ".join(sorted(types)) or "null"


def enums(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """`enum`, `const` and `x-extensible-enum`."""
    old, new = _by_key(base.words.get("enum")), _by_key(head.words.get("enum"))
    if old is None and new is not None:
        yield Change(
            "became", "enum", path, base.at, head.at, None, {"enum": list(new.values())}, None, list(new.values())
        )
    elif old is not None and new is None:
        yield Change("enum", "removed", path, base.at, head.at, {"enum": list(old.values())}, None, list(old.values()))
    elif old is not None and new is not None:
        yield from _values(old, new, base, head, path)
    if ("const" in base.words) != ("const" in head.words) or (
        "const" in base.words and values.key(base.words["const"]) != values.key(head.words["const"])
    ):
        action = "added" if "const" not in base.words else "removed" if "const" not in head.words else "changed"
        demands = _demand("const", base), _demand("const", head)
        yield Change(
            "const", action, path, base.at, head.at, *demands, base.words.get("const"), head.words.get("const")
        )


def _by_key(members: Json) -> dict[Any, Json] | None:
    return {values.key(member): member for member in members} if isinstance(members, list) else None


def _values(old: dict[Any, Json], new: dict[Any, Json], base: Side, head: Side, path: Path) -> Iterator[Change]:
    for key, value in old.items():
        if key not in new:
            yield Change(
                "enum-value", "removed", path, base.at, head.at, None, {"not": {"const": value}}, value, name=str(value)
            )
    for key, value in new.items():
        if key not in old:
            yield Change(
                "enum-value", "added", path, base.at, head.at, {"not": {"const": value}}, None, None, value, str(value)
            )


def _extensible(base: Side, head: Side, path: Path) -> Iterator[Change]:
    old, new = _by_key(base.raw.get("x-extensible-enum")), _by_key(head.raw.get("x-extensible-enum"))
    if old is None or new is None:
        return
    for removed in [value for key, value in old.items() if key not in new]:
        traits = frozenset({"annotation", "narrows"})
        yield Change(
            "x-extensible-enum-value", "removed", path, base.at, head.at, old=removed, name=str(removed), traits=traits
        )


def formats(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """`format`, an annotation that typed clients build on: ordered where widths are known, else incomparable."""
    old, new = base.raw.get("format"), head.raw.get("format")
    if old == new or not isinstance(old, str | None) or not isinstance(new, str | None):
        return
    traits = frozenset({"annotation", _format_effect(old, new)})
    yield Change("format", "changed", path, base.at, head.at, old=old or "none", new=new or "none", traits=traits)


def _format_effect(old: str | None, new: str | None) -> str:
    if old is None:
        return "narrows"
    if new is None:
        return "widens"
    first, second = FORMAT_WIDTH.get(old), FORMAT_WIDTH.get(new)
    if first is None or second is None or abs(first - second) > 9:
        return "incomparable"
    return "widens" if second > first else "narrows"


_CONTENT = {"contentEncoding": "content-encoding", "contentMediaType": "content-media-type"}


def remarks(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """Defaults, discriminators, and what a string holds."""
    if base.raw.get("default") != head.raw.get("default") or ("default" in base.raw) != ("default" in head.raw):
        old, new = base.raw.get("default"), head.raw.get("default")
        action = "added" if "default" not in base.raw else "removed" if "default" not in head.raw else "changed"
        yield Change(
            "default-value", action, path, base.at, head.at, old=old, new=new, traits=frozenset({"annotation"})
        )
    for word, feature in _CONTENT.items():
        old, new = base.raw.get(word), head.raw.get(word)
        if old != new:
            traits = frozenset(
                {"annotation", "narrows" if old is None else "widens" if new is None else "incomparable"}
            )
            yield Change(
                feature, "changed", path, base.at, head.at, old=old or "none", new=new or "none", traits=traits
            )
    if ("contentSchema" in base.raw) != ("contentSchema" in head.raw):
        action, effect = ("removed", "widens") if "contentSchema" in base.raw else ("added", "narrows")
        yield Change("content-schema", action, path, base.at, head.at, traits=frozenset({"annotation", effect}))
    yield from _extensible(base, head, path)
    yield from _discriminators(base, head, path)


def _discriminators(base: Side, head: Side, path: Path) -> Iterator[Change]:
    old, new = base.raw.get("discriminator"), head.raw.get("discriminator")
    traits = frozenset({"annotation"})
    if not isinstance(old, dict) or not isinstance(new, dict):
        if isinstance(old, dict) != isinstance(new, dict):
            action = "removed" if isinstance(old, dict) else "added"
            yield Change("discriminator", action, path, base.at, head.at, traits=traits)
        return
    if old.get("propertyName") != new.get("propertyName"):
        names = old.get("propertyName"), new.get("propertyName")
        yield Change(
            "discriminator-property-name", "changed", path, base.at, head.at, None, None, *names, traits=traits
        )
    before, after = old.get("mapping") or {}, new.get("mapping") or {}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            action = "added" if name not in before else "deleted" if name not in after else "changed"
            values_ = before.get(name), after.get(name)
            # A receiver that chooses by the tag knows this one no longer, whatever the schema says.
            own = traits | {"narrows"} if action == "deleted" else traits
            yield Change("discriminator-mapping", action, path, base.at, head.at, None, None, *values_, name, own)
