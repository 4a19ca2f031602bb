"""Requests of our own, for what generation does not reach: who calls, how deliveries are signed, edges of single values, replays.

Probes start from requests the service has accepted, change one thing, and list the statuses that would be right. Each is an
exchange like any other: the oracle, the convention checks and the mutation score see it too.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tools.conformance.contract.compiled import CompiledOperation, Contract
from tools.conformance.drive import wire
from tools.conformance.drive.exchange import Exchange
from tools.conformance.drive.signing import Signature
from tools.conformance.drive.target import Target
from tools.conformance.judge import oracle, request_checks
from tools.conformance.judge.oracle import Credential, Finding, Policy
from tools.conformance.probe import altered_requests, disposable, edge_values
from tools.conformance.probe.altered_requests import NO_FAULT, Probe, Request
from tools.openapi import source


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Exchanges and findings of all probes."""

    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]
    outages: frozenset[str]
    """Exchanges while the database was away: a 500 that the contract documents is right there."""
    learned: tuple[Credential, ...]
    """Credentials that were fetched on the way."""


@dataclass(frozen=True, slots=True)
class BaseRequest:
    """A request the service accepted, to start probes from."""

    operation: CompiledOperation
    request: Request
    owner: str = ""
    """Tenant the object in the path belongs to; empty when nobody's."""


def base_requests(contract: Contract, exchanges: Iterable[Exchange], policy: Policy) -> dict[str, Exchange]:
    """For each operation an accepted request that keeps the contract, with a proof the harness holds: the fullest answer."""
    requests: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation = oracle.operation_of(contract, exchange)
        if operation is None or exchange.status >= 300:
            continue
        _, path_values = contract.match(exchange.path)
        proven = operation.is_public or oracle.proof_of(operation, exchange, policy).kind == "good"
        is_accepted = proven and not oracle.is_polite_refusal(exchange, policy)
        if is_accepted and not request_checks.violations_of(operation, exchange, path_values):
            known = requests.get(operation.key)
            if known is None or _fullness(exchange) >= _fullness(known):
                requests[operation.key] = exchange
    return requests


def _fullness(exchange: Exchange) -> tuple[int, int]:
    """How much there is to change in the request (a body with every property), and how many members the reply has.

    Not their length: figures that a service measures each time are longer in one run than in the next.
    """
    body, members = exchange.json_body, exchange.reply_body.count(b'":') if exchange.method == "GET" else 0
    return len(body) if isinstance(body, dict) else 0, members


class Prober:
    """Sends probes and keeps what came back."""

    def __init__(
        self, target: Target, contract: Contract, policy: Policy, *, combinations: int = 800, seed: int = 1
    ) -> None:
        self.target = target
        self.contract = contract
        self.policy = policy
        self.combinations = combinations
        self.seed = seed
        self.schemas = edge_values.Schemas(contract.document)
        self.coverage = edge_values.EdgeCoverage()
        self.client = wire.Client(target.url)
        self.exchanges: list[Exchange] = []
        self.findings: list[Finding] = []
        self.outages: set[str] = set()
        self.learned: list[Credential] = []
        self.numbers = itertools.count(1)

    def request_of(self, exchange: Exchange) -> Request:
        """`exchange` to be sent again, as if for the first time."""
        request = request_of(exchange, self.client.base_path)
        repeats = self.target.repeats.lower().replace("-", "_")
        return request.with_headers(**{repeats: None}) if repeats else request

    def probe(self, base: BaseRequest) -> None:
        """Every probe of one operation."""
        operation, request, signature = base.operation, base.request, self.signature_of(base.operation)
        query = self.target.consumes.get(operation.operation_id)
        others = self.others(operation, request, query) if query is not None else iter(())
        for probe in self.probes_of(base, signature):
            other = next(others, "") if probe.request.target == request.target else ""
            self.send(operation, replace(probe, request=replace(probe.request, target=other)) if other else probe)
        if query:
            self.refusable(operation, request, signature)
        if operation.method == "GET":
            self.conditional(operation, request)
            self.turn(operation, request)
        if any(item.name.lower() == self.target.repeats.lower() for item in operation.parameters):
            self.repeat(base)
        if signature is not None:
            self.deliver(operation, request, signature)

    def refusable(self, operation: CompiledOperation, request: Request, signature: Signature | None) -> None:
        """The newest object of the list, whatever it is, and as little said as may be: rules of the trade show here."""
        for target in itertools.islice(self.others(operation, request, ""), 1):
            is_optional = operation.body is not None and not operation.body.required
            least = replace(request.with_headers(content_type=None), body=None) if is_optional else request
            self.send(operation, Probe("the least, on any object", replace(least, target=target), NO_FAULT, signature))

    def others(self, operation: CompiledOperation, request: Request, query: str) -> Iterator[str]:
        """Targets of `operation`, each about another object of the list above it, asked with `query`."""
        before, _, after = operation.template.partition("/{")
        lister = self.contract.operations.get(f"GET {before}")
        if lister is None:
            return
        target = f"{before}?limit=100&{query}" if query else f"{before}?limit=100"
        # The largest page, because rules about objects differ by their state and one page should show many states.
        look = Request("GET", target, request.with_headers(content_type=None).headers, None)
        body = self.send(lister, Probe("look for objects", look, NO_FAULT)).json_reply
        for item in body.get("items", ()) if isinstance(body, dict) else ():
            yield f"{before}/{item['id']}{after.partition('}')[2]}"

    def probes_of(self, base: BaseRequest, signature: Signature | None) -> Iterator[Probe]:
        """Probes of one operation that stand alone."""
        operation, request = base.operation, base.request
        own = self.policy.credentials[: len(self.target.keys) + len(self.target.logins)]
        left_alone = {*self.target.limited, *self.target.sacrifices}
        credentials = tuple(item for item in own if item.name not in left_alone)
        if operation.operation_id in self.target.private:
            yield from self.private_probes(base, credentials)
            return
        yield from altered_requests.who_calls(operation, request, credentials, signature, base.owner)
        if operation.body is not None:
            yield from altered_requests.bodies(operation, request, signature)
        yield from altered_requests.edges(operation, request, self.schemas, signature, self.coverage)
        yield from altered_requests.combined(operation, request, self.schemas, self.combinations, self.seed)

    def private_probes(self, base: BaseRequest, credentials: tuple[Credential, ...]) -> Iterator[Probe]:
        """Probes of an operation that uses up a login: strangers, those who lack the scope, and edges as the sacrifice."""
        operation, request = base.operation, base.request
        required = [scopes for alternative in operation.security for _, scopes in alternative if scopes]
        powerless = tuple(
            item for item in credentials if required and not any(scopes <= item.scopes for scopes in required)
        )
        yield from altered_requests.who_calls(operation, request, powerless, None)
        kinds = [altered_requests.edges(operation, request, self.schemas, None, self.coverage)]
        if operation.body is not None:
            kinds.append(altered_requests.bodies(operation, request, None))
        for probe in itertools.chain(*kinds):
            own = disposable.login_for(self.target, operation, self.target.sacrifices)
            if own is None:
                return
            self.learned.append(own)
            message = probe.request
            if message.body == request.body:  # what a probe says about the body stays as it says
                message = disposable.echoing(self.target, operation, message, own.value.removeprefix("Bearer "))
            yield replace(probe, request=self.as_somebody(operation, message, own))

    def as_somebody(self, operation: CompiledOperation, request: Request, credential: Credential) -> Request:
        """`request` with the proof `credential`."""
        schemes = {scheme.name: scheme for alternative in operation.security for scheme, _ in alternative}
        token = credential.value.removeprefix("Bearer ")
        return altered_requests.carrying(request, schemes[credential.scheme], token)

    def fresh(self, base: BaseRequest, requests: dict[str, Request]) -> BaseRequest:
        """`base` about an object made just now by its collection's POST, when there is one; it must be found where it says."""
        template = base.operation.template
        maker = self.contract.operations.get(f"POST {template.rpartition('/')[0]}")
        if "{" not in template.rpartition("/")[2] or maker is None or maker.key not in requests:
            return base
        creation = self.send(
            maker, Probe("make an object", requests[maker.key], NO_FAULT - {401, 403}, self.signature_of(maker))
        )
        place = creation.reply_values.get("location", "").partition("?")[0]
        if creation.status >= 300 or self.contract.match(place)[0] != template:
            return base
        reader = self.contract.operations.get(f"GET {template}")
        if reader is not None:
            look = Request("GET", place, {**requests[maker.key].with_headers(content_type=None).headers}, None)
            self.send(reader, Probe("read what was just made, where Location says", look, frozenset({200})))
        query = base.request.target.partition("?")[2]
        request = replace(base.request, target=f"{place}?{query}" if query else place)
        return BaseRequest(base.operation, request, oracle.proof_of(maker, creation, self.policy).tenant)

    def send(
        self, operation: CompiledOperation, probe: Probe, client: wire.Client | None = None, *, origin: str = "probe"
    ) -> Exchange:
        """Send `probe`; a status that is not right is a finding."""
        request = probe.request
        headers = dict(request.headers)
        if probe.sign is not None:
            signature_headers = probe.sign.headers(request.body or b"")
            headers |= {name: value for name, value in signature_headers.items() if name not in probe.unsigned}
        exchange = (client or self.client).send(
            request.method, request.target, headers, request.body, source=origin, purpose=probe.name
        )
        exchange.operation = operation.key
        self.exchanges.append(exchange)
        is_wrong = exchange.status not in probe.right and exchange.status != 501
        if is_wrong and not oracle.is_polite_refusal(exchange, self.policy):
            self.blame(
                operation, "probe", f"{probe.name}: {exchange.status} instead of {_names(probe.right)}", exchange
            )
        return exchange

    def blame(self, operation: CompiledOperation, rule: str, message: str, exchange: Exchange) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, operation.key, operation.pointer, message, exchange.id))

    def signature_of(self, operation: CompiledOperation, tenant: str = "") -> Signature | None:
        """How deliveries to `operation` are signed (for `tenant`), if they are."""
        fitting = [item for item in self.target.signatures if operation.operation_id in item.operations]
        return next((item for item in fitting if not tenant or item.tenant == tenant), None)

    def deliver(self, operation: CompiledOperation, request: Request, signature: Signature) -> None:
        """The webhook matrix between two deliveries of the same thing: nothing in between may have had an effect."""
        delivery = self.new(request)
        first = self.send(operation, Probe("a new delivery", delivery, frozenset({200}), signature))
        schemes = {
            scheme.name: scheme
            for other in self.contract.operations.values()
            for alternative in other.security
            for scheme, _ in alternative
        }
        for probe in [
            *altered_requests.tampered(self.new(request), signature),
            *altered_requests.strangers(operation, self.new(request), signature, self.target, schemes),
        ]:
            self.send(operation, probe)
        second = self.send(operation, Probe("the same delivery again", delivery, frozenset({200}), signature))
        message = replayed(first, second)
        if message:
            self.blame(operation, "side-effect", message, second)

    def new(self, request: Request) -> Request:
        """`request` about something that nobody has sent yet."""
        return altered_requests.fresh(request, next(self.numbers))

    def repeat(self, base: BaseRequest) -> None:
        """The same request twice under one key is done once; another request under that key is a conflict."""
        operation, name = base.operation, self.target.repeats.lower().replace("-", "_")
        request = base.request.with_headers(**{name: str(uuid.UUID(int=self.seed))})
        body = json.loads(request.body) if request.body else None
        other = replace(request, body=json.dumps(body, indent=1).encode()) if body is not None else request
        for label, message in (
            ("with a key", request),
            ("with that key again", request),
            ("with that key, spaced", other),
        ):
            own = self.own(operation)
            self.send(operation, Probe(label, self.as_somebody(operation, message, own) if own else message, NO_FAULT))
        for changed in self.schemas.others(operation, body):
            own = self.own(operation)
            message = replace(request, body=json.dumps(changed).encode())
            wrong = Probe("with that key and another body", message, NO_FAULT)
            self.send(operation, replace(wrong, request=self.as_somebody(operation, message, own)) if own else wrong)

    def own(self, operation: CompiledOperation) -> Credential | None:
        """A login for one request, where `operation` uses it up."""
        if operation.operation_id not in self.target.private:
            return None
        login = disposable.login_for(self.target, operation, self.target.sacrifices)
        self.learned.extend([login] if login else [])
        return login

    def conditional(self, operation: CompiledOperation, request: Request) -> None:
        """Asked again with the ETag it just gave, a resource answers 304 without a body."""
        if "304" not in operation.replies:
            return
        first = self.send(operation, Probe("read", request.with_headers(if_none_match=None), NO_FAULT))
        tag = first.reply_values.get("etag")
        if first.status == 200 and tag:
            again = request.with_headers(if_none_match=tag)
            self.send(operation, Probe("If-None-Match with the current ETag", again, frozenset({304})))

    def turn(self, operation: CompiledOperation, request: Request) -> None:
        """The next page, by what only the service can make: `next_cursor` of a reply is the parameter `cursor`."""
        for parameter in operation.parameters:
            if parameter.name not in self.target.opaque or parameter.location != "query":
                continue
            page = self.send(operation, Probe("the first page", request, NO_FAULT)).json_reply
            name = f"next_{parameter.name}"
            holders = (
                part for _, part in source.walk(page) if isinstance(part, dict) and isinstance(part.get(name), str)
            )
            text = next((part[name] for part in holders), None)
            if text is not None:
                next_page = altered_requests.asking(operation, request, parameter, text)
                if next_page is not None:
                    self.send(operation, Probe("the next page", next_page, frozenset({200})))

    def foreign_lists(self, recorded: list[Exchange]) -> None:
        """No id that one tenant's lists show is in another tenant's lists."""
        owners: dict[tuple[str, str], dict[str, Exchange]] = {}
        for exchange in [*recorded, *self.exchanges]:
            operation = oracle.operation_of(self.contract, exchange)
            if operation is None or exchange.status != 200 or exchange.method != "GET":
                continue
            body = exchange.json_reply
            items = body.get("items") if isinstance(body, dict) else None
            tenant = oracle.proof_of(operation, exchange, self.policy).tenant
            for item in items if isinstance(items, list) and tenant else ():
                if isinstance(item, dict) and isinstance(item.get("id"), str):
                    owners.setdefault((operation.key, item["id"]), {}).setdefault(tenant, exchange)
        for (key, name), tenants in owners.items():
            if len(tenants) > 1:
                message = f"{name} is listed for {' and '.join(sorted(tenants))}"
                self.blame(self.contract.operations[key], "tenant-leak", message, list(tenants.values())[-1])
                return


def _names(statuses: frozenset[int]) -> str:
    if len(statuses) > 200:
        return "anything but " + " or ".join(map(str, sorted(altered_requests.ANY - statuses)))
    return "4xx" if statuses == altered_requests.CLIENT_ERROR else " or ".join(map(str, sorted(statuses)))


def request_of(exchange: Exchange, base_path: str = "") -> Request:
    """The request of `exchange`, ready to be sent again."""
    skipped = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent"}
    headers = {
        name: value for name, value in exchange.headers if name not in skipped and not name.startswith("x-schemathesis")
    }
    return Request(exchange.method, exchange.target.removeprefix(base_path), headers, exchange.body)


def replayed(first: Exchange, second: Exchange) -> str | None:
    """Why a second delivery of the same thing had an effect: a number of the receipt changed. None when none did."""
    one, two = first.json_reply, second.json_reply
    if not isinstance(one, dict) or not isinstance(two, dict):
        return None
    changed = [name for name in one if name in two and isinstance(one[name], int | float) and one[name] != two[name]]
    return f"delivered twice, {', '.join(changed)} changed" if changed else None
