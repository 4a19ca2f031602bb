"""JSON is read by a JSON reader: every escape that JSON has, and the same positions that the reader of YAML gives."""

import json
import random
import time

import pytest

from tools.openapi import json_text, source, yaml_text
from tools.openapi.problems import Origin

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {"/a~b/{c}": {"get": {"tags": ["x", "y"], "deprecated": True}}},
    "deep": [[1, {"k": [None, -1.5e3]}], []],
    'täst " \\ \n': {"": {"nested": "ü"}},
}


def parsed(text):
    document, problems = source.parse(text, name="f.json")
    assert problems == []
    return document


@pytest.mark.parametrize("indent", [None, 0, 2, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_values_and_positions_are_those_of_the_reader_of_yaml(indent, ascii_only):
    text = json.dumps(DOCUMENT, indent=indent, ensure_ascii=ascii_only)
    document = parsed(text)
    assert document.value == DOCUMENT
    if indent == "\t":  # YAML does not take tabs, so there is no second opinion
        assert document.at("/paths/~1a~0b~1{c}/get").line == 5
        return
    value, marks, problems = yaml_text.parse(text, name="f.json")
    assert (value, problems) == (DOCUMENT, [])
    pointers = list(marks)
    assert list(document.marks) == pointers
    assert len(document.marks) == len(pointers)
    random.Random(1).shuffle(pointers)
    for pointer in pointers:
        assert document.marks[pointer] == marks[pointer], pointer


def test_an_escaped_emoji_is_one_character():
    assert parsed(r'{"a": "\ud83d\udc4d \/ \u00e9"}').value == {"a": "👍 / é"}


def test_half_of_a_surrogate_pair_is_no_character():
    _, problems = source.parse('{\n "a": ["\\ud83d"]}', name="f.json")
    assert [(problem.rule, problem.origin) for problem in problems] == [("json-syntax", Origin("f.json", 2, 8))]


def test_a_key_that_stands_twice_is_named_at_the_second_and_the_first_counts():
    document, problems = source.parse('{"a": {"b": 1,\n "c": 2,\n  "b": 3},\n "a": 4}', name="f.json")
    assert [str(problem) for problem in problems] == [
        "f.json:4:2: error[duplicate-key]: the key 'a' is repeated; the first is at line 1; remove one of the two",
        "f.json:3:3: error[duplicate-key]: the key 'b' is repeated; the first is at line 1; remove one of the two",
    ]
    assert document.value == {"a": {"b": 1, "c": 2}}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a": 1,\n "b" 2}', (2, 6), "expecting ':' delimiter"),
        ('{"a": "\n', (1, 8), "invalid control character"),
        ('{\n"a": 1}}', (2, 8), "extra data"),
    ],
)
def test_what_is_neither_json_nor_yaml_is_told_as_a_json_reader_sees_it(text, place, message):
    document, problems = source.parse(text, name="f.json")
    assert document is None
    assert [(one.rule, one.message, one.origin) for one in problems] == [
        ("json-syntax", message, Origin("f.json", *place))
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("{a: 1}", {"a": 1}), ('{"a": 1,}', {"a": 1}), ("[on]  # yes", ["on"]), ('{"a": .inf}', {"a": ".inf"})],
)
def test_yaml_in_braces_is_still_yaml(text, value):
    assert parsed(text).value == value


def test_a_pointer_to_nothing_is_at_its_nearest_parent():
    document = parsed('{\n "a": {\n  "b": 1\n }\n}')
    assert document.at("/a/b").line == 3
    assert document.at("/a/z/y") == document.at("/a")
    assert "/a/z" not in document.marks
    with pytest.raises(KeyError):
        document.marks["/a/0"]


@pytest.mark.parametrize("text", ['{"a": ' * 250 + "1" + "}" * 250, "[" * 250 + "]" * 250])
def test_nesting_is_bounded_and_what_is_deeper_is_cut(text):
    document, problems = source.parse(text, name="f.json")
    assert [problem.rule for problem in problems] == ["too-deep"]
    depth, value = 0, document.value
    while value:
        depth, value = depth + 1, next(iter(value.values())) if isinstance(value, dict) else value[0]
    assert depth <= source.MAX_DEPTH


@pytest.mark.parametrize(
    "text", ['{"a": ' * 200_000, "[" * 200_000, "- " * 200_000, "a: [" + "{" * 100_000], ids=range(4)
)
def test_nesting_without_end_is_refused_and_ends_no_process(text):
    document, problems = source.parse(text, name="f.json")
    assert document is None
    assert [problem.rule for problem in problems] in (["json-syntax"], ["too-deep"])


def test_a_position_in_a_large_document_costs_next_to_nothing():
    rows = {f"row{number}": {"text": "x" * 50, "more": [1, 2, {"a": None}]} for number in range(20_000)}
    document = parsed(json.dumps(rows, indent=1))
    document.at("/row0/more/2/a")
    began = time.process_time()
    for number in range(0, 20_000, 20):
        origin = document.at(f"/row{number}/more/2/a")
        assert document.line(origin.line).strip() == '"a": null'
    assert time.process_time() - began < 1.0


def test_json_is_known_by_its_first_character():
    assert json_text.begins(' \n{"a": 1}')
    assert not json_text.begins("a: {}")
