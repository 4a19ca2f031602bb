"""JSON read by the C parser: the same values and the same places as the careful reader gives, found only when asked for."""

import json
import random

import pytest

from tools.breaking import lazy
from tools.contracts import source

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {"/a~b/{c}": {"get": {"tags": ["x", "y"], "deprecated": True}}},
    "deep": [[1, {"k": [None, -1.5e3]}], []],
    'täst " \\ \n': {"": {"nested": "ü"}},
}


@pytest.mark.parametrize("indent", [None, 0, 2, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_values_and_places_are_those_of_the_careful_reader(indent, ascii_only):
    text = json.dumps(DOCUMENT, indent=indent, ensure_ascii=ascii_only)
    quick, careful = lazy.parse(text, "f.json"), source.parse(text, name="f.json")[0]
    assert quick is not None
    assert quick.value == DOCUMENT
    if indent == "\t":  # YAML does not take tabs, so there is no second opinion
        assert quick.at("/paths/~1a~0b~1{c}/get").line == 5
        return
    assert careful is not None
    pointers = list(careful.marks)
    random.Random(1).shuffle(pointers)
    for pointer in pointers:
        assert quick.marks[pointer] == careful.marks[pointer], pointer


def test_a_pointer_to_nothing_is_at_its_nearest_parent():
    document = lazy.parse('{\n "a": {\n  "b": 1\n }\n}', "f.json")
    assert document is not None
    assert document.at("/a/b").line == 3
    assert document.at("/a/z/y") == document.at("/a")
    assert "/a/z" not in document.marks
    with pytest.raises(KeyError):
        document.marks["/a/0"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "a: 1",
        '{"a": 1,}',
        '{"a": 1, "a": 2}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": ' * 20_000,
    ],
)
def test_what_is_no_plain_json_is_left_to_the_careful_reader(text):
    assert lazy.parse(text, "f.json") is None
