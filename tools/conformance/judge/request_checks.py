"""Checks of a request against the contract, whatever the reply was: its parameters and its body."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tools.conformance.contract import media
from tools.conformance.contract.compiled import Body, CompiledOperation
from tools.conformance.contract.schemas import Compiled
from tools.conformance.drive.exchange import NOT_JSON, Exchange, may_hold_half_a_surrogate, parse_query
from tools.conformance.judge import decoding

BodyState = Literal["valid", "invalid", "unsure", "absent", "unreadable"]


class Violation(NamedTuple):
    """A part of a request that breaks the contract."""

    pointer: str
    message: str
    state: str


def violations_of(operation: CompiledOperation, exchange: Exchange, path_values: dict[str, str]) -> list[Violation]:
    """Everything in the request that breaks the contract, or might (`state` = `unsure`)."""
    violations = []
    for parameter in operation.parameters:
        state = decoding.judge_parameter(parameter, exchange, path_values)
        if state == "absent" and parameter.required:
            violations.append(
                Violation(parameter.pointer, f"{parameter.location} parameter {parameter.name} is missing", "invalid")
            )
        elif state in {"invalid", "unsure"}:
            violations.append(
                Violation(parameter.pointer, f"{parameter.location} parameter {parameter.name} is invalid", state)
            )
    if operation.body is not None:
        carried_body = body_state(operation.body, exchange)
        if carried_body == "absent" and operation.body.required:
            violations.append(Violation(operation.body.pointer, "the body is missing", "invalid"))
        elif carried_body in {"invalid", "unsure", "unreadable"}:
            claim = "unsure" if carried_body == "unsure" else "invalid"
            violations.append(Violation(operation.body.pointer, f"the body is {carried_body}", claim))
    return violations


def has_unknown_parameter(operation: CompiledOperation, exchange: Exchange) -> bool:
    """Whether the query has a name that the operation does not declare, and the reply refuses just that.

    OpenAPI lets a service refuse such a name, and ignore it. A refusal for another reason is judged as if it were not there.
    """
    problem = exchange.json_reply
    errors = problem.get("errors") if isinstance(problem, dict) else None
    refused = {
        one.get("pointer") for one in errors or () if isinstance(one, dict) and one.get("code") == "unknown_parameter"
    }
    names = {one.name for one in operation.parameters if one.location == "query"}
    names |= {scheme.carrier for way in operation.security for scheme, _ in way if scheme.kind == "query"}
    unknown = (name for name in exchange.query_values if name not in names and name.partition("[")[0] not in names)
    return any(f"/query/{name}" in refused for name in unknown)


def body_state(body: Body, exchange: Exchange) -> BodyState:
    """Whether the request body of `exchange` keeps the contract."""
    media_type = exchange.header_values.get("content-type", "")
    content = media.match_content(body.contents, media_type)
    if not exchange.body:  # a form without fields is written as nothing at all
        return "unsure" if media_type and content is not None and content.media_type == media.FORM else "absent"
    if content is None:
        return "unsure" if not media_type else "invalid"
    if content.schema is None:
        return "valid"
    if content.media_type == media.FORM:
        return _form_state(content.schema, exchange.body)
    if not media.is_json(content.media_type):
        return "valid" if content.schema.types == frozenset({"string"}) else "unsure"
    value = exchange.json_body
    if value is NOT_JSON:
        return "unsure" if may_hold_half_a_surrogate(exchange.body) else "unreadable"
    if content.schema.has_marks and content.schema.strict.is_valid(value) != content.schema.is_valid(value):
        return "unsure"
    return "valid" if content.schema.is_valid(value) else "invalid"


def _form_state(schema: Compiled, body: bytes) -> BodyState:
    """A form's values are texts, and which of them a server reads as numbers is its own affair."""
    fields = parse_query(body.decode("utf-8", "replace"))
    value = {name: texts[0] if len(texts) == 1 else texts for name, texts in fields.items()}
    return "valid" if schema.is_valid(value) else "unsure"
