"""A batch answers every line, whatever the line holds, and does not grow with the number of lines."""

import datetime as dt
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.breaking import contexts
from tools.breaking import batch
from tools.breaking.rules.options import Options

ROOT = Path(__file__).parents[2]
OPTIONS = Options(dt.date(2026, 11, 20))


def body(**words):
    return contexts.operation(requestBody={"content": {"application/json": {"schema": {"type": "string", **words}}}})


BASE, BROKEN = body(maxLength=9), body(maxLength=5)


def answers(*lines):
    return list(batch.answers([line if isinstance(line, str | bytes) else json.dumps(line) for line in lines], OPTIONS))


BAD = {
    "no JSON": '{"id": 7, "base": ',
    "no text": b'{"id": "\xff\xfe"}',
    "no object": "[1, 2]",
    "no documents": {"id": 7},
    "a list for a document": {"id": 7, "base": [], "revision": BASE},
    "an empty document": {"id": 7, "base": {}, "revision": BASE},
    "no date": {"id": 7, "base": BASE, "revision": BASE, "now": "tomorrow"},
    "a number for a date": {"id": 7, "base": BASE, "revision": BASE, "now": 20261120},
    "a loose end": {"id": 7, "base": BASE, "revision": contexts.operation(requestBody={"$ref": "#/components/x/y"})},
    "paths that are a list": {"id": 7, "base": BASE, "revision": {**BASE, "paths": []}},
    "a schema that is text": {"id": 7, "base": BASE, "revision": body(items="x")},
    "a bound that is text": {"id": 7, "base": BASE, "revision": body(minLength="x")},
    "another version": {"id": 7, "base": BASE, "revision": {"swagger": "2.0", "paths": {}}},
    "no end of nesting": '{"id": 7, "base": ' + '{"a":' * 50_000,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_line_costs_that_line_only(bad):
    first, middle, last = answers(
        {"id": 1, "base": BASE, "revision": BROKEN}, bad, {"id": 2, "base": BASE, "revision": BASE}
    )
    assert (first["id"], first["semver"]) == (1, "major")
    assert (middle["findings"], middle["semver"]) == ([], None)
    assert len(middle["error"]) > 10
    assert (last["id"], last["semver"], last["findings"]) == (2, "none", [])
    assert "error" not in last


def test_the_answer_keeps_the_id_whatever_it_is():
    for name in ("a", 1, None, ["x"], {"k": 1}):
        assert answers({"id": name, "base": BASE, "revision": BASE})[0]["id"] == name


def test_empty_lines_are_passed_over():
    assert len(answers("", "   ", {"id": 1, "base": BASE, "revision": BASE}, "\n")) == 1


def test_each_line_may_set_its_own_clock():
    deprecated = contexts.operation(**{"deprecated": True, "x-sunset": "2026-11-25"})
    gone = contexts.without_operation(whole_path=False)
    before, after, default = answers(
        *(
            {"id": 1, "base": deprecated, "revision": gone, **now}
            for now in ({"now": "2026-11-24"}, {"now": "2026-11-26"}, {})
        )
    )
    assert {finding["id"] for finding in before["findings"]} >= {"api-removed-before-sunset"}
    assert {finding["id"] for finding in default["findings"]} >= {"api-removed-before-sunset"}
    assert all(finding["level"] == "info" for finding in after["findings"])


def test_every_answer_is_one_line_of_ascii():
    odd = body(enum=["ü\n\u2028", "b"])
    line = batch.line(answers({"id": "ü", "base": odd, "revision": body(enum=["b"])})[0])
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["semver"] == "major"


def test_no_mutation_of_a_document_stops_a_batch():
    chooser = random.Random(5)
    values = [None, [], {}, "x", 0, -1, True, [None], {"x": None}, ["a", "a"], 1.5, {"$ref": "#/nowhere"}, {"$ref": 5}]

    def mutated():
        document = json.loads(
            json.dumps(contexts.contexts()[chooser.randrange(20)].place(BASE["components"]["schemas"]["AB"]))
        )
        places = []
        waiting = [document]
        while waiting:
            holder = waiting.pop()
            for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
                places.append((holder, key))
                if isinstance(value, dict | list):
                    waiting.append(value)
        holder, key = chooser.choice(places)
        holder[key] = chooser.choice(values)
        return document

    lines = [{"id": number, "base": mutated(), "revision": mutated()} for number in range(300)]
    found = answers(*lines)
    assert [answer["id"] for answer in found] == list(range(300))
    assert not [answer["error"] for answer in found if "the comparison itself failed" in answer.get("error", "")]


MEASURE = """
import datetime as dt, gc, sys, tracemalloc
from tools.breaking import batch
from tools.breaking.rules.options import Options
line, options = sys.stdin.read(), Options(dt.date(2026, 11, 20))
batch.BYTES_PER_SWEEP = 20 * len(line)
gc.disable()
tracemalloc.start()
print(*(tracemalloc.get_traced_memory()[0] for number, _ in enumerate(batch.answers([line] * 160, options)) if number % 20 == 19))
"""


def test_memory_does_not_grow_with_the_number_of_pairs():
    """In a process of its own, where nothing else takes or gives back memory."""
    line = json.dumps({"id": 1, "base": BASE, "revision": BROKEN})
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, input=line, capture_output=True, text=True, check=True
    )
    sizes = [int(size) for size in done.stdout.split()]
    assert len(sizes) == 8
    assert sizes[-1] - sizes[2] < 0.2 * sizes[2] + 100_000
