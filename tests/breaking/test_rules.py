"""Structural rules: what each change of an operation is called and how bad it is, under one law."""

import datetime as dt

import pytest

from tests.bench.breaking import contexts
from tools.breaking.input import documents
from tools.breaking.rules import compare
from tools.breaking.rules.options import Options

NOW = dt.date(2026, 11, 20)
BODY = {"content": {"application/json": {"schema": {"type": "string"}}}}
PLAIN = contexts.operation()


def findings(base, head, grace_days=0):
    options = Options(NOW, grace_days, sunset_required=grace_days > 0)
    return compare.compare(documents.inline(base, "base"), documents.inline(head, "head"), options)


def said(base, head, grace_days=0):
    return {finding.id: finding.level.value for finding in findings(base, head, grace_days).findings}


def parameter(name="p", place="query", schema=None, **words):
    return {"in": place, "name": name, "schema": schema or {"type": "string"}, **words}


def operation(**words):
    return contexts.operation(**words)


def secured(*ways):
    schemes = {
        "token": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    }
    document = operation(security=list(ways))
    document["components"]["securitySchemes"] = schemes
    return document


SUNSET_PASSED = {"deprecated": True, "x-sunset": "2026-11-01"}
SUNSET_AHEAD = {"deprecated": True, "x-sunset": "2027-11-01"}
GONE = contexts.without_operation(whole_path=False)
TABLE = [
    (PLAIN, GONE, "api-removed-without-deprecation", "error"),
    (PLAIN, contexts.without_operation(whole_path=True), "api-path-removed-without-deprecation", "error"),
    (operation(**SUNSET_PASSED), GONE, "api-removed-with-deprecation", "info"),
    (operation(**SUNSET_AHEAD), GONE, "api-removed-before-sunset", "error"),
    (PLAIN, operation(deprecated=True), "endpoint-deprecated", "info"),
    (operation(**SUNSET_AHEAD), operation(deprecated=True), "sunset-deleted", "error"),
    (operation(**{"x-stability-level": "stable"}), operation(**{"x-stability-level": "beta"}), "api-stability-decreased", "error"),
    (PLAIN, operation(operationId="other"), "api-operation-id-removed", "info"),
    (PLAIN, operation(parameters=[parameter(required=True)]), "new-required-request-parameter", "error"),
    (PLAIN, operation(parameters=[parameter()]), "new-optional-request-parameter", "info"),
    (operation(parameters=[parameter()]), PLAIN, "request-parameter-removed", "warning"),
    (operation(parameters=[parameter()]), operation(parameters=[parameter(required=True)]), "request-parameter-became-required", "error"),
    (
        operation(parameters=[parameter(schema={"type": "array"})]),
        operation(parameters=[parameter(schema={"type": "array"}, explode=False)]),
        "request-parameter-style-changed",
        "error",
    ),
    (PLAIN, operation(requestBody={**BODY, "required": True}), "request-body-added-required", "error"),
    (operation(requestBody=BODY), operation(requestBody={**BODY, "required": True}), "request-body-became-required", "error"),
    (operation(responses={"200": {"description": ""}}), operation(responses={"204": {"description": ""}}), "response-success-status-removed", "error"),
    (operation(responses={"404": {"description": ""}}), operation(responses={"200": {"description": ""}}), "response-non-success-status-removed", "info"),
    (contexts.reply_header({"required": True, "schema": {}}), operation(responses={"200": {"description": "ok"}}), "required-response-header-removed", "error"),
    (contexts.reply_header({"schema": {"type": "integer"}}), contexts.reply_header({"schema": {"type": "number"}}), "response-header-type-generalized", "error"),
    (secured({"token": ["read"]}), secured({"token": ["read", "write"]}), "api-security-scope-added", "error"),
    (secured({"token": []}, {"key": []}), secured({"token": []}), "api-security-removed", "error"),
    (secured({}), secured({"token": []}), "api-security-added", "error"),
    ({**PLAIN, "servers": [{"url": "https://a.example"}]}, PLAIN, "api-server-removed", "warning"),
    ({**PLAIN, "webhooks": {"sent": {"post": {"responses": {}}}}}, PLAIN, "webhook-removed", "error"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "head", "rule", "level"), TABLE, ids=[row[2] for row in TABLE])
def test_a_change_has_its_id_and_level(base, head, rule, level):
    assert said(base, head).get(rule) == level


SILENT = [
    (operation(responses={"200": {"description": ""}}), operation(responses={"2XX": {"description": ""}})),
    (secured({"token": [], "key": []}, {"token": []}), secured({"token": []}, {"key": [], "token": []})),
    (operation(parameters=[parameter("X-A", "header")]), operation(parameters=[parameter("x-a", "header")])),
    (
        operation(parameters=[parameter("f", schema={"type": "object", "properties": {"a": {"type": "string"}}})]),
        operation(parameters=[parameter("a")]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("base", "head"), SILENT)
def test_another_spelling_of_the_same_is_silent(base, head):
    assert said(base, head) == {}


def test_a_path_is_the_same_when_only_its_parameters_are_renamed():
    def named(name):
        document = operation(parameters=[parameter(name, "path", required=True)])
        document["paths"] = {f"/things/{{{name}}}": document["paths"]["/things"]}
        return document

    assert said(named("id"), named("thing_id")) == {}


def test_a_parameter_moved_from_the_operation_to_its_path_is_silent():
    shared = operation()
    shared["paths"]["/things"]["parameters"] = [parameter(required=True)]
    assert said(operation(parameters=[parameter(required=True)]), shared) == {}


def test_grace_days_ask_for_a_date_far_enough_ahead():
    assert said(PLAIN, operation(deprecated=True), 90)["api-deprecated-sunset-missing"] == "error"
    soon = operation(**{"deprecated": True, "x-sunset": "2026-12-20"})
    assert said(PLAIN, soon, 90)["api-sunset-date-too-small"] == "error"
    assert said(PLAIN, soon, 10)["endpoint-deprecated-with-sunset"] == "info"


def test_nothing_is_promised_below_beta():
    assert said(operation(**{"x-stability-level": "alpha"}), GONE) == {"endpoint-added": "info"}


def test_one_fact_in_a_shared_schema_is_one_finding_with_all_its_operations():
    def shared(schema):
        document = operation(
            requestBody={"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Subject"}}}}
        )
        document["paths"]["/others"] = {"put": document["paths"]["/things"]["post"] | {"operationId": "putOthers"}}
        document["components"]["schemas"]["Subject"] = schema
        return document

    long, short = ({"type": "object", "properties": {"a": {"type": "string", "maxLength": size}}} for size in (9, 5))
    found = [finding for finding in findings(shared(long), shared(short)).findings if finding.level.value == "error"]
    assert [(finding.id, finding.operations) for finding in found] == [
        ("request-property-max-length-decreased", ["POST /things", "PUT /others"])
    ]
    assert found[0].witness == {"a": "aaaaaa"}
    assert found[0].sdk == ["model Subject.a"]


@pytest.mark.parametrize(
    ("base", "head", "step"),
    [
        (PLAIN, PLAIN, "none"),
        (PLAIN, {**PLAIN, "info": {"title": "Bench, described", "version": "1.0.0"}}, "patch"),
        (PLAIN, operation(parameters=[parameter()]), "minor"),
        (PLAIN, operation(parameters=[parameter(required=True)]), "major"),
    ],
)
def test_the_changes_ask_for_a_version_step(base, head, step):
    assert findings(base, head).semver == step
