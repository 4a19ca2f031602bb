"""Is this OpenAPI 3.1 at all, and are its schemas JSON Schema 2020-12?"""

from __future__ import annotations

import difflib
import functools
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tools.openapi import kinds, maps, source
from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.openapi.source import Document, Json
    from tools.rules.contract import Contract, Node

_OBJECT_FIELDS: dict[kinds.Kind, tuple[str, ...]] = {
    "openapi": ("openapi", "servers", "externalDocs", "jsonSchemaDialect"),
    "info": ("title", "summary", "description", "termsOfService", "contact", "license", "version"),
    "path-item": ("summary", "description", "servers"),
    "operation": ("tags", "summary", "description", "externalDocs", "operationId", "deprecated", "servers"),
    "parameter": ("name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode",
                  "allowReserved", "example"),
    "header": ("description", "required", "deprecated", "style", "explode", "example"),
    "request-body": ("description", "required"),
    "response": ("description",),
    "media-type": ("example",),
}  # fmt: skip


def openapi_structure(contract: Contract) -> Iterator[Problem]:
    """Every file follows the OpenAPI 3.1 meta-schema: known fields only, in the right place, of the right type.

    A field that nobody reads is a promise that nobody keeps, and most of them are typing mistakes.
    """
    for document in contract.looked_at:
        whole = _as_whole(maps.expanded(contract.documents, document).value)
        if whole is None:
            continue
        for error in _openapi_validator().iter_errors(whole):
            yield from _explain(document, error)


def schema_structure(contract: Contract) -> Iterator[Problem]:
    """Every schema follows the JSON Schema 2020-12 meta-schema: `type: strin` and `minLength: -1` mean nothing."""
    for node in _outermost_schemas(contract):
        if not isinstance(node.value, dict | bool):
            yield finding(node.value_at(), f"a schema is an object, not {_shown(node.value)}")
            continue
        for error in _schema_validator().iter_errors(maps.emptied(node.value)):
            yield from _explain(node.document, error, node.pointer)


def openapi_version(contract: Contract) -> Iterator[Problem]:
    """Every API declares `openapi: 3.1.0`, so that every tool reads its schemas by the same rules."""
    for node in contract.all("openapi"):
        version = node.get("openapi")
        if version not in (None, "3.1.0"):
            yield finding(node.value_at("openapi"), f"the version is {_shown(version)}", hint="write 3.1.0")


def known_schema_keyword(contract: Contract) -> Iterator[Problem]:
    """Schemas use the keywords of JSON Schema 2020-12 and OpenAPI 3.1 only: validators silently ignore any other."""
    for node in contract.written("schema"):
        for name in node.value:
            if name not in _SCHEMA_KEYWORDS and not name.startswith("x-") and name != "nullable":
                yield finding(
                    node.at(name), f"{name!r} is not a keyword of schemas", _did_you_mean(name, _SCHEMA_KEYWORDS)
                )


RULES = rules_of("structure", (openapi_structure, schema_structure, openapi_version, known_schema_keyword))

_SCHEMA_KEYWORDS = frozenset(
    "$ref $defs $comment $id $schema $anchor title description default examples example deprecated readOnly writeOnly "
    "type enum const format multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern "
    "items prefixItems contains minContains maxContains maxItems minItems uniqueItems unevaluatedItems "
    "properties patternProperties additionalProperties unevaluatedProperties propertyNames required dependentRequired "
    "dependentSchemas maxProperties minProperties allOf anyOf oneOf not if then else contentMediaType contentEncoding "
    "contentSchema discriminator xml externalDocs".split()
)


_OF_A_WHOLE = frozenset({"openapi", "info", "servers", "paths", "webhooks", "components", "security", "tags"})


def _as_whole(value: Json) -> Json:
    """`value` with what a shared file leaves out because it is no API by itself.

    None for a file that holds a part of a document, such as a schema or a map of paths.
    """
    if not isinstance(value, dict):
        return value
    if "openapi" not in value:
        if value and not _OF_A_WHOLE & value.keys():
            return None
        value = {"openapi": "3.1.0", "info": {"title": "shared", "version": "1.0.0"}, **value}
    return value


@functools.cache
def _openapi_validator() -> jsonschema_rs.Draft202012Validator:
    """The official meta-schema, as openapi-spec-validator ships it (read without importing that package: it is slow to load)."""
    package = importlib.util.find_spec("openapi_spec_validator")
    if package is None or package.origin is None:
        raise RuntimeError("openapi-spec-validator is not installed; run `make install`")
    path = Path(package.origin).parent / "resources" / "schemas" / "v3.1" / "schema.json"
    return jsonschema_rs.Draft202012Validator(json.loads(path.read_text("utf-8")))


@functools.cache
def _schema_validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def _outermost_schemas(contract: Contract) -> Iterator[Node]:
    """Schemas that stand in no other schema: the meta-schema looks into the rest by itself."""
    for node in contract.all("schema"):
        above = node.pointer.rsplit("/", 2)
        if not any(part in kinds.SCHEMA_FIELDS for part in above[1:-1]) and above[-1] not in kinds.SCHEMA_FIELDS:
            yield node


def _explain(document: Document, error: jsonschema_rs.ValidationError, base: str = "") -> Iterator[Problem]:
    """One error of a meta-schema at its place in the file, in our words."""
    pointer = base + source.join("", *error.instance_path)
    kind = error.kind
    match kind:
        case jsonschema_rs.ValidationErrorKind.UnevaluatedProperties() | (
            jsonschema_rs.ValidationErrorKind.AdditionalProperties()
        ):
            known = _known_fields(document, pointer)
            for name in kind.unexpected:
                message = f"{name!r} does not belong here"
                yield finding(document.at(source.join(pointer, name)), message, _did_you_mean(name, known))
        case jsonschema_rs.ValidationErrorKind.Required():
            name = str(kind.value).strip("\"'")
            yield finding(document.at(pointer), f"{name!r} is missing", hint=f"add {name!r}")
        case _:
            yield finding(document.at(pointer, value=True), _in_words(error))


def _in_words(error: jsonschema_rs.ValidationError) -> str:
    text = _shown(error.instance)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Enum() as kind:
            return f"{text} is not one of {', '.join(map(str, kind.options))}"
        case jsonschema_rs.ValidationErrorKind.Type() as kind:
            return f"{text} is not of type {' or '.join(kind.types) if hasattr(kind, 'types') else kind.value}"
        case jsonschema_rs.ValidationErrorKind.AnyOf() if error.instance_path[-1:] == ["type"]:
            return f"{text} is not a type; types are array, boolean, integer, null, number, object and string"
        case _:
            return f"{text} does not fit here: {error.message.removeprefix(json.dumps(error.instance)).strip()}"


def _known_fields(document: Document, pointer: str) -> list[str]:
    """Names a person may have meant at `pointer`."""
    for kind, place, _ in kinds.walk(document.value):
        if place == pointer:
            return [*_OBJECT_FIELDS.get(kind, ()), *kinds.FIELDS.get(kind, ())]
    return []


def _did_you_mean(name: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else None


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
