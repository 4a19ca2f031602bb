"""Why a document must not be compared: what is wrong with it would make any answer worthless."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.breaking.input import shapes
from tools.breaking.input.documents import At, BadInputError, Spec
from tools.breaking.input.plausible import Plausible
from tools.breaking.schema import dialect
from tools.openapi.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
STEPS = 400
"""Branches to look at for one schema; one that needs more is taken to be possible."""
STEPS_IN_ALL = 8_000
"""The same for a document: what is left then is not looked at. Counted, not timed, so that every machine answers alike."""
_DATA = frozenset({"example", "examples", "default", "enum", "const"})
"""Words whose values are data, in which a `$ref` is none."""
_HOLDS_NAMES = frozenset(
    "properties responses headers schemas callbacks links parameters $defs patternProperties".split()
)
"""Maps whose keys somebody chose: a property may be called `example`, a response is `default`."""
_NEVER: tuple[Json, ...] = (False, {"not": {}}, {"not": True})
"""How people write that nothing is accepted, and mean it."""


def check(spec: Spec) -> list[Problem]:
    """Malformed parts, loose ends, patterns that no engine compiles, mixed dialects, schemas that accept nothing."""
    problems, odd = judge(spec)
    by_text = {str(problem): problem for problem in (*problems, *odd.values())}
    return list(by_text.values())


def judge(spec: Spec) -> tuple[list[Problem], dict[tuple[str, str], Problem]]:
    """Problems outside of the schemas, with which no answer is worth anything, and the odd schemas by file and pointer."""
    problems, roots = shapes.structure(spec)
    read: set[str] = set()
    schemas: list[At] = []
    odd: dict[tuple[str, str], Problem] = {}
    for root in roots:
        for at, is_alone in shapes.inside(root):
            if is_alone:
                schemas.append(at)
            for problem in _one(spec, at, read):
                odd.setdefault((at.file, at.pointer), problem)
    by_text = {str(problem): problem for problem in (*problems, *_loose(spec))}
    if by_text or odd:
        return list(by_text.values()), odd
    return [], _empty(spec, schemas)


def _one(spec: Spec, at: At, read: set[str]) -> Iterator[Problem]:
    yield from shapes.words(spec, at)
    if isinstance(at.raw, dict):
        yield from _types(spec, at)
        if "pattern" in at.raw or "patternProperties" in at.raw:
            yield from _patterns(spec, at, read)


def _patterns(spec: Spec, at: At, read: set[str]) -> Iterator[Problem]:
    from tools.breaking.schema import patterns  # noqa: PLC0415 - start-up: it brings a validator along

    keyed = at.raw.get("patternProperties")
    for pattern in [at.raw.get("pattern"), *(keyed if isinstance(keyed, dict) else ())]:
        if isinstance(pattern, str) and pattern not in read:
            read.add(pattern)
            if not patterns.is_readable(pattern):
                yield Problem("bad-pattern", f"no engine compiles the pattern {pattern!r}", spec.origin(at))


def _types(spec: Spec, at: At) -> Iterator[Problem]:
    kinds = at.raw.get("type")
    for name in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(name, str) and name not in dialect.TYPES:
            yield Problem("unknown-type", f"{name!r} is not a type", spec.origin(at))
    if spec.is_30 and isinstance(kinds, list):
        hint = "write `nullable: true` or `oneOf`, or declare the document as 3.1"
        yield Problem("mixed-dialects", "a list of types has no effect in OpenAPI 3.0", spec.origin(at), hint=hint)


def _loose(spec: Spec) -> Iterator[Problem]:
    for reference in references(spec.root.raw):
        try:
            spec.target(reference, spec.root.file)
        except BadInputError as error:
            yield from error.problems


def references(root: Json) -> dict[str, None]:
    """Every reference of a document, each once; what stands in examples and other data is none."""
    named: dict[str, None] = {}
    waiting: list[tuple[Json, bool]] = [(root, False)] if isinstance(root, dict | list) else []
    while waiting:
        value, has_names = waiting.pop()
        if isinstance(value, list):
            waiting.extend((member, False) for member in value if isinstance(member, dict | list))
            continue
        for name, member in value.items():
            if isinstance(member, dict | list):
                if has_names or name not in _DATA:
                    waiting.append((member, not has_names and name in _HOLDS_NAMES))
            elif name == "$ref" and isinstance(member, str) and not has_names:
                named[member] = None
    return named


def _empty(spec: Spec, schemas: list[At]) -> dict[tuple[str, str], Problem]:
    """Schemas that no document satisfies: contradictions, and recursion that never ends."""
    plausible = Plausible(spec)
    doubtful = [at for at in schemas if not _means_nothing(at.raw) and not plausible.accepts_something(at.raw, at.file)]
    if not doubtful:
        return {}
    is_impossible = _prover(spec)
    hint = "two of its demands exclude each other, or it needs itself without end"
    return {
        (at.file, at.pointer): Problem(
            "impossible-schema", "no value satisfies this schema", spec.origin(at), hint=hint
        )
        for at in doubtful
        if is_impossible(at)
    }


def _means_nothing(raw: Json) -> bool:
    return raw in _NEVER or (isinstance(raw, dict) and raw.get("enum") == [])


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
