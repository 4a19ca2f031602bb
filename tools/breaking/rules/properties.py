"""Properties: which exist, which are required, which take part in which direction, and what each holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.breaking.input.documents import At
from tools.breaking.rules import keywords, lifecycle
from tools.breaking.rules.changes import Change, Path, Step
from tools.breaking.rules.keywords import Side
from tools.breaking.schema import contain
from tools.openapi import source

if TYPE_CHECKING:
    from tools.breaking.rules.descent import Descent

Json = Any
FLAGS = {"readOnly": "read-only", "writeOnly": "write-only"}


def _properties_of(side: Side) -> dict[str, Json]:
    properties = side.raw.get("properties")
    return properties if isinstance(properties, dict) else {}


def _required(side: Side) -> list[str]:
    names = side.raw.get("required")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def at(side: Side, name: str) -> At:
    """The schema of property `name`."""
    return At(_properties_of(side)[name], side.at.file, source.join(side.at.pointer, "properties", name))


def required(base: Side, head: Side, path: Path) -> Iterator[Change]:
    """Properties on both sides that became required or optional, and undeclared ones that are required now."""
    before, after = _required(base), _required(head)
    for name in dict.fromkeys([*before, *after]):
        came = name in _properties_of(head) and name not in _properties_of(base) and name in after
        went = name in _properties_of(base) and name not in _properties_of(head) and name in before
        if (name in before) == (name in after) or came or went:
            continue  # a property that came or went says so itself
        declared = name in _properties_of(base) and name in _properties_of(head)
        action = "required" if name in after else "optional"
        demand = {"required": [name]}
        demands = (None, demand) if action == "required" else (demand, None)
        traits = _traits(head, name) if declared else frozenset({"undeclared"})
        inner = path.into(name)
        old, new = (at(side, name) if name in _properties_of(side) else side.at for side in (base, head))
        yield Change("became", action, inner, old, new, demands[0], demands[1], name=name, traits=traits, where=path)


def _traits(side: Side, name: str) -> frozenset[str]:
    member = _properties_of(side).get(name)
    traits = {word for flag, word in FLAGS.items() if isinstance(member, dict) and member.get(flag) is True}
    if isinstance(member, dict) and "default" in member:
        traits.add("default")
    if name in _required(side):
        traits.add("required")
    return frozenset(traits)


def properties(descent: Descent, base: Side, head: Side, path: Path, *, quiet: bool) -> Iterator[Change]:
    """Added and removed properties, and the changes inside those that stayed."""
    before, after = _properties_of(base), _properties_of(head)
    for name in before:
        if name in after:
            yield from _unchanged_property(descent, base, head, path, name, quiet=quiet)
        elif not quiet:
            yield from _removed(descent, base, head, path, name)
    for name in after:
        if name not in before and not quiet:
            yield from _added(descent, base, head, path, name)


def _unchanged_property(
    descent: Descent, base: Side, head: Side, path: Path, name: str, *, quiet: bool
) -> Iterator[Change]:
    old, new = at(base, name), at(head, name)
    if descent.pairing.same_in_all(old, new):
        return
    spec = descent.pairing
    flags = {flag: (_flag(spec.base.follow(old), old, flag), _flag(spec.head.follow(new), new, flag)) for flag in FLAGS}
    hidden = flags[descent.hiding][1] if descent.direction == contain.REQUEST else any(flags[descent.hiding])
    inner = path.into(name, Step("property", name), hidden=hidden, inert=keywords.excludes(base, head, "object"))
    for flag, (was, now) in flags.items():
        if was != now:
            demand = {"required": [name]}
            demands = (demand if name in _required(base) else None, demand if name in _required(head) else None)
            traits = frozenset({"required" if name in _required(head) else "optional"})
            action = FLAGS[flag] if now else f"not-{FLAGS[flag]}"
            yield Change("became", action, path.into(name), old, new, *demands, name=name, traits=traits, where=path)
    yield from lifecycle.of_property(descent.direction, spec.options, old, new, inner)
    yield from descent.changes(old, new, inner, quiet=quiet)


def _flag(target: At, reference: At, flag: str) -> bool:
    return any(isinstance(place.raw, dict) and place.raw.get(flag) is True for place in (reference, target))


def _removed(descent: Descent, base: Side, head: Side, path: Path, name: str) -> Iterator[Change]:
    traits = _traits(base, name)
    declared = descent.declared("head", path)
    if name in declared or (descent.direction == contain.REQUEST and "read-only" in traits):
        return
    traits |= {"freed"} if not declared else set()
    old_demand = {"required": [name]} if "required" in traits else None
    change = Change(
        "property", "removed", path.into(name), at(base, name), head.at, old_demand, descent.closing("head", path, name)
    )
    change.name, change.traits, change.where = name, traits, path
    yield change


def _added(descent: Descent, base: Side, head: Side, path: Path, name: str) -> Iterator[Change]:
    traits = _traits(head, name)
    if name in descent.declared("base", path) or (descent.direction == contain.REQUEST and "read-only" in traits):
        return
    new_demand: Json = (
        {"required": [name]} if "required" in traits else {"properties": {name: _properties_of(head)[name]}}
    )
    change = Change(
        "property", "added", path.into(name), base.at, at(head, name), descent.closing("base", path, name), new_demand
    )
    change.name, change.traits, change.where = name, traits, path
    yield change
