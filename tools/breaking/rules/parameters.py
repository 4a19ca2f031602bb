"""Parameters: matched by place and name (path parameters by their position in the template), whoever declares them."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from tools.breaking.input.documents import At, Spec, at_of
from tools.breaking.rules import facts, law, lifecycle, schema_rules
from tools.breaking.rules.facts import Fact, OperationPair
from tools.breaking.rules.law import Effect, Guard
from tools.breaking.rules.naming import PARAMETER, Place
from tools.breaking.rules.pairing import Pairing
from tools.breaking.rules.schema_rules import Use
from tools.breaking.schema import contain
from tools.openapi import operations as reader
from tools.openapi import source

Json = Any
_TEMPLATE = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One effective parameter of an operation."""

    at: At
    place: str
    """`path`, `query`, `header` or `cookie`."""
    name: str
    shared: bool
    """Whether the path declares it for all its operations."""

    @property
    def required(self) -> bool:
        """Whether requests must carry it."""
        return self.place == "path" or self.at.raw.get("required") is True

    @property
    def label(self) -> str:
        """For messages."""
        return f"the {self.place} parameter `{self.name}`"


def compare(pairing: Pairing, operation: OperationPair, base_path: str, head_path: str) -> None:
    """Compare the parameters of one operation."""
    old = effective(pairing.base, operation.base_item, operation.base, base_path)
    new = effective(pairing.head, operation.head_item, operation.head, head_path)
    _spread_objects(pairing, old, new)
    for key, parameter in old.items():
        if key in new:
            _both(pairing, operation, parameter, new[key])
        else:
            _removed(pairing, operation, parameter)
    for key, parameter in new.items():
        if key not in old:
            _added(pairing, operation, parameter)


def effective(spec: Spec, item: At, operation: At, path: str) -> dict[tuple[str, str], Parameter]:
    """Parameters of the path and of the operation, which wins."""
    order = {name: str(index) for index, name in enumerate(_TEMPLATE.findall(path))}
    parameters: dict[tuple[str, str], Parameter] = {}
    for one in reader.Operation(spec.node(spec.root), path, "", spec.node(item), spec.node(operation)).parameters():
        key = order.get(one.name, one.name) if one.location == "path" else reader.key_of(one)[1]
        if not (one.location == "header" and key in reader.IGNORED_HEADERS):
            parameters[one.location, key] = Parameter(at_of(one.node), one.location, one.name, one.is_shared)
    return parameters


def _spread_objects(
    pairing: Pairing, old: dict[tuple[str, str], Parameter], new: dict[tuple[str, str], Parameter]
) -> None:
    """An exploded object in the query is the same on the wire as one parameter for each of its properties."""
    for spec, mine, other in ((pairing.base, old, new), (pairing.head, new, old)):
        for key in [key for key in mine if key not in other and key[0] == "query"]:
            parts = _exploded(spec, mine[key])
            if parts and all(("query", part.name) in other for part in parts):
                del mine[key]
                mine.update({("query", part.name): part for part in parts})


def _exploded(spec: Spec, parameter: Parameter) -> list[Parameter]:
    if style(parameter) != ("form", True):
        return []
    schema = spec.child(parameter.at, "schema")
    if schema is None or not isinstance(schema.raw, dict) or schema.raw.get("type") != "object":
        return []
    required = schema.raw.get("required") or []
    parts = []
    for name, member in (schema.raw.get("properties") or {}).items():
        pointer = source.join(schema.pointer, "properties", name)
        raw = {"in": "query", "name": name, "required": parameter.required and name in required, "schema": member}
        parts.append(Parameter(At(raw, schema.file, pointer), "query", name, parameter.shared))
    return parts


def style(parameter: Parameter) -> tuple[str, bool]:
    """Effective `style` and `explode`."""
    default = "form" if parameter.place in {"query", "cookie"} else "simple"
    style_ = parameter.at.raw.get("style", default)
    return style_, bool(parameter.at.raw.get("explode", style_ == "form"))


def _removed(pairing: Pairing, operation: OperationPair, parameter: Parameter) -> None:
    life = lifecycle.of(parameter.at.raw)
    step = lifecycle.removal(life, pairing.options)
    name, effect = ("", Effect.UNKNOWN) if step.name == "without-deprecation" else (f"-{step.name}", step.effect)
    guards = frozenset({Guard.SANCTIONED} if step.effect is Effect.NONE else ())
    identifier = "request-parameter-sunset-parse" if step.name == "sunset-parse" else f"request-parameter-removed{name}"
    text = f"{parameter.label} was removed {step.text if name else ''}".rstrip()
    advice = "mark it deprecated with a sunset date and ignore it until then"
    fact = Fact(identifier, effect, text, parameter.at, operation.head, law.REQUEST, guards, parameter.name, advice)
    facts.report(pairing, dataclasses.replace(fact, fine_print=step.is_announced), operation)


def _added(pairing: Pairing, operation: OperationPair, parameter: Parameter) -> None:
    requirement = "required" if parameter.required else "optional"
    if parameter.place == "path":
        identifier = "new-request-path-parameter"
    elif parameter.shared:
        identifier = f"new-{requirement}-request-default-parameter-to-existing-path"
    else:
        identifier = f"new-{requirement}-request-parameter"
    effect = Effect.NARROWS if parameter.required else Effect.WIDENS
    travel = operation.travel(law.REQUEST)
    text = f"{parameter.label} was added and is {requirement}"
    advice = "make it optional, with the old behaviour when it is absent"
    fact = Fact(
        identifier,
        effect,
        text,
        operation.base,
        parameter.at,
        travel,
        frozenset(),
        parameter.name,
        advice if parameter.required else "",
    )
    facts.report(pairing, fact, operation)


def _both(pairing: Pairing, operation: OperationPair, old: Parameter, new: Parameter) -> None:
    if old.required != new.required:
        state, effect = ("required", Effect.NARROWS) if new.required else ("optional", Effect.WIDENS)
        text = f"{new.label} became {state}"
        fact = Fact(
            f"request-parameter-became-{state}",
            effect,
            text,
            old.at,
            new.at,
            operation.travel(law.REQUEST),
            subject=state,
        )
        facts.report(pairing, fact, operation)
    step = lifecycle.transition(lifecycle.of(old.at.raw), lifecycle.of(new.at.raw), pairing.options)
    if step is not None:
        name = _LIFE.get(step.name, step.name)
        facts.report(
            pairing,
            Fact(f"request-parameter-{name}", step.effect, f"{new.label} {step.text}", old.at, new.at, subject=name),
            operation,
        )
    _style(pairing, operation, old, new)
    _schemas(pairing, operation, old, new)


_LIFE = {"deprecated-sunset-parse": "sunset-parse", "deprecated-with-sunset": "deprecated"}


def _style(pairing: Pairing, operation: OperationPair, old: Parameter, new: Parameter) -> None:
    before, after = style(old), style(new)
    schema = pairing.head.child(new.at, "schema")
    kinds = schema.raw.get("type") if schema is not None and isinstance(schema.raw, dict) else None
    scalar = isinstance(kinds, str) and kinds not in {"array", "object"}
    if before != after and not (scalar and before[0] == after[0]):
        text = (
            f"{new.label} is written differently: style {before[0]}, explode {before[1]} became {after[0]}, {after[1]}"
        )
        fact = Fact(
            "request-parameter-style-changed",
            Effect.INCOMPARABLE,
            text.lower(),
            old.at,
            new.at,
            law.REQUEST,
            subject="style",
        )
        facts.report(pairing, fact, operation)


def _schemas(pairing: Pairing, operation: OperationPair, old: Parameter, new: Parameter) -> None:
    base, head = pairing.base.schema(old.at), pairing.head.schema(new.at)
    wire = base is not None and head is not None
    if not wire:
        base, head = _content(pairing.base, old), _content(pairing.head, new)
    if base is None or head is None:
        return
    if wire and style(new) == ("form", True) and new.place == "query":
        base = _as_list(pairing, base, head)
    place = Place(PARAMETER, law.REQUEST, new.label, new.place)
    use = Use(operation.key, operation.operation_id, place, operation.travel(law.REQUEST), "text" if wire else "")
    schema_rules.compare(pairing, use, base, head)


def _content(spec: Spec, parameter: Parameter) -> At | None:
    media = next(iter(spec.entries(parameter.at, "content").values()), None)
    return spec.schema(media) if media is not None else None


def _as_list(pairing: Pairing, base: At, head: At) -> At:
    """Where a list is expected, one scalar in an exploded query is a list of one."""
    views = pairing.session.views(contain.REQUEST)
    kinds = [
        contain.kinds(pairing.session.compiler(side, view).node(at.raw, at.file))
        for (side, view), at in zip(views, (base, head), strict=True)
    ]
    if "array" in kinds[1] and not ({"array", "object"} & kinds[0]) and "string" not in kinds[1]:
        return At({"type": "array", "prefixItems": [base.raw], "minItems": 1, "maxItems": 1}, base.file, base.pointer)
    return base
