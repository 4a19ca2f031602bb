"""Loaded by Schemathesis (`SCHEMATHESIS_HOOKS`): signs deliveries over their exact bytes, and adds the convention checks.

What it needs to know stands in the file that `CONFORMANCE_SESSION` names; `engine.py` writes both.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests.auth
import schemathesis
from schemathesis.core.parameters import ParameterLocation

from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.signing import Signature
from tools.conformance.judge import conventions, oracle
from tools.conformance.report import present

SESSION: dict[str, Any] = json.loads(Path(os.environ["CONFORMANCE_SESSION"]).read_text(encoding="utf-8"))
CONVENTIONS = conventions.Conventions(**SESSION["conventions"])
SIGNATURES: dict[str, Signature] = {}
for _raw in SESSION["signatures"]:
    for _operation in _raw["operations"]:
        _fields: dict[str, Any] = {**_raw, "operations": tuple(_raw["operations"])}
        SIGNATURES.setdefault(_operation, Signature(**_fields))
RULE_CODES = frozenset(SESSION["rule_codes"])


class SignExactBytes(requests.auth.AuthBase):
    """Runs last, on the prepared request: what is signed is what is sent."""

    def __init__(self, signature: Signature, case: Any) -> None:
        self.signature, self.case = signature, case

    def __call__(self, request: Any) -> Any:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        if isinstance(body, bytes):
            signature_headers = self.signature.headers(body)
            request.headers.update(
                {name: value for name, value in signature_headers.items() if not _is_about(self.case, name)}
            )
        return request


def _is_about(case: Any, name: str) -> bool:
    """Whether the case is about this very header being absent or wrong."""
    if case.meta is None or str(case.meta.generation.mode.value) != "negative":
        return False
    data = case.meta.phase.data
    if getattr(data, "parameter", None):
        return str(data.parameter).lower() == name.lower()
    if getattr(data, "parameter_location", None) not in {None, ParameterLocation.HEADER}:
        return False
    return bool(case.meta.is_negative_at(ParameterLocation.HEADER))


def _varies(case: Any, name: str) -> bool:
    """Whether the case tries values of this very header, right or wrong."""
    data = case.meta.phase.data if case.meta is not None else None
    return str(getattr(data, "parameter", "")).lower() == name.lower() or _is_about(case, name)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001  # the signature is Schemathesis'
    """Sign deliveries and pin what the target pins, unless the case is about that very header."""
    operation_id = case.operation.definition.raw.get("operationId", case.operation.label)
    if case.meta is not None and str(case.meta.generation.mode.value) == "positive":
        for name in SESSION["opaque"]:  # what only the service can make cannot be generated right
            if isinstance(case.query, dict):
                case.query.pop(name, None)
        case.body = present.with_moments_at(case.body, SESSION["present"], SESSION["moment"])
    signature = SIGNATURES.get(operation_id)
    headers: dict[str, str | None] = {**SESSION["pinned"].get(operation_id, {})}
    if SESSION["repeats"]:
        headers[SESSION["repeats"]] = None
    for name, value in headers.items():
        if not _varies(case, name):
            case.headers = {key: known for key, known in (case.headers or {}).items() if key.lower() != name.lower()}
            case.headers.update({name: value} if value is not None else {})
    if signature is not None:
        kwargs["auth"] = SignExactBytes(signature, case)


def _is_negative_in_body_alone(case: Any) -> bool:
    elsewhere = (ParameterLocation.HEADER, ParameterLocation.QUERY, ParameterLocation.PATH, ParameterLocation.COOKIE)
    return (
        case.meta is not None
        and bool(case.meta.is_negative_at(ParameterLocation.BODY))
        and not any(case.meta.is_negative_at(place) for place in elsewhere)
    )


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:  # noqa: ARG001  # as above
    """A business rule may refuse a right request, and a polite refusal is one; the oracle judges both alike."""
    if response.status_code == 501:
        return False  # not written yet: counted, and shown in the report
    kind = type(failure).__name__
    if kind == "AcceptedNegativeData" and not response.request.body and _is_negative_in_body_alone(case):
        return False  # a body of null was meant, and Schemathesis sends none: where that is wrong, the oracle says so
    if kind not in {"RejectedPositiveData", "AcceptedNegativeData", "MissingHeaderNotRejected"}:
        return True
    try:
        body = response.json()
    except ValueError:
        return True
    if not isinstance(body, dict):
        return True
    if kind == "RejectedPositiveData":
        return body.get("code") not in RULE_CODES
    return not any(oracle.says(body, name, values) for name, values in SESSION["polite_refusals"].items())


def to_exchange(response: Any) -> Exchange:
    """`response` of Schemathesis as the exchange that the convention checks read."""
    request = response.request
    parts = urlsplit(request.url)
    body = request.body
    return Exchange(
        id="",
        method=request.method,
        path=parts.path,
        query=parts.query,
        headers=tuple(_texts(request.headers)),
        body=body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else None,
        status=response.status_code,
        reply_headers=tuple(_texts(response.headers)),
        reply_body=response.content or b"",
    )


def _texts(headers: Any) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        # The same header may come several times, and joining the values would hide a wrong one.
        for text in value if isinstance(value, list) else [value]:
            yield name.lower(), text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _register(check: conventions.Check) -> None:
    def own_check(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001  # the signature is Schemathesis'
        message = check(to_exchange(response), CONVENTIONS)
        if message is not None:
            raise AssertionError(message)

    own_check.__name__ = f"convention_{check.__name__}"
    own_check.__doc__ = check.__doc__
    schemathesis.check(own_check)


for _check in conventions.CHECKS:
    _register(_check)

if SESSION.get("hooks"):
    _spec = importlib.util.spec_from_file_location("conformance_target_hooks", SESSION["hooks"])
    if _spec is None or _spec.loader is None:
        raise ImportError(f"{SESSION['hooks']} is not a Python file")
    _spec.loader.exec_module(importlib.util.module_from_spec(_spec))
