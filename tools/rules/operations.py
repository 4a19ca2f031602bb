"""Rules for operations: their names, parameters and parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.rules.contract import Contract, Node, OperationNodes

_CAMEL_CASE = re.compile(r"[a-z][A-Za-z0-9]*\Z")
_TEMPLATE = re.compile(r"\{([^{}]*)\}")
_SUMMARY_LIMIT = 80


def operation_id(contract: Contract) -> Iterator[Problem]:
    """Every operation has an `operationId` in camelCase: it becomes the name of a function in three languages."""
    for operation in contract.operations:
        name = operation.node.get("operationId")
        if name is None:
            yield finding(
                operation.node.at(), f"{operation.id} has no operationId", hint="add one: verb and noun in camelCase"
            )
        elif not isinstance(name, str) or not _CAMEL_CASE.match(name):
            yield finding(operation.node.value_at("operationId"), f"{name!r} is not camelCase")


def unique_operation_id(contract: Contract) -> Iterator[Problem]:
    """An `operationId` is unique across all APIs, because one SDK and one server contain them all."""
    first: dict[str, OperationNodes] = {}
    for operation in contract.operations:
        earlier = first.setdefault(operation.id, operation)
        if earlier is not operation and "operationId" in operation.node.value:
            where = earlier.node.at("operationId")
            yield finding(
                operation.node.value_at("operationId"),
                f"{operation.id!r} is also the operationId at {where}",
            )


def operation_text(contract: Contract) -> Iterator[Problem]:
    """Every operation has a short `summary` and a `description` that a shop owner understands."""
    for operation in contract.operations:
        summary, node = operation.node.get("summary"), operation.node
        for name in ("summary", "description"):
            if not node.get(name):
                yield finding(node.at(), f"{operation.id} has no {name}", hint="describe it for a shop owner")
        if isinstance(summary, str) and (len(summary) > _SUMMARY_LIMIT or summary.endswith(".")):
            hint = f"write at most {_SUMMARY_LIMIT} characters and no full stop"
            yield finding(node.value_at("summary"), "the summary is not short", hint=hint)


def operation_tag(contract: Contract) -> Iterator[Problem]:
    """Every operation has exactly the tag of its API, with a description: it names the group in docs, server and SDKs."""
    for operation in contract.operations:
        tags = operation.node.listed("tags")
        declared = {
            tag.text("name"): tag.text("description")
            for tag in contract.written("tag")
            if tag.document is operation.document
        }
        if len(tags) != 1:
            yield finding(
                operation.node.at("tags"), f"{operation.id} has {len(tags)} tags", hint="give it the tag of its API"
            )
        elif not declared.get(str(tags[0])):
            yield finding(operation.node.value_at("tags", 0), f"the tag {tags[0]!r} is not described under `tags`")


def path_parameters(contract: Contract) -> Iterator[Problem]:
    """Every `{name}` of a path is declared as a required path parameter, and no other path parameter is."""
    for operation in contract.operations:
        template = set(_TEMPLATE.findall(operation.path))
        declared = {str(node.get("name")): node for node in operation.parameters if node.get("in") == "path"}
        path_key = operation.node.document.at(operation.node.pointer.rpartition("/")[0])
        for name in sorted(template - set(declared)):
            hint = f"add a parameter {name!r} with in: path"
            yield finding(path_key, f"{operation.id} does not declare the path parameter {name!r}", hint=hint)
        for name, node in declared.items():
            if name not in template:
                yield finding(node.value_at("name"), f"the path of {operation.id} has no {{{name}}}")
            elif node.get("required") is not True:
                yield finding(
                    node.at("required"), f"the path parameter {name!r} is always present", hint="write required: true"
                )


def distinct_paths(contract: Contract) -> Iterator[Problem]:
    """No two paths match the same addresses, even in different files: parameter names do not distinguish paths."""
    first: dict[str, Node] = {}
    for node in contract.all("path-item"):
        if not node.pointer.startswith("/paths/"):
            continue
        shape = _TEMPLATE.sub("{}", node.name)
        earlier = first.setdefault(shape, node)
        if earlier is not node:
            yield finding(node.at(), f"{node.name} matches the same paths as {earlier.name} at {earlier.at()}")


def parameter_text(contract: Contract) -> Iterator[Problem]:
    """Every parameter and response header has a description and an example: they are all a caller sees of it."""
    for node in (*contract.written("parameter"), *contract.written("header")):
        for name in ("description", "example"):
            if name not in node.value and not (name == "example" and "examples" in node.value):
                yield finding(node.at(), f"{node.kind} {node.get('name', node.name)!r} has no {name}")


def unique_parameters(contract: Contract) -> Iterator[Problem]:
    """An operation declares each parameter once; a second declaration would hide the first."""
    for operation in contract.operations:
        keys: set[tuple[str, str]] = set()
        # Those of the operation alone: one of the same name at the path is overridden, which is legal.
        for node in operation.own_parameters:
            name = node.text("name")
            key = (node.text("in"), name.lower() if node.get("in") == "header" else name)
            if key in keys:
                yield finding(operation.node.at("parameters"), f"{operation.id} declares {node.get('name')!r} twice")
            keys.add(key)


def link_leads_on(contract: Contract) -> Iterator[Problem]:
    """A link names an operation of the same API and only parameters of that operation."""
    for link in contract.written("link"):
        name = link.get("operationId")
        target = next((o for o in contract.operations if o.id == name and o.document is link.document), None)
        if target is None:
            yield finding(link.value_at("operationId"), f"this API has no operation {name!r}")
            continue
        for parameter in link.mapping("parameters"):
            if parameter.rpartition(".")[2] not in {node.text("name") for node in target.parameters}:
                yield finding(link.at("parameters", parameter), f"{name} has no parameter {parameter!r}")


def accepted_leads_on(contract: Contract) -> Iterator[Problem]:
    """Every 202 has a link to the operation that reports the result; SDKs and tests follow it."""
    for operation in contract.operations:
        reference = operation.responses.get("202")
        if reference is None or operation.method == "get":
            continue
        response = contract.follow(reference)
        if response is not None and not response.mapping("links"):
            hint = "add `links` with the operation that reports the result"
            yield finding(reference.at(), f"the 202 of {operation.id} has no link", hint=hint)


def correlation_parameter(contract: Contract) -> Iterator[Problem]:
    """Every operation accepts `X-Correlation-ID`, and none requires it: the server generates one when it is missing."""
    for operation in contract.operations:
        parameter = operation.parameter("X-Correlation-ID", "header")
        if parameter is None:
            hint = "refer to CorrelationId in _common/parameters.yaml"
            yield finding(
                operation.node.at("parameters"), f"{operation.id} does not accept X-Correlation-ID", hint=hint
            )
        elif parameter.get("required") is True:
            yield finding(
                parameter.at("required"), f"{operation.id} requires X-Correlation-ID", hint="write required: false"
            )


def idempotency_parameter(contract: Contract) -> Iterator[Problem]:
    """Changes made by a person can be repeated safely: POST and PUT with an access token take `X-Idempotency-Key`."""
    for operation in contract.operations:
        is_due = (
            operation.method in ("post", "put") and "accessBearerAuth" in operation.schemes and operation.id != "logout"
        )
        if is_due and operation.parameter("X-Idempotency-Key", "header") is None:
            hint = "refer to IdempotencyKey in _common/parameters.yaml"
            yield finding(operation.node.at("parameters"), f"{operation.id} does not take X-Idempotency-Key", hint=hint)


RULES = rules_of(
    "operations",
    (
        operation_id,
        unique_operation_id,
        operation_text,
        operation_tag,
        path_parameters,
        distinct_paths,
        parameter_text,
        unique_parameters,
        link_leads_on,
        accepted_leads_on,
        correlation_parameter,
        idempotency_parameter,
    ),
)
