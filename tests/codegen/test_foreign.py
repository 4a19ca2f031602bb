"""Cases from public contracts (see README.md), each of which once broke something."""

import json

import pytest

from tools.cli import generate_command

NULLABLE = """
paths:
  /things:
    post:
      operationId: postThing
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'204': {description: ok}}
components:
  schemas:
    Thing:
      type: object
      properties:
        plugin: {$ref: '#/components/schemas/Plugin'}
        image: {$ref: '#/components/schemas/Image'}
        tree: {$ref: '#/components/schemas/Tree'}
    Plugin: {type: [object, 'null'], properties: {enabled: {type: boolean}}}
    Image: {type: object, properties: {url: {type: string}, id: {type: string}}, anyOf: [{required: [url]}, {required: [id]}]}
    Tree: {type: [object, 'null'], required: [left], properties: {left: {$ref: '#/components/schemas/Tree'}}}
"""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"plugin": None}, 204),
        ({"plugin": {"enabled": True}}, 204),
        ({"plugin": {"enabled": 1}}, 400),
        ({"image": {"url": "x"}}, 204),
        ({"image": {}}, 400),
        ({"image": None}, 400),
        ({"tree": {"left": None}}, 204),
        ({"tree": {"left": {"left": None}}}, 204),
        ({"tree": {"left": {}}}, 400),
    ],
)
async def test_an_object_may_be_null_or_checked_as_a_whole_and_keeps_its_name(build, body, status):
    """The class was lost behind an alias of the same name that meant itself."""
    built = build(NULLABLE)

    class Things(built.module("api").ApiStub):
        async def post_thing(self, body, *, call):
            return built.module("api").PostThing204()

    async with built.client(api=Things()) as client:
        response = await client.post("/things", content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code == status
    assert built.module("models.api").Plugin(enabled=True).enabled
    assert built.module("models.api").Image(url="x").url == "x"


async def test_a_path_that_has_to_be_encoded_is_found(build):
    built = build("paths: {'/<upload url>/a:b': {get: {operationId: odd, responses: {'204': {description: ok}}}}}")
    async with built.client() as client:
        assert (await client.get("/<upload url>/a:b")).status_code == 501
        assert (await client.get("/%3Cupload%20url%3E/a:b")).status_code == 501


FILES = {
    "api.yaml": """
        openapi: 3.0.3
        info: {title: Split, version: '1'}
        paths:
          /one: {get: {$ref: 'operations/one.yml'}}
          /two: {$ref: 'paths/two.yml'}
    """,
    "operations/one.yml": "{operationId: one, tags: [1-click], responses: {'200': {$ref: '../shared/ok.yml'}}}",
    "paths/two.yml": "get: {$ref: '../operations/two.yml'}",
    "operations/two.yml": "{operationId: two, responses: {'200': {$ref: '../shared/ok.yml'}}}",
    "shared/ok.yml": "{description: ok, content: {application/json: {schema: {$ref: 'models.yml#/Thing'}}}}",
    "shared/models.yml": "Thing: {type: object, nullable: true, properties: {count: {type: integer, minimum: 0, exclusiveMinimum: true}}}",
}


async def test_operations_may_stand_in_files_of_their_own(build):
    """The served document has them in their place, where every reader looks for them."""
    built = build(FILES)
    async with built.client() as client:
        assert (await client.get("/one")).status_code == 501
        assert (await client.get("/two")).status_code == 501
        served = (await client.get("/openapi.json")).json()
    assert {path: item["get"]["operationId"] for path, item in served["paths"].items()} == {
        "/one": "one",
        "/two": "two",
    }
    assert set(served["components"]) == {"schemas", "responses"}


async def test_a_map_of_properties_may_stand_elsewhere(build):
    """No schema has text for a property, so `properties: {$ref: …}` can only mean the map there."""
    built = build(
        {
            "api.yaml": """
                openapi: 3.0.3
                info: {title: Split, version: '1'}
                paths: {/a: {post: {operationId: a, requestBody: {content: {application/json: {schema: {$ref: 'm.yml#/Sum'}}}}, responses: {'204': {description: ok}}}}}
            """,
            "m.yml": "Sum: {type: object, required: [cents], additionalProperties: false, properties: {$ref: '#/parts'}}\nparts: {cents: {type: integer}, $ref: {type: string}}",
        }
    )
    assert built.module("models.api").Sum(cents=5).cents == 5
    async with built.client() as client:
        for body, status in (('{"cents": 5, "$ref": "x"}', 501), ('{"cents": "x"}', 400), ('{"other": 5}', 400)):
            response = await client.post("/a", content=body, headers={"content-type": "application/json"})
            assert response.status_code == status
        served = (await client.get("/openapi.json")).json()
    assert set(served["components"]["schemas"]["Sum"]["properties"]) == {"cents", "$ref"}


@pytest.mark.parametrize(
    ("out", "package", "importable"),
    [
        ("made", "shop", "made/shop"),
        ("made", "shop.api", "made/shop/api"),
        ("made/shop", "shop", "made/shop"),
        ("made/shop/api", "shop.api", "made/shop/api"),
        ("made", None, "made"),
    ],
)
def test_the_output_is_the_package_that_was_asked_for(tmp_path, monkeypatch, out, package, importable):
    """`--out FOLDER --package NAME`: with FOLDER (or what NAME stands in) on the path, `import NAME` works."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {'204': {description: ok}}}}}\n"
    )
    assert generate_command.run("api.yaml", out, package=package) == 0
    assert (tmp_path / importable / "server/app.py").exists()
    assert generate_command.run("api.yaml", out, package=package, is_check=True) == 0


@pytest.mark.parametrize("package", ["no-name", "class", "a..b", "1x", ""])
def test_a_package_name_that_python_cannot_import_is_refused(tmp_path, monkeypatch, capsys, package):
    monkeypatch.chdir(tmp_path)
    assert generate_command.run("api.yaml", "out", package=package) == 1
    assert "is not a valid package name" in capsys.readouterr().err
