"""Keywords that hold schemas: combinations, conditions, items, patterns and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.breaking.input.documents import At
from tools.breaking.rules import keywords
from tools.breaking.rules.changes import Change, Path, Step
from tools.breaking.rules.keywords import Side
from tools.breaking.schema import dialect
from tools.openapi import source

if TYPE_CHECKING:
    from tools.breaking.rules.descent import Descent

Json = Any

WHOLE = {
    "not": "not", "if": "if", "contains": "contains", "propertyNames": "property-names",
    "unevaluatedItems": "unevaluated-items", "unevaluatedProperties": "unevaluated-properties",
    "then": "then", "else": "else",
}  # fmt: skip
"""Keywords with one schema that are reported as a whole."""
LISTS = {"allOf": "all-of", "anyOf": "any-of", "oneOf": "one-of"}
TOGETHER = {
    "if": ("if", "then", "else"), "then": ("if", "then", "else"), "else": ("if", "then", "else"),
    "contains": ("contains", "minContains", "maxContains"),
}  # fmt: skip


def structure(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """Keywords that came, went or changed as a whole."""
    for word, feature in WHOLE.items():
        old, new = base.words.get(word), head.words.get(word)
        if old == new:
            continue
        action = "added" if old is None else "removed" if new is None else "changed"
        if action == "changed" and word in {"then", "else"}:
            continue  # seen inside
        yield Change(feature, action, path, base.at, head.at, _demand(base, word), _demand(head, word))
    yield from _maps(base, head, path)
    yield from _closing(base, head, path)


def _demand(side: Side, word: str) -> Json:
    """The keyword with those it only means something with."""
    if word in {"unevaluatedItems", "unevaluatedProperties"}:
        return side.raw if word in side.words else None
    keywords = {key: side.words[key] for key in TOGETHER.get(word, (word,)) if key in side.words}
    return keywords if word in side.words else None


def _maps(base: Side, head: Side, path: Path) -> Iterator[Change]:
    for word, feature in (
        ("dependentRequired", "dependent-required"),
        ("dependentSchemas", "dependent-schema"),
        ("patternProperties", "pattern-property"),
    ):
        old, new = base.words.get(word) or {}, head.words.get(word) or {}
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) == new.get(name) or (name in old and name in new and word != "dependentRequired"):
                continue
            action = "added" if name not in old else "removed" if name not in new else "changed"
            demands = [{word: {name: side[name]}} if name in side else None for side in (old, new)]
            yield Change(
                feature, action, path, base.at, head.at, demands[0], demands[1], old.get(name), new.get(name), name
            )


def _closing(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """`additionalProperties`: closed, opened, or of another type."""
    old, new = (side.words.get("additionalProperties", True) for side in (base, head))
    if old == new or (isinstance(old, dict) and isinstance(new, dict)):
        return
    action = (
        "closed"
        if new is False
        else "opened"
        if old is False
        else "restricted"
        if isinstance(new, dict)
        else "released"
    )
    demands = [
        _group(side) if side.words.get("additionalProperties", True) is not True else None for side in (base, head)
    ]
    yield Change("additional-properties", action, path, base.at, head.at, demands[0], demands[1])


def _group(side: Side) -> Json:
    names = dict.fromkeys(side.words.get("properties") or (), True)
    patterns = dict.fromkeys(side.words.get("patternProperties") or (), True)
    return {
        "properties": names,
        "patternProperties": patterns,
        "additionalProperties": side.words["additionalProperties"],
    }


def parts(descent: Descent, base: Side, head: Side, path: Path, *, quiet: bool) -> Iterator[Change]:
    """Changes inside the schemas that `base` and `head` hold."""
    for word, feature in LISTS.items():
        yield from _list(descent, (base, head), word, feature, path, quiet=quiet)
    yield from _items(descent, base, head, path, quiet=quiet)
    for word in ("then", "else"):
        if _both(base, head, word):
            yield from descent.into((base, head), (word,), path.into(word), quiet=quiet)
    for name in _shared(base, head, "dependentSchemas"):
        yield from descent.into(
            (base, head), ("dependentSchemas", name), path.into(f"dependentSchemas[{name}]"), quiet=quiet
        )
    for pattern in _shared(base, head, "patternProperties"):
        inner = path.into(f"patternProperties[{pattern}]", Step("matching", pattern))
        yield from descent.into((base, head), ("patternProperties", pattern), inner, quiet=quiet)
    if all(isinstance(side.raw.get("additionalProperties"), dict) for side in (base, head)):
        listed = {name for side in (base, head) for name in side.raw.get("properties") or ()}
        patterns = {name for side in (base, head) for name in side.raw.get("patternProperties") or ()}
        step = Step("additional", (sorted(listed), sorted(patterns)))
        yield from descent.into(
            (base, head), ("additionalProperties",), path.into("additionalProperties", step), quiet=quiet
        )


def _both(base: Side, head: Side, word: str) -> bool:
    return word in base.raw and word in head.raw


def _shared(base: Side, head: Side, word: str) -> list[str]:
    old, new = base.raw.get(word), head.raw.get(word)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    return [name for name in old if name in new]


def _items(descent: Descent, base: Side, head: Side, path: Path, *, quiet: bool) -> Iterator[Change]:
    old, new = (side.raw.get("prefixItems") or [] for side in (base, head))
    for index in range(min(len(old), len(new))):
        inner = path.into(f"prefixItems[{index}]", Step("item", index))
        yield from descent.into((base, head), ("prefixItems", index), inner, quiet=quiet)
    if len(old) != len(new) and not quiet:
        action = "added" if len(new) > len(old) else "removed"
        demands = [_tuple(side) for side in (base, head)]
        yield Change("prefix-items", action, path, base.at, head.at, demands[0], demands[1], len(old), len(new))
    if _both(base, head, "items"):
        yield from descent.into(
            (base, head), ("items",), path.into("items", Step("items", max(len(old), len(new)))), quiet=quiet
        )
    elif ("items" in base.words) != ("items" in head.words) and not quiet:
        action = "added" if "items" in head.words else "removed"
        yield Change("items", action, path, base.at, head.at, _tuple(base), _tuple(head))


def _tuple(side: Side) -> Json:
    keywords = {word: side.words[word] for word in ("prefixItems", "items") if word in side.words}
    return keywords or None


def _list(
    descent: Descent, sides: tuple[Side, Side], word: str, feature: str, path: Path, *, quiet: bool
) -> Iterator[Change]:
    """Members of `allOf`, `anyOf`, `oneOf`: equal ones cancel, then those of one name, then one against one in order."""
    old, new = _members(sides[0], word), _members(sides[1], word)
    if word == "allOf" and old and new:
        types_only = [[at for at in members if _only_says(at)] for members in (old, new)]
        if len(types_only[0]) != len(types_only[1]):
            yield _remark(sides, feature, path, *types_only)
        old, new = ([at for at in members if not _only_says(at)] for members in (old, new))
    if not (old and new):
        if (old or new) and not quiet and not _only_types(sides):
            yield _whole(sides, word, feature, path, old or new, "added" if new else "removed")
        return
    pairs, removed, came = _matched(descent, old, new)
    for first, second in pairs:
        yield from descent.changes(first, second, path.into(f"{word}[{label(second)}]"), quiet=quiet)
    if quiet:
        removed, came = _twins(descent, removed, new, ("base", "head")), _twins(descent, came, old, ("head", "base"))
    for action, unpaired in (("removed", removed), ("added", came)):
        if unpaired and not _only_types(sides):
            yield _whole(sides, word, feature, path, unpaired, action)


def _only_says(at: At) -> bool:
    """Whether a member describes without demanding anything."""
    return isinstance(at.raw, dict) and bool(at.raw) and not (dialect.ASSERTIONS | {"nullable"}) & at.raw.keys()


def _remark(sides: tuple[Side, Side], feature: str, path: Path, old: list[At], new: list[At]) -> Change:
    """Members that only describe came or went: no demand changed, and what documentation shows did."""
    action = "added-annotation-only" if len(new) > len(old) else "removed-annotation-only"
    change = Change(feature, action, path, sides[0].at, sides[1].at, traits=frozenset({"annotation"}))
    change.name = ", ".join(label(member) for member in (new if len(new) > len(old) else old))
    return change


def _twins(descent: Descent, unpaired: list[At], others: list[At], sides: tuple[str, str]) -> list[At]:
    """Named variants that accept what a variant on the other side accepts: payloads are the same, the models are not."""
    numbers = {descent.pairing.number(sides[1], other) for other in others}
    return [at for at in unpaired if _component(at) and descent.pairing.number(sides[0], at) in numbers]


def _only_types(sides: tuple[Side, Side]) -> bool:
    """Whether both sides are nothing but a list of types, which the rule on types reports."""
    return all(keywords.all_types(side) is not None for side in sides)


def _whole(sides: tuple[Side, Side], word: str, feature: str, path: Path, changed: list[At], action: str) -> Change:
    base, head = sides
    demands = [{word: side.words[word]} if word in side.words else None for side in sides]
    change = Change(feature, action, path, base.at, head.at, demands[0], demands[1])
    change.name = ", ".join(label(member) for member in changed)
    if (word, action) == ("oneOf", "added") and "oneOf" not in base.words and set(head.words) == {"oneOf"}:
        change.traits, change.base_demand = frozenset({"wrapped"}), base.raw
    if word != "allOf" and any(_component(member) for member in changed):
        change.traits |= {"narrows" if action == "removed" else "widens", "variant"}
    return change


def _members(side: Side, word: str) -> list[At]:
    listed = side.raw.get(word)
    if not isinstance(listed, list):
        return []
    return [At(member, side.at.file, source.join(side.at.pointer, word, index)) for index, member in enumerate(listed)]


def label(at: At) -> str:
    """How people call a member: by its component, its title, or its place."""
    raw = at.raw if isinstance(at.raw, dict) else {}
    if isinstance(raw.get("$ref"), str):
        return str(raw["$ref"]).rpartition("/")[2]
    return str(raw.get("title") or f"#{int(at.name) + 1}" if at.name.isdecimal() else at.name)


def _matched(descent: Descent, old: list[At], new: list[At]) -> tuple[list[tuple[At, At]], list[At], list[At]]:
    """Pairs of members, and those left over on both sides. Equal ones cancel one against one."""
    left_old, left_new = list(old), list(new)
    pairs: list[tuple[At, At]] = []
    for equal in (descent.pairing.same_in_all, lambda first, second: _component(first) == _component(second) != ""):
        for first in list(left_old):
            second = next((at for at in left_new if equal(first, at)), None)
            if second is not None:
                pairs.append((first, second))
                left_old.remove(first)
                left_new.remove(second)
    inline = [at for at in left_old if not _component(at)], [at for at in left_new if not _component(at)]
    if len(inline[0]) == len(inline[1]):
        pairs += list(zip(*inline, strict=True))
        left_old, left_new = ([at for at in unpaired if _component(at)] for unpaired in (left_old, left_new))
    return pairs, left_old, left_new


def _component(at: At) -> str:
    return str(at.raw["$ref"]).rpartition("/")[2] if isinstance(at.raw, dict) and "$ref" in at.raw else ""
