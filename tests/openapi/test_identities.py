"""`$id`, `$anchor` and `$dynamicAnchor`: a reference by such a name leads to its schema, or is refused at its line."""

import pytest
import yaml

from tools.openapi import identities, link


def settled(**schemas):
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    identities.settle(document, yaml.safe_dump(document))
    return document["components"]["schemas"]


@pytest.mark.parametrize(
    ("schemas", "path", "reference"),
    [
        ({"A": {"$anchor": "main"}, "B": {"$ref": "#main"}}, ("B",), "#/components/schemas/A"),
        ({"A": {"$dynamicAnchor": "main"}, "B": {"$ref": "#main"}}, ("B",), "#/components/schemas/A"),
        ({"A": {"$id": "https://x.example/a"}, "B": {"$ref": "https://x.example/a"}}, ("B",), "#/components/schemas/A"),
        ({"A": {"$id": "https://x.example/a", "$defs": {"n": {}}}, "B": {"$ref": "https://x.example/a#/$defs/n"}}, ("B",), "#/components/schemas/A/$defs/n"),
        ({"A": {"$id": "https://x.example/a", "$defs": {"n": {"$anchor": "n"}}}, "B": {"$ref": "https://x.example/a#n"}}, ("B",), "#/components/schemas/A/$defs/n"),
        ({"A": {"$id": "https://x.example/s/a"}, "B": {"$id": "https://x.example/s/b", "items": {"$ref": "a"}}}, ("B", "items"), "#/components/schemas/A"),
        ({"A": {"$id": "https://x.example/a", "$defs": {"n": {}}, "items": {"$ref": "#/$defs/n"}}}, ("A", "items"), "#/components/schemas/A/$defs/n"),
        ({"A": {"$id": "https://x.example/a", "items": {"$ref": "#"}}}, ("A", "items"), "#/components/schemas/A"),
        ({"A": {"$id": "https://x.example/a", "items": {"$ref": "#/components/schemas/B"}}, "B": {}}, ("A", "items"), "#/components/schemas/B"),
        ({"A": {"$id": "https://x.example/a", "$defs": {"n": {"$id": "deeper/n", "items": {"$ref": "m"}}, "m": {"$id": "deeper/m"}}}}, ("A", "$defs", "n", "items"), "#/components/schemas/A/$defs/m"),
        ({"A": {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}}}, ("A", "items"), "#/components/schemas/A"),
        ({"A": {"$ref": "#/components/schemas/B"}, "B": {"$anchor": "x"}}, ("A",), "#/components/schemas/B"),
        ({"A": {"$ref": "other.yaml#/x"}, "B": {"$anchor": "x"}}, ("A",), "other.yaml#/x"),
        ({"A": {"$ref": "https://x.example/none"}, "B": {"$anchor": "x"}}, ("A",), "https://x.example/none"),
        ({"A": {"$ref": "#none"}, "B": {"$anchor": "x"}}, ("A",), "#none"),
    ],
)  # fmt: skip
def test_a_reference_becomes_the_pointer_of_what_it_names(schemas, path, reference):
    value = settled(**schemas)
    for token in path:
        value = value[token]
    assert value["$ref"] == reference
    assert "$id" not in str(settled(**schemas))


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"$id": {"type": "string"}, "$anchor": {"type": "string"}}},
        {"example": {"$id": "https://x.example/a", "$ref": "#main"}},
        {"const": {"$id": "x"}},
    ],
)
def test_data_and_names_of_properties_are_left_alone(schema):
    assert settled(A=schema) == {"A": schema}


def test_a_dynamic_reference_with_several_anchors_stays_what_it_is():
    two = {"A": {"$dynamicAnchor": "node"}, "B": {"$dynamicAnchor": "node"}, "C": {"$dynamicRef": "#node"}}
    assert settled(**two)["C"] == {"$dynamicRef": "#node"}


def test_in_openapi_30_these_words_mean_nothing():
    document = {"openapi": "3.0.3", "components": {"schemas": {"A": {"$anchor": "main"}, "B": {"$ref": "#main"}}}}
    identities.settle(document, yaml.safe_dump(document))
    assert document["components"]["schemas"]["B"] == {"$ref": "#main"}


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("#none", "error[anchor-ref]: api.yaml has no one schema with the anchor 'none'; write the path: `#/components/schemas/Name`"),
        ("https://x.example/none", "error[remote-ref]: 'https://x.example/none' is no `$id` in this file, and nothing is read from another host; copy the document into the contract set, and write its path"),
        ("part.yaml#none", "error[anchor-ref]: part.yaml has no one schema with the anchor 'none'; write the path: `#/components/schemas/Name`"),
        ("part.yaml#twice", "error[anchor-ref]: part.yaml has no one schema with the anchor 'twice'; write the path: `#/components/schemas/Name`"),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_refused_at_its_line(tmp_path, reference, message):
    write(tmp_path, reference)
    (problem,) = link.read(tmp_path / "api.yaml", display_root="").problems
    assert str(problem).split(" ", 1)[1] == message
    assert problem.origin.line == 5


def test_an_anchor_of_another_file_is_found(tmp_path):
    write(tmp_path, "part.yaml#there")
    sources = link.read(tmp_path / "api.yaml", display_root="")
    assert sources.problems == []
    node = sources.root("api.yaml").get("components").get("schemas").get("A")
    assert node.target().value == {"$anchor": "there", "type": "string"}


def write(folder, reference):
    (folder / "part.yaml").write_text("A: {$anchor: there, type: string}\nB: {$anchor: twice}\nC: {$anchor: twice}\n")
    (folder / "api.yaml").write_text(
        f"openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents: {{schemas: {{\n  A: {{$ref: '{reference}'}}}}}}\n"
    )
