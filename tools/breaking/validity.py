"""Why a document must not be compared: what is wrong with it would make any answer worthless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.breaking.documents import At, BadInputError, Spec
from tools.breaking.plausible import Plausible
from tools.breaking.schema import dialect
from tools.contracts import source
from tools.contracts.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
STEPS = 400
"""Branches to look at for one schema; one that needs more is taken to be possible."""
STEPS_IN_ALL = 8_000
"""The same for a document: what is left then is not looked at. Counted, not timed, so that every machine answers alike."""
_SCHEMA_MAPS = frozenset({"properties", "patternProperties"})
_SCHEMA_VALUES = frozenset({"items", "additionalProperties"})
_DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Words whose values are data, in which a `$ref` is none."""
_NAMED = tuple(f"/{word}" for word in "properties responses headers schemas callbacks links parameters $defs".split())
"""Maps whose keys somebody chose: a property may be called `example`, a response is `default`."""
_NEVER: tuple[Json, ...] = (False, {"not": {}}, {"not": True})
"""How people write that nothing is accepted, and mean it."""


def check(spec: Spec) -> list[Problem]:
    """Loose ends, patterns that no engine compiles, mixed dialects, unknown types, schemas that accept nothing."""
    found: dict[str, Problem] = {}
    references, roots = _parts(spec)
    patterns: set[str] = set()
    schemas: list[At] = []
    for root in roots:
        for at, holds_value in _inside(root):
            if holds_value:
                schemas.append(at)
            for problem in _one(spec, at, patterns):
                found.setdefault(str(problem), problem)
    found.update({str(problem): problem for problem in _loose(spec, references)})
    return list(found.values()) or _empty(spec, schemas)


def _parts(spec: Spec) -> tuple[dict[str, None], list[At]]:
    """Every reference of the entry file, and the schemas that stand alone: components, and what stands under `schema`."""
    references: dict[str, None] = {}
    roots: list[At] = []
    file = spec.root.file
    waiting: list[tuple[Json, str, bool]] = [(spec.root.raw, "", False)]
    while waiting:
        raw, pointer, inside = waiting.pop()
        pairs = raw.items() if isinstance(raw, dict) else enumerate(raw)
        for name, value in pairs:
            if name == "$ref" and isinstance(value, str):
                references[value] = None
            if not isinstance(value, dict | list):
                if name == "schema" and pointer and not inside:
                    roots.append(At(value, file, f"{pointer}/schema"))
                continue
            if name in _DATA and not pointer.endswith(_NAMED):
                continue
            child = f"{pointer}/{source.escape(name) if isinstance(name, str) else name}"
            is_root = not inside and (name == "schema" or pointer == "/components/schemas")
            if is_root:
                roots.append(At(value, file, child))
            waiting.append((value, child, inside or is_root))
    return references, roots


def _inside(root: At) -> Iterator[tuple[At, bool]]:
    """Every schema below `root`, and whether it describes a value by itself rather than a condition on one."""
    waiting = [(root, True)]
    while waiting:
        at, holds_value = waiting.pop()
        yield at, holds_value
        for word, value in at.raw.items() if isinstance(at.raw, dict) else ():
            child = f"{at.pointer}/{word}"
            if word in dialect.MAPS and isinstance(value, dict):
                alone = holds_value and word in _SCHEMA_MAPS
                waiting.extend((At(member, at.file, source.join(child, name)), alone) for name, member in value.items())
            elif isinstance(value, list) and (word in dialect.LISTS or word == "items"):
                waiting.extend((At(member, at.file, f"{child}/{index}"), False) for index, member in enumerate(value))
            elif word in dialect.SINGLE and isinstance(value, dict):
                waiting.append((At(value, at.file, child), holds_value and word in _SCHEMA_VALUES))


def _one(spec: Spec, at: At, patterns: set[str]) -> Iterator[Problem]:
    if not isinstance(at.raw, dict):
        if not isinstance(at.raw, bool):
            yield Problem("not-a-schema", "a schema is a mapping, true or false", spec.origin(at))
        return
    yield from _types(spec, at)
    if "pattern" in at.raw or "patternProperties" in at.raw:
        yield from _patterns(spec, at, patterns)


def _patterns(spec: Spec, at: At, known: set[str]) -> Iterator[Problem]:
    from tools.breaking.schema import accept  # noqa: PLC0415 - start-up: it brings a validator along

    keyed = at.raw.get("patternProperties")
    for pattern in [at.raw.get("pattern"), *(keyed if isinstance(keyed, dict) else ())]:
        if isinstance(pattern, str) and pattern not in known:
            try:
                accept.matches(pattern, "")
            except ValueError:
                yield Problem("bad-pattern", f"no engine compiles the pattern {pattern!r}", spec.origin(at))
            else:
                known.add(pattern)


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


def _loose(spec: Spec, references: dict[str, None]) -> Iterator[Problem]:
    for reference in references:
        try:
            spec.target(reference, spec.root.file)
        except BadInputError as error:
            yield from error.problems


def _empty(spec: Spec, schemas: list[At]) -> list[Problem]:
    """Schemas that no document satisfies: contradictions, and recursion that never ends."""
    plausible = Plausible(spec)
    doubtful = [at for at in schemas if at.raw not in _NEVER and not plausible.accepts_something(at.raw, at.file)]
    if not doubtful:
        return []
    is_impossible = _prover(spec)
    hint = "two of its demands exclude each other, or it needs itself without end"
    return [
        Problem("impossible-schema", "no value satisfies this schema", spec.origin(at), hint=hint)
        for at in doubtful
        if is_impossible(at)
    ]


def _prover(spec: Spec) -> Callable[[At], bool]:
    """Asks the core whether a schema accepts nothing, as long as the budget lasts."""
    from tools.breaking.schema import canon, search  # noqa: PLC0415 - start-up
    from tools.breaking.schema.compile import Compiler, View  # noqa: PLC0415 - start-up

    numbers = canon.Numbers()
    compiler = Compiler(spec, canon.Canon(spec, numbers, frozenset()), View("sender"))
    searcher = search.Search(search.ConstantMaker(numbers), literal=True, wire="", steps=STEPS)
    spent = 0

    def is_impossible(at: At) -> bool:
        nonlocal spent
        if spent > STEPS_IN_ALL:
            return False
        result = searcher.run((compiler.node(at.raw, at.file),), ())
        spent += searcher.spent + 1
        return result.status == "none"

    return is_impossible
