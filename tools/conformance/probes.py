"""Requests of our own, where generation is blind: who calls, how deliveries are signed, edges of single values, replays.

Probes start from requests the service has accepted (goldens), change one thing, and say which statuses would be right. Each is an
exchange like any other: the oracle, the house checks and the mutation score see it too.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tools.conformance import asked, disposable, hardship, links, oracle, probe_kinds, variants, wire
from tools.conformance.contract import Contract, Operation
from tools.conformance.exchange import Exchange
from tools.conformance.oracle import Credential, Finding, Policy
from tools.conformance.probe_kinds import NO_FAULT, Probe, Request
from tools.conformance.signing import Signature
from tools.conformance.target import Target
from tools.contracts import source


@dataclass(frozen=True, slots=True)
class Probed:
    """What all probes found."""

    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]
    outages: frozenset[str]
    """Exchanges while the database was away: a 500 that the contract documents is right there."""
    learned: tuple[Credential, ...]
    """Credentials that were fetched on the way."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A request to start from."""

    operation: Operation
    request: Request
    owner: str = ""
    """Tenant the object in the path belongs to; empty when nobody's."""


def goldens(contract: Contract, exchanges: Iterable[Exchange], policy: Policy) -> dict[str, Exchange]:
    """For each operation an accepted request that keeps the contract, with a proof the harness holds: the fullest answer."""
    found: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation = oracle.operation_of(contract, exchange)
        if operation is None or exchange.status >= 300:
            continue
        _, path_values = contract.match(exchange.path)
        proven = operation.is_public or oracle.proof_of(operation, exchange, policy).kind == "good"
        is_taken = proven and not oracle.is_polite_refusal(exchange, policy)
        if is_taken and not asked.faults_of(operation, exchange, path_values):
            known = found.get(operation.key)
            if known is None or _fullness(exchange) >= _fullness(known):
                found[operation.key] = exchange
    return found


def _fullness(exchange: Exchange) -> tuple[int, int]:
    """How much there is to change in the request (a body with every property), and how many members it showed.

    Not how long they were: figures that a service takes anew each time are longer in one run than in the next.
    """
    body, shown = exchange.json_body, exchange.answer_body.count(b'":') if exchange.method == "GET" else 0
    return len(body) if isinstance(body, dict) else 0, shown


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
        self.schemas = variants.Schemas(contract.document)
        self.tried = variants.Tried()
        self.client = wire.Client(target.url)
        self.exchanges: list[Exchange] = []
        self.findings: list[Finding] = []
        self.outages: set[str] = set()
        self.learned: list[Credential] = []
        self.numbers = itertools.count(1)

    def run(self, recorded: list[Exchange]) -> Probed:
        """Every probe of every operation that has a golden; reads first, what destroys last."""
        found = goldens(self.contract, recorded, self.policy)
        order = sorted(found, key=lambda key: (_ORDER.get(key.partition(" ")[0], 1), key))
        requests = {key: self.request_of(found[key]) for key in order}
        links.follow(self, requests, recorded)
        for key in order:
            operation = self.contract.operations[key]
            golden = self.fresh(Golden(operation, requests[key]), requests)
            self.probe(golden)
        self.foreign_lists(recorded)
        hardship.exhaust(self, requests)
        hardship.flood(self)
        for calamity in self.target.calamities:
            hardship.befall(self, requests, calamity)
        self.client.close()
        return Probed(tuple(self.exchanges), tuple(self.findings), frozenset(self.outages), tuple(self.learned))

    def request_of(self, exchange: Exchange) -> Request:
        """`exchange` to be sent again, as if for the first time."""
        request = request_of(exchange, self.client.base_path)
        repeats = self.target.repeats.lower().replace("-", "_")
        return request.with_headers(**{repeats: None}) if repeats else request

    def probe(self, golden: Golden) -> None:
        """Every probe of one operation."""
        operation, request, signature = golden.operation, golden.request, self.signature_of(golden.operation)
        query = self.target.consumes.get(operation.operation_id)
        others = self.others(operation, request, query) if query is not None else iter(())
        for probe in self.probes_of(golden, signature):
            other = next(others, "") if probe.request.target == request.target else ""
            self.send(operation, replace(probe, request=replace(probe.request, target=other)) if other else probe)
        if query:
            self.refusable(operation, request, signature)
        if operation.method == "GET":
            self.conditional(operation, request)
            self.turn(operation, request)
        if any(item.name.lower() == self.target.repeats.lower() for item in operation.parameters):
            self.repeat(golden)
        if signature is not None:
            self.deliver(operation, request, signature)

    def refusable(self, operation: Operation, request: Request, signature: Signature | None) -> None:
        """The newest object of the list, whatever it is, and as little said as may be: rules of the trade show here."""
        for target in itertools.islice(self.others(operation, request, ""), 1):
            is_optional = operation.body is not None and not operation.body.required
            least = replace(request.with_headers(content_type=None), body=None) if is_optional else request
            self.send(operation, Probe("the least, on any object", replace(least, target=target), NO_FAULT, signature))

    def others(self, operation: Operation, request: Request, query: str) -> Iterator[str]:
        """Targets of `operation`, each about another object of the list above it, asked with `query`."""
        before, _, after = operation.template.partition("/{")
        lister = self.contract.operations.get(f"GET {before}")
        if lister is None:
            return
        target = f"{before}?limit=100&{query}" if query else f"{before}?limit=100"
        look = Request("GET", target, request.with_headers(content_type=None).headers, None)
        body = self.send(lister, Probe("look for objects", look, NO_FAULT)).json_answer
        for item in body.get("items", ()) if isinstance(body, dict) else ():
            yield f"{before}/{item['id']}{after.partition('}')[2]}"

    def probes_of(self, golden: Golden, signature: Signature | None) -> Iterator[Probe]:
        """Probes of one operation that stand alone."""
        operation, request = golden.operation, golden.request
        own = self.policy.credentials[: len(self.target.keys) + len(self.target.logins)]
        left_alone = {*self.target.limited, *self.target.sacrifices}
        credentials = tuple(item for item in own if item.name not in left_alone)
        if operation.operation_id in self.target.private:
            yield from self.private_probes(golden, credentials)
            return
        yield from probe_kinds.who_calls(operation, request, credentials, signature, golden.owner)
        if operation.body is not None:
            yield from probe_kinds.bodies(operation, request, signature)
        yield from probe_kinds.edges(operation, request, self.schemas, signature, self.tried)
        yield from probe_kinds.combined(operation, request, self.schemas, self.combinations, self.seed)

    def private_probes(self, golden: Golden, credentials: tuple[Credential, ...]) -> Iterator[Probe]:
        """Probes of an operation that uses up a login: strangers, those who lack the scope, and edges as the sacrifice."""
        operation, request = golden.operation, golden.request
        wanted = [scopes for alternative in operation.security for _, scopes in alternative if scopes]
        powerless = tuple(
            item for item in credentials if wanted and not any(scopes <= item.scopes for scopes in wanted)
        )
        yield from probe_kinds.who_calls(operation, request, powerless, None)
        kinds = [probe_kinds.edges(operation, request, self.schemas, None, self.tried)]
        if operation.body is not None:
            kinds.append(probe_kinds.bodies(operation, request, None))
        for probe in itertools.chain(*kinds):
            own = disposable.login_for(self.target, operation, self.target.sacrifices)
            if own is None:
                return
            self.learned.append(own)
            sent = probe.request
            if sent.body == request.body:  # what a probe says about the body stays as it says
                sent = disposable.echoing(self.target, operation, sent, own.value.removeprefix("Bearer "))
            yield replace(probe, request=self.as_somebody(operation, sent, own))

    def as_somebody(self, operation: Operation, request: Request, credential: Credential) -> Request:
        """`request` with the proof `credential`."""
        schemes = {scheme.name: scheme for alternative in operation.security for scheme, _ in alternative}
        token = credential.value.removeprefix("Bearer ")
        return probe_kinds.carrying(request, schemes[credential.scheme], token)

    def fresh(self, golden: Golden, requests: dict[str, Request]) -> Golden:
        """`golden` about an object made just now by its collection's POST, when there is one; it must be found where it says."""
        template = golden.operation.template
        maker = self.contract.operations.get(f"POST {template.rpartition('/')[0]}")
        if "{" not in template.rpartition("/")[2] or maker is None or maker.key not in requests:
            return golden
        made = self.send(
            maker, Probe("make an object", requests[maker.key], NO_FAULT - {401, 403}, self.signature_of(maker))
        )
        place = made.answer_values.get("location", "").partition("?")[0]
        if made.status >= 300 or self.contract.match(place)[0] != template:
            return golden
        reader = self.contract.operations.get(f"GET {template}")
        if reader is not None:
            look = Request("GET", place, {**requests[maker.key].with_headers(content_type=None).headers}, None)
            self.send(reader, Probe("read what was just made, where Location says", look, frozenset({200})))
        query = golden.request.target.partition("?")[2]
        request = replace(golden.request, target=f"{place}?{query}" if query else place)
        return Golden(golden.operation, request, oracle.proof_of(maker, made, self.policy).tenant)

    def send(
        self, operation: Operation, probe: Probe, client: wire.Client | None = None, *, origin: str = "probe"
    ) -> Exchange:
        """Send `probe`; a status that is not right is a finding."""
        request = probe.request
        headers = dict(request.headers)
        if probe.sign is not None:
            made = probe.sign.headers(request.body or b"")
            headers |= {name: value for name, value in made.items() if name not in probe.unsigned}
        exchange = (client or self.client).send(
            request.method, request.target, headers, request.body, source=origin, meant=probe.name
        )
        exchange.operation = operation.key
        self.exchanges.append(exchange)
        is_wrong = exchange.status not in probe.right and exchange.status != 501
        if is_wrong and not oracle.is_polite_refusal(exchange, self.policy):
            self.blame(
                operation, "probe", f"{probe.name}: {exchange.status} instead of {_names(probe.right)}", exchange
            )
        return exchange

    def blame(self, operation: Operation, rule: str, message: str, exchange: Exchange) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, operation.key, operation.pointer, message, exchange.id))

    def signature_of(self, operation: Operation, tenant: str = "") -> Signature | None:
        """How deliveries to `operation` are signed (for `tenant`), if they are."""
        fitting = [item for item in self.target.signatures if operation.operation_id in item.operations]
        return next((item for item in fitting if not tenant or item.tenant == tenant), None)

    def deliver(self, operation: Operation, request: Request, signature: Signature) -> None:
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
            *probe_kinds.tampered(self.new(request), signature),
            *probe_kinds.strangers(operation, self.new(request), signature, self.target, schemes),
        ]:
            self.send(operation, probe)
        second = self.send(operation, Probe("the same delivery again", delivery, frozenset({200}), signature))
        message = replayed(first, second)
        if message:
            self.blame(operation, "side-effect", message, second)

    def new(self, request: Request) -> Request:
        """`request` about something that nobody has sent yet."""
        return probe_kinds.fresh(request, next(self.numbers))

    def repeat(self, golden: Golden) -> None:
        """The same request twice under one key is done once; another request under that key is a conflict."""
        operation, name = golden.operation, self.target.repeats.lower().replace("-", "_")
        request = golden.request.with_headers(**{name: str(uuid.UUID(int=self.seed))})
        body = json.loads(request.body) if request.body else None
        other = replace(request, body=json.dumps(body, indent=1).encode()) if body is not None else request
        for label, sent in (
            ("with a key", request),
            ("with that key again", request),
            ("with that key, spaced", other),
        ):
            own = self.own(operation)
            self.send(operation, Probe(label, self.as_somebody(operation, sent, own) if own else sent, NO_FAULT))
        for changed in self.schemas.others(operation, body):
            own = self.own(operation)
            sent = replace(request, body=json.dumps(changed).encode())
            wrong = Probe("with that key and another body", sent, NO_FAULT)
            self.send(operation, replace(wrong, request=self.as_somebody(operation, sent, own)) if own else wrong)

    def own(self, operation: Operation) -> Credential | None:
        """A login for one request, where `operation` uses it up."""
        if operation.operation_id not in self.target.private:
            return None
        found = disposable.login_for(self.target, operation, self.target.sacrifices)
        self.learned.extend([found] if found else [])
        return found

    def conditional(self, operation: Operation, request: Request) -> None:
        """Asked again with the ETag it just gave, a resource answers 304 without a body."""
        if "304" not in operation.answers:
            return
        first = self.send(operation, Probe("read", request.with_headers(if_none_match=None), NO_FAULT))
        tag = first.answer_values.get("etag")
        if first.status == 200 and tag:
            again = request.with_headers(if_none_match=tag)
            self.send(operation, Probe("If-None-Match with the current ETag", again, frozenset({304})))

    def turn(self, operation: Operation, request: Request) -> None:
        """The next page, by what only the service can make: `next_cursor` of an answer is the parameter `cursor`."""
        for parameter in operation.parameters:
            if parameter.name not in self.target.opaque or parameter.location != "query":
                continue
            page = self.send(operation, Probe("the first page", request, NO_FAULT)).json_answer
            name = f"next_{parameter.name}"
            holders = (
                part for _, part in source.walk(page) if isinstance(part, dict) and isinstance(part.get(name), str)
            )
            text = next((part[name] for part in holders), None)
            if text is not None:
                wanted = probe_kinds.asking(operation, request, parameter, text)
                if wanted is not None:
                    self.send(operation, Probe("the next page", wanted, frozenset({200})))

    def foreign_lists(self, recorded: list[Exchange]) -> None:
        """No id that one tenant's lists show is in another tenant's lists."""
        seen: dict[tuple[str, str], dict[str, Exchange]] = {}
        for exchange in [*recorded, *self.exchanges]:
            operation = oracle.operation_of(self.contract, exchange)
            if operation is None or exchange.status != 200 or exchange.method != "GET":
                continue
            body = exchange.json_answer
            items = body.get("items") if isinstance(body, dict) else None
            tenant = oracle.proof_of(operation, exchange, self.policy).tenant
            for item in items if isinstance(items, list) and tenant else ():
                if isinstance(item, dict) and isinstance(item.get("id"), str):
                    seen.setdefault((operation.key, item["id"]), {}).setdefault(tenant, exchange)
        for (key, name), tenants in seen.items():
            if len(tenants) > 1:
                message = f"{name} is listed for {' and '.join(sorted(tenants))}"
                self.blame(self.contract.operations[key], "tenant-leak", message, list(tenants.values())[-1])
                return


_ORDER = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}


def _names(statuses: frozenset[int]) -> str:
    if len(statuses) > 200:
        return "anything but " + " or ".join(map(str, sorted(probe_kinds.ANY - statuses)))
    return "4xx" if statuses == probe_kinds.CLIENT_ERROR else " or ".join(map(str, sorted(statuses)))


def request_of(exchange: Exchange, base_path: str = "") -> Request:
    """The request of `exchange`, ready to be sent again."""
    skipped = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent"}
    headers = {
        name: value for name, value in exchange.headers if name not in skipped and not name.startswith("x-schemathesis")
    }
    return Request(exchange.method, exchange.target.removeprefix(base_path), headers, exchange.body)


def replayed(first: Exchange, second: Exchange) -> str | None:
    """What a second delivery of the same thing did that it must not: change any number the receipt shows."""
    one, two = first.json_answer, second.json_answer
    if not isinstance(one, dict) or not isinstance(two, dict):
        return None
    changed = [name for name in one if name in two and isinstance(one[name], int | float) and one[name] != two[name]]
    return f"delivered twice, {', '.join(changed)} changed" if changed else None
