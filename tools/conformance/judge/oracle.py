"""The second verdict: does this exchange keep the contract? Judged from the record alone, by code Schemathesis has no part in.

A finding names the rule, the operation and the place in the contract that was broken. What the record cannot decide (a scalar
sent twice, `1.0` for an integer) is left alone: the oracle claims only what the contract says.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from tools.conformance.contract import media
from tools.conformance.contract.compiled import CompiledOperation, Contract, Header, Reply, Scheme
from tools.conformance.drive.exchange import NOT_JSON, Exchange
from tools.conformance.judge import decoding, request_checks


class Finding(NamedTuple):
    """One broken promise."""

    rule: str
    operation: str
    pointer: str
    """JSON pointer into the bundle."""
    message: str
    exchange: str
    """Id of the exchange."""


class Credential(NamedTuple):
    """A proof the harness holds: what a request that carries `value` may do."""

    name: str
    scheme: str
    """Security scheme it is for."""
    value: str
    """As carried: `Bearer …` for bearer schemes, the key itself otherwise."""
    scopes: frozenset[str]
    tenant: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Facts about a service that a contract cannot express; the target file has them."""

    credentials: tuple[Credential, ...] = ()
    rule_codes: frozenset[str] = frozenset()
    """Values of `code` in a problem document with which a well-formed request may be refused (a business rule)."""
    refusals: frozenset[int] = frozenset({400, 415, 422})
    """Statuses that say: the request breaks the contract."""
    opaque: frozenset[str] = frozenset()
    """Query parameters whose values only the service can make: refusing another one is right, whatever its schema."""
    polite_refusals: tuple[tuple[str, frozenset[str]], ...] = ()
    """Members of an accepted reply that say the request broke the contract, with their values: `outcome` is `dead`; `*` is any
    list that is not empty, such as notes of what was wrong."""
    ignored_paths: frozenset[str] = frozenset()
    """Paths the service serves beside the contract (metrics, documentation); `*` stands for anything."""
    _by_value: dict[str, Credential] = field(default_factory=dict, repr=False)

    def ignores(self, path: str) -> bool:
        """Whether the service serves `path` beside the contract."""
        return any(fnmatchcase(path, pattern) for pattern in self.ignored_paths)

    def credential(self, value: str) -> Credential | None:
        """The proof that is carried as `value`, if the harness holds it."""
        if not self._by_value:
            self._by_value.update({item.value: item for item in self.credentials})
        return self._by_value.get(value)


class Proof(NamedTuple):
    """Who a request says it is, for one operation."""

    kind: Literal["none", "bad", "good"]
    scopes: frozenset[str]
    tenant: str


def judge_all(contract: Contract, exchanges: Iterable[Exchange], policy: Policy) -> list[Finding]:
    """Findings of all `exchanges`, in their order."""
    findings: list[Finding] = []
    for exchange in exchanges:
        findings.extend(judge(contract, exchange, policy))
    return findings


def judge(contract: Contract, exchange: Exchange, policy: Policy) -> list[Finding]:
    """Every promise of the contract that `exchange` breaks."""
    template, path_values = contract.match(exchange.path)
    if template is None:
        return _judge_unknown(exchange, policy)
    operation = contract.by_template.get(template, {}).get(exchange.method)
    if operation is None:
        return _judge_method(contract, template, exchange)
    # What is not written yet breaks no promise; the report counts it.
    if exchange.status == 501 and "501" not in operation.replies:
        return []
    return judge_operation(operation, exchange, path_values, policy)


def judge_operation(
    operation: CompiledOperation, exchange: Exchange, path_values: dict[str, str], policy: Policy
) -> list[Finding]:
    """`judge`, once the operation is known."""
    findings = list(judge_reply(operation, exchange))
    proof = proof_of(operation, exchange, policy)
    findings.extend(_judge_security(operation, exchange, proof))
    # Other errors, such as 429 and 503, say nothing about the request, so they cannot contradict its schema.
    if exchange.status < 400 or exchange.status in policy.refusals:
        findings.extend(_judge_request(operation, exchange, path_values, policy))
    return findings


def judge_record(contract: Contract, exchanges: Iterable[Exchange], policy: Policy) -> list[Finding]:
    """Findings that need several exchanges: a public operation that treats callers with a proof differently."""
    pairs: dict[tuple[str, str, bytes | None], dict[bool, Exchange]] = {}
    for exchange in exchanges:
        operation = operation_of(contract, exchange)
        if operation is not None and operation.is_public and (exchange.status < 400 or exchange.status == 401):
            proven = any(policy.credential(value) is not None for _, value in exchange.headers) or any(
                policy.credential(value) is not None for values in exchange.query_values.values() for value in values
            )
            path = exchange.path
            if proven == (exchange.status < 400):
                pairs.setdefault((operation.key, path, exchange.body), {})[proven] = exchange
    return [
        Finding(
            "proof-matters",
            key,
            contract.operations[key].security_pointer,
            "anybody may call, yet a proof decides",
            pair[False].id,
        )
        for (key, _, _), pair in pairs.items()
        if len(pair) > 1
    ]


def operation_of(contract: Contract, exchange: Exchange) -> CompiledOperation | None:
    """The operation that `exchange` reached, if the contract has it."""
    template, _ = contract.match(exchange.path)
    return contract.by_template.get(template, {}).get(exchange.method) if template is not None else None


def _judge_unknown(exchange: Exchange, policy: Policy) -> list[Finding]:
    if exchange.status < 400 and not policy.ignores(exchange.path):
        name = f"{exchange.method} {exchange.path}"
        message = f"{name} answers {exchange.status}, but the contract has no such path"
        return [Finding("undeclared-path", name, "/paths", message, exchange.id)]
    return []


def _judge_method(contract: Contract, template: str, exchange: Exchange) -> list[Finding]:
    methods = contract.by_template.get(template, {})
    # Frameworks answer these two by themselves, and contracts leave them to HTTP.
    if exchange.method in {"HEAD", "OPTIONS"}:
        return []
    name = f"{exchange.method} {template}"
    pointer = "/paths/" + template.replace("~", "~0").replace("/", "~1")
    if exchange.status < 400:
        message = f"{name} answers {exchange.status}, but the contract does not have this method"
        return [Finding("undeclared-method", name, pointer, message, exchange.id)]
    if exchange.status == 405:
        allowed = {method.strip().upper() for method in exchange.reply_values.get("allow", "").split(",")} - {""}
        if allowed - {"HEAD", "OPTIONS"} != set(methods):
            message = f"405 says Allow: {', '.join(sorted(allowed)) or 'nothing'}; the contract has {', '.join(sorted(methods))}"
            return [Finding("allow-header", name, pointer, message, exchange.id)]
    return []


# --- the reply -------------------------------------------------------------------------------------------------------------


def reply_for(operation: CompiledOperation, status: int) -> Reply | None:
    """Documented response for `status`: exact, then `4XX`, then `default`."""
    replies = operation.replies
    return replies.get(str(status)) or replies.get(f"{status // 100}XX") or replies.get("default")


def judge_reply(operation: CompiledOperation, exchange: Exchange) -> Iterator[Finding]:
    """Findings about the response alone."""
    reply = reply_for(operation, exchange.status)
    if exchange.status == 500:
        yield _finding("server-error", operation, operation.pointer, "the service failed (500)", exchange)
    if reply is None:
        message = f"status {exchange.status} is not documented ({', '.join(operation.replies)} are)"
        yield _finding("undeclared-status", operation, operation.pointer + "/responses", message, exchange)
        return
    headers = exchange.reply_values
    for header in reply.headers:
        yield from _judge_header(operation, header, headers.get(header.name), exchange)
    if not reply.contents:
        if exchange.reply_body:
            yield _finding("unexpected-body", operation, reply.pointer, f"{exchange.status} has no body", exchange)
        return
    if exchange.method != "HEAD":
        yield from _judge_reply_body(operation, reply, exchange)


def _judge_header(
    operation: CompiledOperation, header: Header, text: str | None, exchange: Exchange
) -> Iterator[Finding]:
    if text is None:
        if header.required:
            message = f"the response header {header.name} is missing from a {exchange.status}"
            yield _finding("missing-header", operation, header.pointer, message, exchange)
        return
    if header.schema is None:
        return
    schema = header.schema
    if text not in schema.memo:
        values = list(decoding.scalar_candidates(text, schema.types)) or [text]
        schema.memo[text] = "" if any(schema.is_valid(value) for value in values) else schema.first_error(values[-1])[0]
    if schema.memo[text]:
        message = f"the response header {header.name} is {text!r}: {schema.memo[text]}"
        yield _finding("invalid-header", operation, header.pointer, message, exchange)


def _judge_reply_body(operation: CompiledOperation, reply: Reply, exchange: Exchange) -> Iterator[Finding]:
    content_type = exchange.reply_values.get("content-type", "")
    content = media.match_content(reply.contents, content_type)
    if content is None:
        declared = ", ".join(item.media_type for item in reply.contents)
        message = f"{exchange.status} is {content_type or 'without a content type'}, documented is {declared}"
        yield _finding("undeclared-media-type", operation, reply.pointer, message, exchange)
        return
    if content.schema is None or not media.is_json(content.media_type):
        return
    value = exchange.json_reply
    if value is NOT_JSON:
        yield _finding("not-json", operation, content.pointer, "the body is not JSON", exchange)
    elif not content.schema.is_valid(value):
        message, place, pointer = content.schema.first_error(value)
        yield _finding("invalid-body", operation, pointer, f"at {place or '/'}: {message}", exchange)


# --- the request ------------------------------------------------------------------------------------------------------------


def _judge_request(
    operation: CompiledOperation, exchange: Exchange, path_values: dict[str, str], policy: Policy
) -> Iterator[Finding]:
    violations = request_checks.violations_of(operation, exchange, path_values)
    if exchange.status < 400:
        if is_polite_refusal(exchange, policy):
            return
        for violation in violations:
            if violation.state == "invalid":
                message = f"{violation.message}, yet the reply is {exchange.status}"
                yield _finding("accepted-invalid", operation, violation.pointer, message, exchange)
                return
    elif not violations and not _may_refuse(operation, exchange, policy):
        message = f"the request keeps the contract, yet the reply is {exchange.status}"
        yield _finding("refused-valid", operation, operation.pointer, message, exchange)


def _may_refuse(operation: CompiledOperation, exchange: Exchange, policy: Policy) -> bool:
    """Whether a refusal of a request that keeps the contract may be right."""
    if request_checks.has_unknown_parameter(operation, exchange):
        return True
    return _is_rule_refusal(exchange, policy) or _is_opaque(operation, exchange, policy)


def is_polite_refusal(exchange: Exchange, policy: Policy) -> bool:
    """Whether the reply is a success by its status and says, in its body, that nothing was accepted."""
    return any(says(exchange.json_reply, name, values) for name, values in policy.polite_refusals)


def says(reply: object, name: str, values: Container[object]) -> bool:
    """Whether a member `name` with one of `values` stands in `answer`, or in an item of a list in it (a batch)."""
    if isinstance(reply, list):
        return any(says(item, name, values) for item in reply)
    if not isinstance(reply, dict):
        return False
    known = reply.get(name)
    if (isinstance(known, str) and known in values) or (isinstance(known, list) and known and "*" in values):
        return True
    return any(says(item, name, values) for item in reply.values() if isinstance(item, list))


def _is_opaque(operation: CompiledOperation, exchange: Exchange, policy: Policy) -> bool:
    """Whether the request carries a value that only the service can make, such as a cursor."""
    return any(
        parameter.name in policy.opaque and parameter.location == "query" and parameter.name in exchange.query_values
        for parameter in operation.parameters
    )


def _is_rule_refusal(exchange: Exchange, policy: Policy) -> bool:
    reply = exchange.json_reply
    return isinstance(reply, dict) and reply.get("code") in policy.rule_codes


# --- who calls --------------------------------------------------------------------------------------------------------------


def carried(scheme: Scheme, exchange: Exchange) -> str | None:
    """The proof that `exchange` carries for `scheme`; None when it carries none."""
    if scheme.kind == "query":
        values = exchange.query_values.get(scheme.carrier)
        return values[0] if values else None
    if scheme.kind == "cookie":
        return exchange.cookie_values.get(scheme.carrier)
    value = exchange.header_values.get(scheme.carrier)
    if scheme.kind in {"bearer", "basic"} and value is not None and not value.lower().startswith(scheme.kind + " "):
        return None
    return value


def proof_of(operation: CompiledOperation, exchange: Exchange, policy: Policy) -> Proof:
    """The proof of the caller, by the alternative of `operation` that the request satisfies best."""
    best = Proof("none", frozenset(), "")
    for alternative in operation.security:
        values = [(scheme, carried(scheme, exchange)) for scheme, _ in alternative]
        if not values or any(value is None for _, value in values):
            continue
        known = [policy.credential(value or "") for _, value in values]
        if all(
            item is not None and item.scheme == scheme.name for item, (scheme, _) in zip(known, values, strict=True)
        ):
            scopes = frozenset().union(*(item.scopes for item in known if item))
            return Proof("good", scopes, known[0].tenant if known[0] else "")
        best = Proof("bad", frozenset(), "")
    return best


def _judge_security(operation: CompiledOperation, exchange: Exchange, proof: Proof) -> Iterator[Finding]:
    status, pointer = exchange.status, operation.security_pointer
    if operation.is_public:
        if status == 401 and "401" not in operation.replies:
            yield _finding("needless-401", operation, pointer, "anybody may call, yet the reply is 401", exchange)
        return
    if proof.kind == "none" and status < 400:
        yield _finding("open-door", operation, pointer, f"no proof was sent, yet the reply is {status}", exchange)
    if proof.kind != "good" or not proof.scopes:
        return
    required = [scopes for alternative in operation.security for _, scopes in alternative if scopes]
    if not required:
        return
    allowed = any(scopes <= proof.scopes for scopes in required)
    if not allowed and (status < 400 or status in {404, 409}):
        names = " or ".join(", ".join(sorted(scopes)) for scopes in required)
        yield _finding(
            "scope-ignored", operation, pointer, f"the caller lacks the scope {names}, yet gets {status}", exchange
        )
    if allowed and status == 403:
        yield _finding("scope-refused", operation, pointer, "the caller has the scope, yet gets 403", exchange)


def _finding(rule: str, operation: CompiledOperation, pointer: str, message: str, exchange: Exchange) -> Finding:
    return Finding(rule, operation.key, pointer, message, exchange.id)
