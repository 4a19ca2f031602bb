"""Logins that an operation uses up: each request gets one of its own, which nothing else stands on."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import replace

from tools.conformance.contract.compiled import CompiledOperation, Scheme
from tools.conformance.drive import target as targets
from tools.conformance.drive.target import Target
from tools.conformance.judge.oracle import Credential
from tools.conformance.probe import altered_requests, edge_values
from tools.conformance.probe.altered_requests import Request
from tools.conformance.report import present
from tools.openapi import source


def login_for(target: Target, operation: CompiledOperation, names: Container[str]) -> Credential | None:
    """A new token, for `operation`, of the login among `names` that has a scheme of it; None when there is none."""
    schemes = {scheme.name for alternative in operation.security for scheme, _ in alternative}
    for login in target.logins:
        if login.name in names and login.scheme in schemes:
            return targets.log_in_anew(target, login.name)
    return None


def carrying(target: Target, operation: CompiledOperation, request: Request, credential: Credential) -> Request:
    """`request` made with `credential`, which is repeated in its body where `target` says so."""
    scheme: Scheme = next(
        scheme for alternative in operation.security for scheme, _ in alternative if scheme.name == credential.scheme
    )
    token = credential.value.removeprefix("Bearer ")
    return altered_requests.carrying(echoing(target, operation, request, token), scheme, token)


def echoing(target: Target, operation: CompiledOperation, request: Request, token: str) -> Request:
    """`request` with `token` in its body where `target` says that it must be repeated."""
    pointer = target.echoes.get(operation.operation_id)
    if pointer is None or not request.body:
        return request
    body = edge_values.replaced(json.loads(request.body), source.split(pointer), token)
    return replace(request, body=json.dumps(body).encode())


def at_present(target: Target, request: Request) -> Request:
    """`request` with the moments of examples brought_to to the present."""
    if not target.present or not request.body or not request.headers.get("content-type", "").endswith("json"):
        return request
    body = present.with_moments_at(json.loads(request.body), target.present, present.now())
    return replace(request, body=json.dumps(body).encode())
