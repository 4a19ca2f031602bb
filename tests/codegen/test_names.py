"""No name of a contract can meet a name that the generated text uses: every one of those names, in every position."""

import ast
import json
import warnings

import pytest
from pydantic import BaseModel

from tests.codegen import hostile_names
from tools.codegen import names, vocabulary


def test_the_attributes_that_a_field_would_hide_are_those_of_pydantic():
    """Of the class and of its metaclass (`register`, `mro`); `model_` and the underscore are reserved as a whole."""
    own = {name for name in {*dir(BaseModel), *dir(type(BaseModel))} if not name.startswith(("_", "model_"))}
    assert own == vocabulary.OF_MODELS


def test_builtins_of_the_vocabulary_are_those_that_generated_text_uses(one_file):
    import builtins

    loaded = {
        node.id
        for path in one_file.folder.glob("server/**/*.py")
        if "_runtime" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and hasattr(builtins, node.id)
    }
    assert loaded <= vocabulary.BUILTINS | {"__file__", "__name__"}


@pytest.fixture(scope="module")
def one_file(build):
    return build({"api.json": json.dumps(hostile_names.one_file())})


@pytest.fixture(scope="module")
def many_files(build):
    return build(hostile_names.many_files())


def modules(built):
    return [path for path in sorted(built.folder.glob("server/**/*.py")) if "_runtime" not in path.parts]


@pytest.mark.parametrize("which", ["one_file", "many_files"])
def test_no_name_is_given_twice_in_one_module(which, request):
    for path in modules(request.getfixturevalue(which)):
        bound = [name for node in ast.parse(path.read_text()).body for name in bound_by(node)]
        repeated = {name for name in bound if bound.count(name) > 1} if len(bound) != len(set(bound)) else set()
        assert not repeated, path


def bound_by(node):
    """Names that a statement of a module gives."""
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("which", ["one_file", "many_files"])
def test_no_class_gives_a_name_that_its_own_annotations_use(which, request):
    """A field, a header or a method stands before everything of the same name around its class."""
    for path in modules(request.getfixturevalue(which)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                given = {name for one in node.body for name in bound_by(one)}
                assert len(given) == len([name for one in node.body for name in bound_by(one)]), (path, node.name)
                used = {name.id for one in node.body for part in annotations(one) for name in ast.walk(part) if isinstance(name, ast.Name)}  # fmt: skip
                assert not given & used, (path, node.name)


def annotations(node):
    """Expressions that are evaluated in the scope of a class."""
    if isinstance(node, ast.AnnAssign):
        return [part for part in (node.annotation, node.value) if part is not None]
    if isinstance(node, ast.AsyncFunctionDef):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        return [part for part in (node.returns, *(one.annotation for one in arguments)) if part is not None]
    return []


@pytest.mark.parametrize("which", ["one_file", "many_files"])
def test_everything_is_imported_and_mounted_without_a_warning(which, request):
    built = request.getfixturevalue(which)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in modules(built):
            built.module(".".join(path.relative_to(built.folder / "server").with_suffix("").parts))
        assert built.app(**authenticator(built)).routes


def authenticator(built):
    """Nobody may call: what security needs is there."""

    class Nobody:
        def __getattr__(self, name):
            async def refuse(credential, request):
                return None

            return refuse

    return {"authenticator": Nobody()} if (built.folder / "server/security.py").exists() else {}


async def test_every_property_is_checked_and_arrives_under_its_own_name(one_file):
    good = {"string": "x", "integer": 3, "number": 1.5, "boolean": True, "array": [1], "object": {"a": 1}}
    samples = []
    for index, name in enumerate(hostile_names.PROPERTIES):
        kind = hostile_names.KINDS[index % len(hostile_names.KINDS)]
        type_ = kind.get("type") if isinstance(kind, dict) else None
        value = good.get(type_, "a") if isinstance(type_, str) else "a"
        value = {"date-time": "2026-01-01T00:00:00Z", "uuid": "0190f6d8-aaaa-7000-8000-000000000000"}.get(kind.get("format") if isinstance(kind, dict) else "", value)  # fmt: skip
        samples.append((name, "a" if isinstance(kind, dict) and "pattern" in kind else value))
    api = one_file.module("api")

    class Echo(api.ApiStub):
        async def everything(self, params, body, *, call):
            self.body = body
            raise one_file.runtime.NotWrittenError

    echo = Echo()
    async with one_file.client(api=echo, **authenticator(one_file)) as client:
        response = await client.post("/all", json=dict(samples))
        assert response.status_code == 501, response.text
        assert echo.body.model_dump(mode="json", by_alias=True, exclude_unset=True) == dict(samples)
        for name, _ in samples:
            kind = hostile_names.KINDS[hostile_names.PROPERTIES.index(name) % len(hostile_names.KINDS)]
            if kind is not True:
                wrong = None if "not" in kind else {"no": "x"}
                response = await client.post("/all", json={**dict(samples), name: wrong})
                assert response.status_code == 400, (name, kind)
                assert f"/body/{name}".replace("~", "~0") in response.text, name


async def test_every_parameter_is_read_by_its_own_name(one_file):
    api = one_file.module("api")
    calls = []

    class Echo(api.ApiStub):
        async def everything(self, params, body, *, call):
            calls.append(params)
            raise one_file.runtime.NotWrittenError

    async with one_file.client(api=Echo(), **authenticator(one_file)) as client:
        for name in hostile_names.PROPERTIES:
            response = await client.post("/all", params={name: "a"})
            assert response.status_code == 501, (name, response.text)
            values = [one for field, one in vars_of(calls.pop()).items() if one is not None]
            assert values == ["a"], name


def vars_of(params):
    return {field: getattr(params, field) for field in type(params).__dataclass_fields__}


async def test_every_operation_answers(one_file):
    async with one_file.client(**authenticator(one_file)) as client:
        for operation in one_file.module("api").OPERATIONS[1:]:
            response = await client.post(operation.path.replace("{id}", "1"), json={"class": "a"})
            assert response.status_code == (401 if operation.security else 501), operation.id


async def test_every_file_is_served(many_files):
    async with many_files.client() as client:
        for path in many_files.module("app").OPERATIONS:
            assert (await client.post(path.path, json={})).status_code == 400, path.id


@pytest.mark.parametrize(
    ("text", "field", "method", "constant"),
    [
        ("wire", "wire_", "wire_", "WIRE"),
        ("list", "list_", "list_", "LIST"),
        ("models", "models", "models_", "MODELS"),
        ("register", "register_", "register", "REGISTER"),
        ("operations", "operations", "operations", "OPERATIONS_"),
        ("id", "id", "id", "ID"),
        ("type", "type", "type", "TYPE"),
        ("class", "class_", "class_", "CLASS"),
        ("pets_models", "pets_models", "pets_models_", "PETS_MODELS"),
    ],
)
def test_only_what_collides_is_changed(text, field, method, constant):
    assert (names.field_name(text), names.method_name(text), names.constant_name(text)) == (field, method, constant)
