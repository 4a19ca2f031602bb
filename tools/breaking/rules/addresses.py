"""Addresses: the path of a server and the path of an operation together are what a client calls.

A path that moves between the two stays where it was; a base path that changes takes every address with it; and a new path in the
place of a parameter takes the requests that reached another operation.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs

from tools.breaking.input.documents import At, Spec
from tools.breaking.rules import facts, law
from tools.breaking.rules.facts import Fact, OperationPair
from tools.breaking.rules.law import Effect
from tools.breaking.rules.pairing import Pairing
from tools.openapi import operations as reader

Json = Any
_TEMPLATE = re.compile(r"\{[^}]*\}")


def bases(spec: Spec) -> set[str]:
    """Paths of the servers of a document, without a slash at the end; variables have their defaults."""
    paths = {reader.path_of_server(at.raw) for at in spec.items(spec.root, "servers") if isinstance(at.raw, dict)}
    return paths or {""}


def shape(path: str) -> str:
    """`path` without the names of its parameters."""
    return _TEMPLATE.sub("{}", path)


def matched(pairing: Pairing, old: list[str], new: list[str]) -> dict[str, str]:
    """Paths of before with those of now that have the same address."""
    before, after = bases(pairing.base), bases(pairing.head)
    if not before & after and len(before) == len(after) == 1:
        prefixes = before.pop(), after.pop()
        pairs = _pairs([prefixes[0] + path for path in old], [prefixes[1] + path for path in new])
        if pairs:
            return {first[len(prefixes[0]) :]: second[len(prefixes[1]) :] for first, second in pairs.items()}
    pairs = _pairs(old, new)
    if pairs and not bases(pairing.base) & bases(pairing.head):
        _moved(pairing)
    return pairs


def _pairs(old: list[str], new: list[str]) -> dict[str, str]:
    pairs = {path: path for path in old if path in new}
    spare = {shape(path): path for path in new if path not in pairs}
    for path in old:
        if path not in pairs and (other := spare.pop(shape(path), None)) is not None:
            pairs[path] = other
    return pairs


def _moved(pairing: Pairing) -> None:
    was, now = (", ".join(sorted(path or "/" for path in bases(spec))) for spec in (pairing.base, pairing.head))
    places = pairing.base.at("/servers"), pairing.head.at("/servers")
    text = f"the base path of every operation went from {was} to {now}"
    why = "The addresses that clients call are gone."
    instead = "keep a server with the old path beside the new one"
    fact = Fact(
        "api-base-path-changed",
        Effect.NARROWS,
        text,
        *places,
        law.REQUEST,
        subject=f"{was}|{now}",
        why=why,
        instead=instead,
    )
    facts.report(pairing, fact)


def shadowed(pairing: Pairing, path: str, item: At, kept: dict[str, At]) -> None:
    """Report the operations of before whose requests the new `path` takes. `kept` are paths of before that are still there."""
    for template, known in kept.items():
        if not _covers(template, path):
            continue
        now = dict(reader.methods(pairing.head.node(item)))
        for method, node in reader.methods(pairing.base.node(known)):
            if method in now and _takes(pairing.base, node, known, template, path):
                key = f"{method.upper()} {template}"
                text = f"requests to {path} reached {key}, and are answered by {method.upper()} {path} now"
                at = At(now[method].value, now[method].file, now[method].pointer)
                before = At(node.value, node.file, node.pointer)
                fact = Fact(
                    "path-shadowed",
                    Effect.NARROWS,
                    text,
                    before,
                    at,
                    law.REQUEST,
                    subject=path,
                    why=_WHY,
                    instead=_INSTEAD,
                )
                facts.report(pairing, fact, OperationPair(key, before, at, known, item))


_WHY = "Clients that call it get the replies of another operation."
_INSTEAD = "choose a path that no value of a parameter can have"


def _covers(template: str, path: str) -> bool:
    """Whether an address of `path` is one of `template` too, and `path` is the more exact one."""
    pattern = "/".join("[^/]+" if _TEMPLATE.fullmatch(part) else re.escape(part) for part in template.split("/"))
    return shape(template) != shape(path) and bool(re.fullmatch(pattern, shape(path)))


def _takes(spec: Spec, operation: Any, item: At, template: str, path: str) -> bool:
    """Whether the parameters of an operation accept what stands in `path` in their place."""
    declared = reader.Operation(spec.node(spec.root), template, "", spec.node(item), operation).parameters()
    schemas = {one.name: one.node.get("schema") for one in declared if one.location == "path"}
    for part, text in zip(template.split("/"), path.split("/"), strict=True):
        schema = schemas.get(part[1:-1]) if _TEMPLATE.fullmatch(part) else None
        target = schema.resolved() if schema is not None else None
        if target is not None and not _TEMPLATE.search(text) and not _accepts(target.value, text):
            return False
    return True


def _accepts(schema: Json, text: str) -> bool:
    """Whether a parameter with this schema can be written as `text`; in doubt, yes."""
    try:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        readings: list[Json] = [text]
        if re.fullmatch(r"-?[0-9]+", text):
            readings.append(int(text))
        return any(validator.is_valid(one) for one in readings)
    except (ValueError, jsonschema_rs.ReferencingError):
        return True
