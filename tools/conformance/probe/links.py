"""Follow the links of the contract: the operation that a reply leads to must exist, and must take the values of the reply.

Expressions are those of OpenAPI 3.1 §4.8.20.4: `$response.body#/id`, `$request.path.id`, and texts that hold them in braces.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tools.conformance.contract.compiled import CompiledOperation, Contract
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge import oracle
from tools.conformance.judge.oracle import Credential
from tools.conformance.probe import altered_requests, scout
from tools.conformance.probe.altered_requests import ANY, Probe, Request
from tools.conformance.probe.prober import Prober
from tools.openapi import source

SOURCE = "link"
REPLIES = 30
"""How many replies a link is followed from before it counts as broken: an object may have been used up."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of one reply of one operation."""

    holder: CompiledOperation
    status: str
    name: str
    leads_to: CompiledOperation
    raw: dict[str, Any]

    @property
    def label(self) -> str:
        """Name of an exchange that follows it."""
        return f"{self.holder.operation_id} {self.status} {self.name}"


def links_of(contract: Contract, operations: Iterable[CompiledOperation]) -> Iterator[Link]:
    """Every link that replies of `operations` hold."""
    by_id = {item.operation_id: item for item in contract.operations.values()}
    for operation in operations:
        for status, reply in operation.replies.items():
            for name, link in reply.links.items():
                leads_to = by_id.get(link.get("operationId", ""))
                if leads_to is not None:
                    yield Link(operation, status, name, leads_to, link)


def follow(prober: Prober, requests: dict[str, Request], recorded: list[Exchange]) -> None:
    """Follow each link between written operations once, from the first reply that can be followed."""
    operations = [prober.contract.operations[key] for key in requests]
    reached = {exchange.operation for exchange in recorded if exchange.status != 501}
    for link in links_of(prober.contract, operations):
        if link.leads_to.key in reached:
            _follow(prober, link, requests, recorded)


def _follow(prober: Prober, link: Link, requests: dict[str, Request], recorded: list[Exchange]) -> None:
    exchange, reply = None, None
    for exchange in itertools.islice(_replies(prober, link, requests, recorded), REPLIES):
        request = _request(prober, link, exchange)
        if request is None:
            continue
        signature = prober.signature_of(link.leads_to)
        reply = prober.send(link.leads_to, Probe(link.label, request, ANY, signature), origin=SOURCE)
        if reply.status < 400:
            return
    if reply is not None:
        prober.blame(
            link.holder, "link-leads-nowhere", f"{link.label}: {reply.status}, and no other reply leads on", reply
        )
    elif exchange is not None:
        prober.blame(link.holder, "link-leads-nowhere", f"{link.label}: no reply has the values it needs", exchange)


def _replies(prober: Prober, link: Link, requests: dict[str, Request], recorded: list[Exchange]) -> Iterator[Exchange]:
    """Replies that hold `link`: new ones about each object of the list above, a new one, then those of the record."""
    holder = link.holder
    base_request = requests[holder.key]
    if holder.method == "GET" and link.leads_to.operation_id in prober.target.consumes:
        for place in prober.others(holder, base_request, prober.target.consumes[link.leads_to.operation_id]):
            yield prober.send(holder, Probe("look at an object", replace(base_request, target=place), ANY))
    if holder.method == "GET" or holder.is_public:
        yield prober.send(holder, Probe("a reply with links", base_request, ANY))
    for exchange in recorded:
        if oracle.operation_of(prober.contract, exchange) is holder:
            reply = oracle.reply_for(holder, exchange.status)
            if reply is not None and reply.status == link.status:
                yield exchange


def _request(prober: Prober, link: Link, exchange: Exchange) -> Request | None:
    """The request that `link` describes after `exchange`; None when the reply lacks what it needs."""
    operation, scope = link.leads_to, _Scope(prober.contract, exchange)
    request = scout.example_request(prober.target, prober.contract, operation, _known(prober, link, exchange))
    for name, expression in link.raw.get("parameters", {}).items():
        place, _, bare = name.rpartition(".")
        parameter = next(
            (item for item in operation.parameters if item.name == bare and place in {"", item.location}), None
        )
        value = scope.value(expression)
        if parameter is None or value is None:
            return None
        text = value if isinstance(value, str) else json.dumps(value)
        changed = altered_requests.asking(operation, request, parameter, text)
        if changed is None:
            return None
        request = changed
    if "requestBody" in link.raw:
        request = _with_body(prober, operation, request, scope.value(link.raw["requestBody"]))
    return request


def _with_body(prober: Prober, operation: CompiledOperation, request: Request, value: Any) -> Request:
    """`request` with `value` as its body; a token in it is who calls, where the target says that it must be."""
    request = replace(request, body=json.dumps(value).encode())
    place = prober.target.echoes.get(operation.operation_id)
    if place is None:
        return request
    token, scheme = str(source.resolve(value, place)), operation.security[0][0][0]
    prober.learned.append(Credential("linked", scheme.name, f"Bearer {token}", frozenset(), ""))
    return altered_requests.carrying(request, scheme, token)


def _known(prober: Prober, link: Link, exchange: Exchange) -> tuple[Credential, ...]:
    """Credentials of whom the reply was for, who may see what it shows."""
    own = [item for item in prober.policy.credentials if item.name not in prober.target.limited]
    tenant = oracle.proof_of(link.holder, exchange, prober.policy).tenant
    return tuple(item for item in own if not tenant or item.tenant == tenant)


_EMBEDDED = re.compile(r"\{(\$[^}]+)\}")


@dataclass(frozen=True, slots=True)
class _Scope:
    """The exchange that expressions read from."""

    contract: Contract
    exchange: Exchange

    def value(self, expression: Any) -> Any:
        """`expression` with what it stands for; None when that is not there."""
        if isinstance(expression, dict):
            return {name: self.value(part) for name, part in expression.items()}
        if not isinstance(expression, str):
            return expression
        if expression.startswith("$"):
            return self._of(expression)
        whole = _EMBEDDED.fullmatch(expression)
        if whole is not None:
            return self._of(whole[1])
        return _EMBEDDED.sub(lambda match: str(self._of(match[1])), expression)

    def _of(self, expression: str) -> Any:
        what, _, pointer = expression.partition("#")
        if what == "$response.body":
            return _at(self.exchange.json_reply, pointer)
        if what == "$request.body":
            return _at(self.exchange.json_body, pointer)
        side, _, rest = expression.partition(".")
        place, _, name = rest.partition(".")
        if side == "$response" and place == "header":
            return self.exchange.reply_values.get(name.lower())
        if place == "header":
            return self.exchange.header_values.get(name.lower())
        if place == "query":
            return next(iter(self.exchange.query_values.get(name, ())), None)
        return self.contract.match(self.exchange.path)[1].get(name) if place == "path" else None


def _at(value: Any, pointer: str) -> Any:
    try:
        return source.resolve(value, pointer)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
