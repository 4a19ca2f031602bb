"""The core, broken on purpose in one place at a time: each break must show in the checks that guard it."""

import pytest

from tests.bench.breaking import crosscheck, proofs, systematic
from tools.breaking.rules import law
from tools.breaking.schema import (
    accept,
    atoms,
    canon,
    contain,
    dialect,
    leaf_arrays,
    leaf_objects,
    leaf_scalars,
    regex,
    search,
    unevaluated,
)
from tools.breaking.schema import (
    compile as compiling,
)
from tools.breaking.schema.outcome import NONE
from tools.openapi.problems import Severity

CASES = list(systematic.cases())[::97]
SEEDS, PAIRS = range(40, 43), 60


def complaints():
    """What known questions, random pairs and a sample of the systematic set say about the core as it is."""
    yield from proofs.wrong()
    score = systematic.score("sample", systematic.own_answer, CASES)
    yield from [("missed", case) for case in score.missed]
    yield from [("false", case) for case in score.false]
    for seed in SEEDS:
        count = crosscheck.run(seed=seed, pairs=PAIRS)
        yield from [("unsound", pair) for pair in count.unsound]
        yield from [("no witness", pair) for pair in count.bad_witness]
        if count.undecided > 0.05 * PAIRS:
            yield "undecided", count.undecided


def test_the_core_as_it_is_gives_no_cause_for_complaint():
    assert list(complaints()) == []


def forgetful(word):
    """Numbers schemas without looking at one of their words."""
    plainly = canon.Canon._value

    def value(self, name, raw, file):
        return 0 if name == word else plainly(self, name, raw, file)

    return value


def without(word):
    return dialect.ASSERTIONS - {word}


def first_failure_only(node, kind, *, literal, depth=0, plainly=atoms.failures):
    return plainly(node, kind, literal=literal, depth=depth)[:1]


def never_an_integer(types):
    return None if types is None else [("integer" if name == "number" else name) for name in types]


MUTANTS = {
    "what is sent is always taken": (search, "clash", lambda _pos, _neg: True),
    "a goal inside itself is never closed for good, only forgotten": (search.Search, "_remember", lambda self, key, *_: self._memo.update({key: NONE})),
    "only the first way to be refused is tried": (atoms, "failures", first_failure_only),
    "two branches of a oneOf never overlap": (atoms, "_overlaps", lambda *_, **__: []),
    "a minimum of length fails one character late": (atoms._COUNTS, "minlen", ("maxlen", -2)),
    "names that nobody lists do not exist": (leaf_objects, "_fresh", lambda *_: []),
    "arrays are never longer than nothing": (leaf_arrays, "_of_length", lambda *_: NONE),
    "of several multiples only the first counts": (leaf_scalars, "_lcm", lambda steps: steps[0]),
    "an exclusive bound includes its end": (leaf_scalars._NUMBER_CHECKS, "gt", lambda atom, value: value >= atom[1]),
    "patterns cannot be negated": (regex, "negate", lambda language: language),
    "required says nothing": (canon.Canon, "_value", forgetful("required")),
    "not says nothing": (dialect, "ASSERTIONS", without("not")),
    "additionalProperties says nothing": (dialect, "ASSERTIONS", without("additionalProperties")),
    "enum says nothing": (compiling, "_values", lambda _: ()),
    "integers are numbers": (compiling.Compiler, "_plain", None),
    "unevaluatedProperties says nothing": (unevaluated, "present", lambda _: False),
    "one branch or more is one branch": (accept, "_exactly_one", lambda group, value, reader: any(reader.accepts(node, value) for node in group)),
    "text is read as if it were JSON": (accept.Reader, "accepts", lambda self, node, value: accept._accepts(node, value, accept.PLAIN)),
    "a witness is believed unchecked and a proof is not": (contain.Session, "_checked", lambda *_, **__: contain.SAFE),
    "uniqueItems says nothing": (dialect, "ASSERTIONS", without("uniqueItems")),
    "requests and replies are mixed up": (law, "level", lambda effect, direction, guards=frozenset(), plainly=law.level: plainly(effect, {"request": "response", "response": "request"}.get(direction, direction), guards)),
    "nothing is ever harmful": (law, "level", lambda *_: Severity.INFO),
    "everything is harmful": (law, "level", lambda *_: Severity.ERROR),
}  # fmt: skip


def whole_numbers_forgotten(self, schema, file, plainly=compiling.Compiler._plain):
    types = schema.get("type")
    return plainly(
        self, {**schema, "type": [{"integer": "number"}.get(name, name) for name in types]} if types else schema, file
    )


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_core_is_noticed(name, monkeypatch):
    holder, part, broken = MUTANTS[name]
    broken = broken or whole_numbers_forgotten
    if isinstance(holder, dict):
        monkeypatch.setitem(holder, part, broken)
    else:
        monkeypatch.setattr(holder, part, staticmethod(broken) if part == "_checked" else broken)
    assert next(complaints(), None) is not None
