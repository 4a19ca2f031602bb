"""Why a document must not be compared: what is wrong with it would make any answer worthless."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tools.breaking.documents import At, BadInputError, Spec
from tools.breaking.schema import accept, canon, dialect, search
from tools.breaking.schema.compile import Compiler, View
from tools.contracts import source
from tools.contracts.problems import Problem

Json = Any
SECONDS = 1.0
"""Time to look for schemas that accept nothing; what is left then is not looked at."""
STEPS = 400


def check(spec: Spec) -> list[Problem]:
    """Loose ends, patterns that no engine compiles, mixed dialects, unknown types, schemas that accept nothing."""
    found: dict[str, Problem] = {}
    roots = list(_roots(spec))
    for root in roots:
        for at in _inside(root):
            for problem in _one(spec, at):
                found.setdefault(str(problem), problem)
    found.update({str(problem): problem for problem in _references(spec)})
    return list(found.values()) or _empty(spec, roots)


def _roots(spec: Spec) -> Iterator[At]:
    """Schemas that stand alone: components, and what stands under `schema`."""
    waiting = [spec.root]
    while waiting:
        at = waiting.pop()
        if isinstance(at.raw, list):
            waiting.extend(At(value, at.file, f"{at.pointer}/{index}") for index, value in enumerate(at.raw))
            continue
        for name, value in at.raw.items() if isinstance(at.raw, dict) else ():
            child = At(value, at.file, source.join(at.pointer, name))
            if name == "schema" or at.pointer == "/components/schemas":
                yield child
            elif isinstance(value, dict | list) and name not in {"example", "examples"} and not name.startswith("x-"):
                waiting.append(child)


def _inside(root: At) -> Iterator[At]:
    waiting = [root]
    while waiting:
        at = waiting.pop()
        yield at
        for word, value in at.raw.items() if isinstance(at.raw, dict) else ():
            child = source.join(at.pointer, word)
            if word in dialect.MAPS and isinstance(value, dict):
                waiting.extend(At(member, at.file, source.join(child, name)) for name, member in value.items())
            elif isinstance(value, list) and (word in dialect.LISTS or word == "items"):
                waiting.extend(At(member, at.file, f"{child}/{index}") for index, member in enumerate(value))
            elif word in dialect.SINGLE and isinstance(value, dict):
                waiting.append(At(value, at.file, child))


def _one(spec: Spec, at: At) -> Iterator[Problem]:
    if not isinstance(at.raw, dict):
        if not isinstance(at.raw, bool):
            yield Problem("not-a-schema", "a schema is a mapping, true or false", spec.origin(at))
        return
    yield from _types(spec, at)
    for pattern in [at.raw.get("pattern"), *(at.raw.get("patternProperties") or ())]:
        if isinstance(pattern, str):
            try:
                accept.matches(pattern, "")
            except ValueError:
                yield Problem("bad-pattern", f"no engine compiles the pattern {pattern!r}", spec.origin(at))


def _types(spec: Spec, at: At) -> Iterator[Problem]:
    kinds = at.raw.get("type")
    names = kinds if isinstance(kinds, list) else [kinds] if kinds is not None else []
    for name in names:
        if name not in dialect.TYPES:
            yield Problem("unknown-type", f"{name!r} is not a type", spec.origin(at))
    if "nullable" in at.raw and not spec.is_30:
        hint = "write `type: [..., 'null']`, or declare the document as 3.0"
        yield Problem("mixed-dialects", "`nullable` means nothing in OpenAPI 3.1", spec.origin(at), hint=hint)
    if spec.is_30 and isinstance(kinds, list):
        hint = "write `nullable: true` or `oneOf`, or declare the document as 3.1"
        yield Problem("mixed-dialects", "a list of types means nothing in OpenAPI 3.0", spec.origin(at), hint=hint)


def _references(spec: Spec) -> Iterator[Problem]:
    for pointer, value in source.walk(spec.root.raw):
        if pointer.endswith("/$ref") and isinstance(value, str) and "/example" not in pointer:
            try:
                spec.target(value, spec.root.file)
            except BadInputError as error:
                yield from error.problems


def _empty(spec: Spec, roots: list[At]) -> list[Problem]:
    """Schemas that no document satisfies: contradictions, and recursion that never ends."""
    numbers = canon.Numbers()
    compiler = Compiler(spec, canon.Canon(spec, numbers, frozenset()), View("sender"))
    searcher = search.Search(search.ConstantMaker(numbers), literal=True, wire="", steps=STEPS)
    deadline = time.monotonic() + SECONDS
    found = []
    for root in roots:
        if time.monotonic() > deadline or root.raw is False:
            continue
        if searcher.run((compiler.node(root.raw, root.file),), ()).status == "none":
            hint = "two of its demands exclude each other, or it needs itself without end"
            found.append(Problem("impossible-schema", "no value satisfies this schema", spec.origin(root), hint=hint))
    return found
