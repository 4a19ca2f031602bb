"""A document of OpenAPI 3.0 in the words of 3.1 means the same, place by place."""

import copy

import pytest

from tools.openapi import modern


def whole(schema, version="3.0.3"):
    return {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"A": schema}},
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"nullable": True, "allOf": [{"$ref": "#/x"}]}, {"allOf": [{"$ref": "#/x"}]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ({"exclusiveMaximum": True}, {}),
        ({"$ref": "#/x", "nullable": True, "minLength": 3}, {"$ref": "#/x"}),
        ({"properties": {"nullable": {"type": "string", "nullable": True}}}, {"properties": {"nullable": {"type": ["string", "null"]}}}),
        ({"items": {"type": "integer", "nullable": True}}, {"items": {"type": ["integer", "null"]}}),
        ({"example": {"nullable": True}}, {"example": {"nullable": True}}),
    ],
)  # fmt: skip
def test_each_word_of_30_has_one_of_31(before, after):
    document = whole(before)
    kept = copy.deepcopy(document)
    assert modern.upgraded(document) == whole(after, "3.1.0")
    assert document == kept, "the document itself is left alone"


def test_a_document_of_31_stays_the_same_object():
    document = whole({"type": "string", "nullable": True}, "3.1.0")
    assert modern.upgraded(document) is document
