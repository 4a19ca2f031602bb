"""A map of names may stand elsewhere, behind a `$ref`, at every place where OpenAPI has one; all tools read it alike."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from tools.cli.commands import app
from tools.openapi import bundle, link, maps, refs, source
from tools.openapi.source import Document

THING = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
WHOLE = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/a/{id}": {
            "post": {
                "operationId": "postA",
                "security": [{"key": []}],
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "200": {
                        "description": "ok",
                        "headers": {"X-Count": {"required": True, "schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Thing"},
                                "examples": {"one": {"value": {"a": 1}}},
                            }
                        },
                        "links": {"again": {"operationId": "postA"}},
                    },
                    "404": {"$ref": "#/components/responses/Gone"},
                },
            }
        }
    },
    "components": {
        "schemas": {"Thing": THING},
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}},
        "responses": {"Gone": {"description": "gone"}},
        "securitySchemes": {"key": KEY},
    },
}
OPERATION = ("paths", "/a/{id}", "post")
PLACES = [
    ("paths",),
    ("components",),
    ("components", "schemas"),
    ("components", "parameters"),
    ("components", "responses"),
    ("components", "securitySchemes"),
    ("components", "schemas", "Thing", "properties"),
    (*OPERATION, "requestBody", "content"),
    (*OPERATION, "responses"),
    (*OPERATION, "responses", "200", "headers"),
    (*OPERATION, "responses", "200", "content"),
    (*OPERATION, "responses", "200", "content", "application/json", "examples"),
    (*OPERATION, "responses", "200", "links"),
]
NAMES = ["/".join(place) for place in PLACES]


def moved(tmp_path, place, into):
    """WHOLE with the map at `place` in another file, or below an extension of the same one."""
    document = json.loads(json.dumps(WHOLE))
    parent = document
    for token in place[:-1]:
        parent = parent[token]
    part = parent[place[-1]]
    parent[place[-1]] = {"$ref": {"file": "part.yaml", "fragment": "part.yaml#/x/y", "same": "#/x-part"}[into]}
    if into == "same":
        document["x-part"] = part
    else:
        text = json.dumps(part).replace('"#/components', '"api.yaml#/components')
        part = json.loads(text)
        (tmp_path / "part.yaml").write_text(yaml.safe_dump({"x": {"y": part}} if into == "fragment" else part))
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return tmp_path / "api.yaml"


@pytest.mark.parametrize("into", ["file", "fragment", "same"])
@pytest.mark.parametrize("place", PLACES, ids=NAMES)
def test_the_bundle_is_that_of_the_whole(tmp_path, place, into):
    sources = link.read(moved(tmp_path, place, into))
    assert sources.problems == []
    document = bundle.bundle(sources, sources.entries[0])
    assert {key: value for key, value in document.items() if key != "x-part"} == WHOLE


@pytest.mark.parametrize("place", PLACES, ids=NAMES)
def test_the_comparison_finds_nothing_and_a_change_behind_it(tmp_path, place, monkeypatch):
    api = moved(tmp_path, place, "file")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "whole.yaml").write_text(yaml.safe_dump(WHOLE, sort_keys=False))
    result = CliRunner().invoke(app, ["breaking", "whole.yaml", api.name])
    assert result.exit_code == 0, result.output
    assert "0 errors, 0 warnings" in result.stdout
    changed = json.loads(json.dumps(WHOLE).replace('"integer"', '"boolean"').replace("X-Key", "X-Other"))
    (tmp_path / "changed.yaml").write_text(yaml.safe_dump(changed, sort_keys=False))
    assert CliRunner().invoke(app, ["breaking", api.name, "changed.yaml"]).exit_code == 1


@pytest.mark.parametrize("place", PLACES, ids=NAMES)
def test_no_rule_of_structure_minds_it(tmp_path, place):
    api = moved(tmp_path, place, "file")
    result = CliRunner().invoke(app, ["check", "--contracts", str(api), "--only", "structure", "--only", "schemas"])
    assert result.exit_code == 0, result.output


def test_everything_elsewhere_at_once_is_served(tmp_path):
    document = json.loads(json.dumps(WHOLE).replace('"#/components', '"api.yaml#/components'))
    for name in ("paths", "components"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document[name]))
        document[name] = {"$ref": f"{name}.yaml"}
    (tmp_path / "api.yaml").write_text(yaml.safe_dump(document))
    result = CliRunner().invoke(
        app, ["generate", "--contracts", str(tmp_path), "--out", str(tmp_path / "out"), "--package", "made"]
    )
    assert result.exit_code == 0, result.output
    text = (tmp_path / "out/made/server/api.py").read_text()
    assert "X-Count" in text
    assert "KeyT" in text


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("#/components/schemas/A", ("part.yaml", "/A")),
        ("#/components/schemas/A/properties/b", ("part.yaml", "/A/properties/b")),
        ("#/components/schemas/B/type", ("deep.yaml", "/x/B/type")),
    ],
)
def test_a_pointer_leads_through_a_map_that_stands_elsewhere(reference, place):
    values = {
        "api.yaml": {"components": {"schemas": {"$ref": "part.yaml"}}},
        "part.yaml": {"A": {"properties": {"b": True}}, "B": {"$ref": "deep.yaml#/x/B"}},
        "deep.yaml": {"x": {"B": {"type": "string"}}},
    }
    documents = {name: Document(name, "", value, {}) for name, value in values.items()}
    assert refs.find(documents, "api.yaml", reference)[:2] == place
    with pytest.raises(KeyError):
        refs.find(documents, "api.yaml", "#/components/schemas/None")


@pytest.mark.parametrize(
    "text",
    [
        "components:\n  schemas: # all of them\n    $ref: part.yaml\n",
        "components: {schemas: {$ref: part.yaml}}",
        '{"components": {"schemas": {"$ref": "part.yaml"}}}',
        "components: &all\n  schemas: &some\n    '$ref': part.yaml\n",
    ],
)
def test_however_it_is_written_it_is_written_out(text):
    document, _ = source.parse(text, name="api.yaml")
    part = Document(
        "part.yaml", "", {"A": {"$ref": "#/B"}, "B": {"$ref": "api.yaml#/x"}, "C": {"$ref": "x/y.yaml"}}, {}
    )
    value = maps.expanded({"api.yaml": document, "part.yaml": part}, document).value
    assert value["components"]["schemas"] == {
        "A": {"$ref": "part.yaml#/B"},
        "B": {"$ref": "#/x"},
        "C": {"$ref": "x/y.yaml"},
    }


def test_maps_that_only_lead_to_each_other_end():
    documents = {"a": Document("a", "", {"x": {"$ref": "#/y"}, "y": {"$ref": "#/x"}}, {})}
    with pytest.raises(KeyError):
        refs.find(documents, "a", "#/x/z")
