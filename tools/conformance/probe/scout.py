"""One right request per operation, made from the contract's own examples, before anything else: who answers 501?

An operation that is not written yet is counted and left out of the run; its one exchange stays in the record.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tools.conformance.contract.compiled import CompiledOperation, Contract, Parameter
from tools.conformance.drive import wire
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.target import BadTarget, Target
from tools.conformance.judge.oracle import Credential, Policy
from tools.conformance.probe import altered_requests, disposable, edge_values
from tools.conformance.probe.altered_requests import Request
from tools.conformance.report import present
from tools.openapi import source


def scout(
    target: Target, contract: Contract, policy: Policy, only: frozenset[str]
) -> tuple[list[Exchange], list[Credential]]:
    """An exchange for every operation (of the ids `only`, unless that is empty), and the credentials fetched for it.

    Raises `BadTarget` when the service does not answer.
    """
    operations = [item for item in contract.operations.values() if not only or item.operation_id in only]
    client = wire.Client(target.url)
    exchanges, learned = [], []
    try:
        # Operations that use up a login come last, so that every other one is still asked by somebody known.
        for operation in sorted(operations, key=lambda item: item.operation_id in target.private):
            is_private = operation.operation_id in target.private
            own = disposable.login_for(target, operation, target.sacrifices) if is_private else None
            request = example_request(target, contract, operation, (own,) if own else policy.credentials)
            if own is not None:
                learned.append(own)
                request = disposable.carrying(target, operation, request, own)
            exchanges.append(_send(client, target, operation, request, "the contract's example"))
    except OSError as error:
        raise BadTarget(f"{target.url} does not answer: {error}") from error
    finally:
        client.close()
    return exchanges, learned


def _send(
    client: wire.Client, target: Target, operation: CompiledOperation, request: Request, purpose: str
) -> Exchange:
    headers = dict(request.headers)
    for signature in target.signatures:
        if operation.operation_id in signature.operations:
            headers = signature.headers(request.body or b"") | headers
    exchange = client.send(request.method, request.target, headers, request.body, source="scout", purpose=purpose)
    exchange.operation = operation.key
    return exchange


def example_request(
    target: Target, contract: Contract, operation: CompiledOperation, credentials: tuple[Credential, ...]
) -> Request:
    """The request of the contract's examples, with the headers that `target` pins and moments brought to the present."""
    pinned = target.pinned.get(operation.operation_id, {})
    return disposable.at_present(target, request_for(contract, operation, credentials, pinned))


def seed(
    target: Target, contract: Contract, policy: Policy, only: frozenset[str]
) -> tuple[list[Exchange], list[Credential]]:
    """Send what `target` wants to begin with, as far as it is of `only` or wanted everywhere; also credentials fetched for it.

    Raises `BadTarget` for a seed of an operation that does not exist.
    """
    by_id = {item.operation_id: item for item in contract.operations.values()}
    client = wire.Client(target.url)
    exchanges, learned = [], []
    for row in target.seeds:
        if row.get("operation") not in by_id:
            raise BadTarget(f"a seed is of {row.get('operation')!r}, which is no operation of the contract")
        if only and row["operation"] not in only and not row.get("everywhere"):
            continue
        operation = by_id[row["operation"]]
        own = (
            disposable.login_for(target, operation, target.sacrifices)
            if operation.operation_id in target.private
            else None
        )
        request = example_request(target, contract, operation, (own,) if own else policy.credentials)
        learned.extend([own] if own else [])
        body = _seed_body(row["body"]) if "body" in row else request.body
        pinned = {name.lower(): value for name, value in row.get("headers", {}).items()}
        place = row.get("path", request.target)
        message = replace(request, target=place, body=body, headers={**request.headers, **pinned})
        exchanges.append(_send(client, target, operation, message, "a seed"))
    client.close()
    return exchanges, learned


def _seed_body(content: object) -> bytes:
    """The body of a seed, as of now."""
    text = json.dumps(content).replace('"{now}"', str(int(time.time())))
    return text.replace("{moment}", present.now()).encode()


def request_for(
    contract: Contract, operation: CompiledOperation, credentials: tuple[Credential, ...], pinned: Mapping[str, str]
) -> Request:
    """The request that the contract's examples describe, with the headers `pinned`, as somebody who may make it."""
    path, query, cookies = operation.template, [], []
    headers = {name.lower(): value for name, value in pinned.items()}
    for parameter in operation.parameters:
        value = example_of(contract, parameter)
        text = _as_text(value) if not isinstance(value, list) else ",".join(map(_as_text, value))
        if parameter.location == "path":
            path = path.replace("{" + parameter.name + "}", quote(text, safe=""))
        elif value is not None and parameter.required:
            if parameter.location == "query":
                texts = list(map(_as_text, value)) if isinstance(value, list) and parameter.explode else [text]
                query += [f"{quote(parameter.name)}={quote(item, safe=',')}" for item in texts]
            elif parameter.location == "header":
                headers[parameter.name.lower()] = text
            else:
                cookies.append(f"{parameter.name}={text}")
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    body = _body(contract, operation, headers)
    request = Request(operation.method, f"{path}?{'&'.join(query)}" if query else path, headers, body)
    return _as_somebody(operation, request, credentials)


def _as_somebody(operation: CompiledOperation, request: Request, credentials: tuple[Credential, ...]) -> Request:
    for alternative in operation.security:
        for scheme, scopes in alternative:
            for credential in credentials:
                if credential.scheme == scheme.name and scopes <= credential.scopes:
                    return altered_requests.carrying(request, scheme, credential.value.removeprefix("Bearer "))
    return request


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def example_of(contract: Contract, parameter: Parameter) -> Any:
    """An example of `parameter`; a value its schema allows when there is none, and None when there is no such value."""
    raw = source.resolve(contract.document, parameter.pointer)
    for value in _examples(raw, parameter):
        if parameter.schema.is_valid(value):
            return value
    texts = edge_values.texts_of(edge_values.Schemas(contract.document), parameter, None)
    return next((text for text in texts if text and edge_values.keeps(parameter, text)), None)


def _examples(raw: dict[str, Any], parameter: Parameter) -> Iterator[Any]:
    if "example" in raw:
        yield raw["example"]
    for example in raw.get("examples", {}).values():
        yield example.get("value")
    schema = parameter.schema.schema
    if isinstance(schema, dict):
        yield from schema.get("examples", ())
        if "default" in schema:
            yield schema["default"]


def _body(contract: Contract, operation: CompiledOperation, headers: dict[str, str]) -> bytes | None:
    if operation.body is None:
        return None
    for content in operation.body.contents:
        raw = source.resolve(contract.document, content.pointer)
        values = (
            [raw["example"]] if "example" in raw else [item.get("value") for item in raw.get("examples", {}).values()]
        )
        if values:
            headers["content-type"] = content.media_type
            return values[0].encode() if isinstance(values[0], str) else json.dumps(values[0]).encode()
    headers["content-type"] = operation.body.contents[0].media_type
    return b"{}"
