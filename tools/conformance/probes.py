"""Requests of our own, where generation is blind: who calls, how deliveries are signed, edges of single values, replays.

Probes start from requests the service has accepted (goldens), change one thing, and say which statuses would be right. Each is an
exchange like any other: the oracle, the house checks and the mutation score see it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tools.conformance import oracle, probe_kinds, variants, wire
from tools.conformance.contract import Contract, Operation
from tools.conformance.exchange import Exchange
from tools.conformance.oracle import Finding, Policy
from tools.conformance.probe_kinds import NO_FAULT, Probe, Request
from tools.conformance.target import Signature, Target


@dataclass(frozen=True, slots=True)
class Probed:
    """What all probes found."""

    exchanges: tuple[Exchange, ...]
    findings: tuple[Finding, ...]


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
        if proven and not oracle.faults_of(operation, exchange, path_values):
            known = found.get(operation.key)
            if known is None or _fullness(exchange) >= _fullness(known):
                found[operation.key] = exchange
    return found


def _fullness(exchange: Exchange) -> tuple[int, int]:
    """How much there is to change in the request (a body with every property), and how much it showed."""
    body = exchange.json_body
    return (len(body) if isinstance(body, dict) else 0, len(exchange.answer_body) if exchange.method == "GET" else 0)


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
        self.client = wire.Client(target.url)
        self.exchanges: list[Exchange] = []
        self.findings: list[Finding] = []

    def run(self, recorded: list[Exchange]) -> Probed:
        """Every probe of every operation that has a golden; reads first, what destroys last."""
        found = goldens(self.contract, recorded, self.policy)
        order = sorted(found, key=lambda key: (_ORDER.get(key.partition(" ")[0], 1), key))
        requests = {key: request_of(found[key], self.client.base_path) for key in order}
        for key in order:
            operation = self.contract.operations[key]
            golden = self.fresh(Golden(operation, requests[key]), requests)
            self.probe(golden)
        self.foreign_lists(recorded)
        self.client.close()
        return Probed(tuple(self.exchanges), tuple(self.findings))

    def probe(self, golden: Golden) -> None:
        """Every probe of one operation."""
        operation, request, signature = golden.operation, golden.request, self.signature_of(golden.operation)
        for probe in self.probes_of(golden, signature):
            self.send(operation, probe)
        if operation.method == "GET":
            self.conditional(operation, request)
        if signature is not None:
            self.deliver(operation, request, signature)

    def probes_of(self, golden: Golden, signature: Signature | None) -> Iterator[Probe]:
        """Probes of one operation that stand alone."""
        operation, request = golden.operation, golden.request
        yield from probe_kinds.who_calls(operation, request, self.policy.credentials, signature, golden.owner)
        if operation.operation_id in self.target.private:
            return
        if operation.body is not None:
            yield from probe_kinds.bodies(request, signature)
        yield from probe_kinds.edges(operation, request, self.schemas, signature)
        yield from probe_kinds.combined(operation, request, self.schemas, self.combinations, self.seed)

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

    def send(self, operation: Operation, probe: Probe) -> Exchange:
        """Send `probe`; a status that is not right is a finding."""
        request = probe.request
        headers = dict(request.headers)
        if probe.sign is not None:
            headers[probe.sign.header.lower()] = probe.sign.sign(request.body or b"")
        exchange = self.client.send(
            request.method, request.target, headers, request.body, source="probe", meant=probe.name
        )
        exchange.operation = operation.key
        self.exchanges.append(exchange)
        if exchange.status not in probe.right and exchange.status != 501:
            self.blame(
                operation, "probe", f"{probe.name}: {exchange.status} instead of {_names(probe.right)}", exchange
            )
        return exchange

    def blame(self, operation: Operation, rule: str, message: str, exchange: Exchange) -> None:
        """Note a finding."""
        self.findings.append(Finding(rule, operation.key, operation.pointer, message, exchange.id))

    def signature_of(self, operation: Operation) -> Signature | None:
        """How deliveries to `operation` are signed, if they are."""
        return next((item for item in self.target.signatures if operation.operation_id in item.operations), None)

    def deliver(self, operation: Operation, request: Request, signature: Signature) -> None:
        """The webhook matrix between two deliveries of the same thing: nothing in between may have had an effect."""
        delivery = probe_kinds.fresh(request)
        first = self.send(operation, Probe("a new delivery", delivery, frozenset({200}), signature))
        schemes = {
            scheme.name: scheme
            for other in self.contract.operations.values()
            for alternative in other.security
            for scheme, _ in alternative
        }
        for probe in [
            *probe_kinds.tampered(probe_kinds.fresh(request), signature),
            *probe_kinds.strangers(operation, probe_kinds.fresh(request), signature, self.target, schemes),
        ]:
            self.send(operation, probe)
        second = self.send(operation, Probe("the same delivery again", delivery, frozenset({200}), signature))
        message = replayed(first, second)
        if message:
            self.blame(operation, "side-effect", message, second)

    def conditional(self, operation: Operation, request: Request) -> None:
        """Asked again with the ETag it just gave, a resource answers 304 without a body."""
        if "304" not in operation.answers:
            return
        first = self.send(operation, Probe("read", request.with_headers(if_none_match=None), NO_FAULT))
        tag = first.answer_values.get("etag")
        if first.status == 200 and tag:
            again = request.with_headers(if_none_match=tag)
            self.send(operation, Probe("If-None-Match with the current ETag", again, frozenset({304})))

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
