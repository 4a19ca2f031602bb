"""Requests with one thing changed: each probe takes an accepted request and lists the statuses that would be right."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tools.conformance.contract.compiled import CompiledOperation, Parameter, Scheme
from tools.conformance.drive.signing import Signature
from tools.conformance.drive.target import Target
from tools.conformance.judge.oracle import Credential
from tools.conformance.probe import edge_values

ANY = frozenset(range(200, 600))
NO_FAULT = ANY - {500}
REFUSED = frozenset({401})
HIDDEN = frozenset({403, 404})
DEFAULT_MAX_BODY_BYTES = 1_048_576
"""The largest body of an operation without `x-max-body-bytes`."""
"""Bytes that no operation of ours takes; only sent where 413 is documented."""
CLIENT_ERROR = frozenset(range(400, 500))


_MEDIA_TYPES = frozenset(
    {"text/plain", "application/xml", "application/x-www-form-urlencoded", "application/problem+json"}
)


@dataclass(frozen=True, slots=True)
class Request:
    """Method, target, headers and body of a message to send."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None

    def with_headers(self, **changes: str | None) -> Request:
        """Copy with `headers` set (underscores for dashes), or removed where None."""
        headers = dict(self.headers)
        for name, value in changes.items():
            headers.pop(name.replace("_", "-"), None)
            if value is not None:
                headers[name.replace("_", "-")] = value
        return replace(self, headers=headers)


@dataclass(frozen=True, slots=True)
class Probe:
    """One request, and the statuses that would be right."""

    name: str
    request: Request
    right: frozenset[int]
    sign: Signature | None = None
    unsigned: frozenset[str] = frozenset()
    """Headers of the signature (lower case) that are sent as they stand in `request`."""


def who_calls(
    operation: CompiledOperation,
    request: Request,
    credentials: tuple[Credential, ...],
    signature: Signature | None,
    owner: str = "",
) -> Iterator[Probe]:
    """Nobody, somebody unknown, and everybody the harness knows: 401, 401, and by scope.

    When the object belongs to the tenant `owner`, anybody of another tenant must not find it.
    """
    bare = without_proof(operation, request)
    if operation.is_public:
        yield Probe("without any proof", bare, NO_FAULT - {403} if signature is None else REFUSED)
        return
    yield Probe("without any proof", bare, REFUSED, signature)
    for alternative in operation.security:
        for scheme, _ in alternative:
            for wrong in ("nobody-knows-this", "", "\u00e9\u2603", "x" * 5000):
                name = f"with the wrong {scheme.name} {wrong[:20]!r}"
                yield Probe(name, carrying(bare, scheme, wrong), REFUSED, signature)
    required = [scopes for alternative in operation.security for _, scopes in alternative if scopes]
    names = {scheme.name: scheme for alternative in operation.security for scheme, _ in alternative}
    strangers_first = sorted(credentials, key=lambda item: item.tenant == owner)
    for credential in strangers_first:
        if credential.scheme not in names or (signature is not None and credential.tenant != signature.tenant):
            continue
        known = carrying(bare, names[credential.scheme], credential.value.removeprefix("Bearer "))
        allowed = not required or any(scopes <= credential.scopes for scopes in required)
        foreign = bool(owner) and credential.tenant != owner
        right = frozenset({403}) if not allowed else HIDDEN if foreign else NO_FAULT - {401, 403}
        role = "lacks the scope" if not allowed else "is of another tenant" if foreign else "may"
        yield Probe(f"as {credential.name}, who {role}", known, right, signature)


def without_proof(operation: CompiledOperation, request: Request) -> Request:
    """`request` carrying nothing that could prove who calls."""
    headers = {name: value for name, value in request.headers.items() if name not in {"authorization", "cookie"}}
    target = request.target
    for alternative in operation.security:
        for scheme, _ in alternative:
            headers.pop(scheme.carrier, None)
            if scheme.kind == "query":
                path, _, query = target.partition("?")
                pairs = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != scheme.carrier]
                target = f"{path}?{'&'.join(pairs)}" if pairs else path
    return replace(request, headers=headers, target=target)


def carrying(request: Request, scheme: Scheme, value: str) -> Request:
    """`request` with `value` as its proof for `scheme`."""
    if scheme.kind == "query":
        joint = "&" if "?" in request.target else "?"
        return replace(request, target=f"{request.target}{joint}{scheme.carrier}={quoted(value)}")
    text = f"{scheme.kind.capitalize()} {value}" if scheme.kind in {"bearer", "basic"} else value
    return replace(request, headers={**request.headers, scheme.carrier: text})


def asking(operation: CompiledOperation, request: Request, parameter: Parameter, text: str | None) -> Request | None:
    """`request` with `parameter` set to `text`, or left out when None; None when it cannot be sent so."""
    message = edge_values.with_parameter(request.target, request.headers, parameter, text, operation)
    return replace(request, target=message[0], headers=message[1]) if message is not None else None


def quoted(value: str) -> str:
    """`value` with every byte written as `%XX`."""
    return "".join(f"%{byte:02X}" for byte in value.encode())


def bodies(operation: CompiledOperation, request: Request, signature: Signature | None) -> Iterator[Probe]:
    """Bytes that are no JSON, JSON that is no object, another media type: refused, and never with a 500."""
    declared = {content.media_type for content in operation.body.contents} if operation.body else set()
    nested = b"[" * 20_000 + b"]" * 20_000
    refused = CLIENT_ERROR if signature is None else CLIENT_ERROR | {200}
    for name, body in {
        "broken JSON": b'{"a": ',
        "no UTF-8": b'{"a": "\xff\xfe"}',
        "NaN": b'{"a": NaN}',
        "JSON nested 20,000 deep": nested,
        "no bytes at all": b"",
        "a lone surrogate": b'{"a": "\\ud800"}',
        "an object with a NUL": b'{"a\\u0000": "\\u0000"}',
        "a huge number": b'{"a": 1' + b"0" * 5000 + b"}",
    }.items():
        is_optional = not body and operation.body is not None and not operation.body.required
        yield Probe(f"body: {name}", replace(request, body=body), NO_FAULT if is_optional else refused, signature)
    if "413" in operation.replies:
        largest = int(operation.raw.get("x-max-body-bytes", DEFAULT_MAX_BODY_BYTES))
        padding = b" " * (largest + 1 - len(request.body or b""))
        large = replace(request, body=(request.body or b"{}") + padding)
        yield Probe("body: too large", large, frozenset({413}), signature)
    for media_type in sorted(_MEDIA_TYPES - declared):
        other = request.with_headers(content_type=media_type)
        yield Probe(f"body as {media_type}", other, frozenset({415}), signature)


def strangers(
    operation: CompiledOperation, request: Request, signature: Signature, target: Target, schemes: dict[str, Scheme]
) -> Iterator[Probe]:
    """Keys of another tenant, and keys of a kind this operation does not take: all refused, however well signed."""
    bare = without_proof(operation, request)
    own = {scheme.name for alternative in operation.security for scheme, _ in alternative}
    for key in target.keys:
        if key.scheme not in schemes or key.name in target.limited:
            continue
        stranger = carrying(bare, schemes[key.scheme], key.value)
        if key.scheme not in own:
            yield Probe(f"with a {key.scheme}, which this operation does not take", stranger, REFUSED, signature)
        elif key.tenant != signature.tenant:
            yield Probe(f"as {key.tenant}, signed by {signature.tenant}", stranger, REFUSED, signature)


def fresh(request: Request, number: int) -> Request:
    """`request` about something new: its first id replaced by one of the number `number`, so it is no replay."""
    body: Any = json.loads(request.body or b"{}")
    if isinstance(body, dict) and isinstance(body.get("id"), str):
        body["id"] = f"probe_{number}"
    return replace(request, body=json.dumps(body).encode())


def tampered(request: Request, signature: Signature) -> Iterator[Probe]:
    """One delivery, wrong in every way a stranger could try: refused, all of them."""
    body, good = request.body or b"", signature.headers(request.body or b"")
    for label, headers in [*_wrong_proofs(body, signature, good), *signature.forged(body).items()]:
        yield Probe(label, _with(request, headers), REFUSED)
    for label, changed in {
        "one byte of the body changed": body[:-2] + (b" " if body[-2:-1] != b" " else b"\t") + body[-1:],
        "one byte added to the body": body + b"\n",
        "the body serialised anew": json.dumps(json.loads(body), indent=1).encode(),
    }.items():
        yield Probe(label, replace(_with(request, good), body=changed), REFUSED)


def _wrong_proofs(
    body: bytes, signature: Signature, good: dict[str, str]
) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    name = signature.header.lower()
    proof = good[name]
    flipped = proof[:-4] + ("A" if proof[-4] != "A" else "B") + proof[-3:]
    for label, value in {
        "without a signature": None,
        "with an empty signature": "",
        "with a signature one character off": flipped,
        "with half a signature": proof[: len(proof) // 2],
        "with a garbage signature": "t=1,v1=zz,=,,;;",
        "with a non-ASCII signature": proof[:-1] + "\u00e9",
        "with a signature of other characters": proof[:-1] + "\u2603",
        "with a huge signature": "v1=" * 150,
    }.items():
        yield label, {**good, name: value}
    for other, value in good.items():
        if other != name:
            yield f"without {other}", {**good, other: None}
            yield f"with {other} written backwards", {**good, other: value[::-1]}
    yield "signed with another secret", signature.headers(body, secret="not the secret")  # noqa: S106  # a wrong one
    yield "with the signature of an empty body", signature.headers(b"")
    if signature.tolerance_seconds:
        now, edge = time.time(), signature.tolerance_seconds
        yield "signed long ago", signature.headers(body, at=now - edge - 60)
        yield "signed in the future", signature.headers(body, at=now + edge + 60)
        yield "signed at no time", signature.headers(body, at=0)


def _with(request: Request, headers: Mapping[str, str | None]) -> Request:
    return request.with_headers(**{name.replace("-", "_"): value for name, value in headers.items()})


def edges(
    operation: CompiledOperation,
    request: Request,
    schemas: edge_values.Schemas,
    signature: Signature | None,
    coverage: edge_values.EdgeCoverage,
) -> Iterator[Probe]:
    """Every parameter, and every place of the body outside `coverage`, at and beyond its edges; the oracle judges them."""
    values = _parameter_texts(operation, request)
    for parameter in operation.parameters:
        texts = [None, *edge_values.texts_of(schemas, parameter, values.get((parameter.location, parameter.name)))]
        for text in texts:
            changed = asking(operation, request, parameter, text)
            if changed is not None:
                name = f"{parameter.location} {parameter.name} = {text[:40] if text is not None else 'absent'}"
                yield Probe(name, changed, NO_FAULT, signature, frozenset({parameter.name.lower()}))
    content = next((item for item in operation.body.contents if item.schema), None) if operation.body else None
    if content is not None and content.schema is not None and request.body:
        accepted = json.loads(request.body)
        for name, value in schemas.bodies(content.schema.schema, accepted, coverage):
            changed = replace(request, body=json.dumps(value).encode())
            yield Probe(f"body {name}", changed, NO_FAULT, signature)


def _parameter_texts(operation: CompiledOperation, request: Request) -> dict[tuple[str, str], str]:
    """Texts of the parameters in `request`, as far as edges can start from them."""
    headers: dict[tuple[str, str], str] = {("header", name): value for name, value in request.headers.items()}
    parameters = {
        ("header", item.name): item.name.lower() for item in operation.parameters if item.location == "header"
    }
    return headers | {key: request.headers[lower] for key, lower in parameters.items() if lower in request.headers}


def combined(
    operation: CompiledOperation, request: Request, schemas: edge_values.Schemas, count: int, seed: int
) -> Iterator[Probe]:
    """Many right combinations of the query parameters: what breaks only in a corner of three."""
    if request.method != "GET":
        return
    path = request.target.partition("?")[0]
    for row in edge_values.combinations(schemas, operation, count, seed):
        query = "&".join(f"{name}={quote(text, safe=',')}" for name, text in row.items())
        yield Probe(
            f"combination {query[:80]}", replace(request, target=f"{path}?{query}" if query else path), NO_FAULT
        )
