"""Requests of our own, where generation is blind: who calls, how deliveries are signed, edges of single values, replays.

Probes start from requests the service has accepted (goldens), change one thing, and say which statuses would be right. Each is an
exchange like any other: the oracle, the house checks and the mutation score see it too.
"""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tools.conformance import asked, oracle, probe_kinds, variants, wire
from tools.conformance import target as targets
from tools.conformance.contract import Contract, Operation
from tools.conformance.exchange import Exchange
from tools.conformance.oracle import Credential, Finding, Policy
from tools.conformance.probe_kinds import ANY, CLIENT_ERROR, NO_FAULT, Probe, Request
from tools.conformance.signing import Signature
from tools.conformance.target import Target

OUTAGE_SECONDS = 12
"""A service that lost its database says so; it does not keep its callers waiting."""
IN_OUTAGE = "without the database"
OUTAGE_SETTLES_SECONDS = 0.5
"""For connections that the service still holds to break."""


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
        self.outages: set[str] = set()
        self.learned: list[Credential] = []

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
        self.exhaust(requests)
        self.outage(requests)
        self.client.close()
        return Probed(tuple(self.exchanges), tuple(self.findings), frozenset(self.outages), tuple(self.learned))

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
        own = self.policy.credentials[: len(self.target.keys) + len(self.target.logins)]
        credentials = tuple(item for item in own if item.name not in {*self.target.limited, self.target.sacrifice})
        if operation.operation_id in self.target.private:
            yield from self.private_probes(golden, credentials)
            return
        yield from probe_kinds.who_calls(operation, request, credentials, signature, golden.owner)
        if operation.body is not None:
            yield from probe_kinds.bodies(operation, request, signature)
        yield from probe_kinds.edges(operation, request, self.schemas, signature)
        yield from probe_kinds.combined(operation, request, self.schemas, self.combinations, self.seed)

    def private_probes(self, golden: Golden, credentials: tuple[Credential, ...]) -> Iterator[Probe]:
        """Probes of an operation that uses up a login: strangers, those who lack the scope, and edges as the sacrifice."""
        operation, request = golden.operation, golden.request
        wanted = [scopes for alternative in operation.security for _, scopes in alternative if scopes]
        powerless = tuple(
            item for item in credentials if wanted and not any(scopes <= item.scopes for scopes in wanted)
        )
        yield from probe_kinds.who_calls(operation, request, powerless, None)
        scheme = next((item for alternative in operation.security for item, _ in alternative), None)
        sacrifice = next((item for item in self.policy.credentials if item.name == self.target.sacrifice), None)
        if scheme is None or sacrifice is None or sacrifice.scheme != scheme.name:
            return
        kinds = [probe_kinds.edges(operation, request, self.schemas, None)]
        if operation.body is not None:
            kinds.append(probe_kinds.bodies(operation, request, None))
        for probe in itertools.chain(*kinds):
            token = targets.log_in_anew(self.target, self.target.sacrifice)
            self.learned.append(token)
            yield replace(
                probe, request=probe_kinds.carrying(probe.request, scheme, token.value.removeprefix("Bearer "))
            )

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

    def send(self, operation: Operation, probe: Probe, client: wire.Client | None = None) -> Exchange:
        """Send `probe`; a status that is not right is a finding."""
        request = probe.request
        headers = dict(request.headers)
        if probe.sign is not None:
            made = probe.sign.headers(request.body or b"")
            headers |= {name: value for name, value in made.items() if name not in probe.unsigned}
        exchange = (client or self.client).send(
            request.method, request.target, headers, request.body, source="probe", meant=probe.name
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

    def exhaust(self, requests: dict[str, Request]) -> None:
        """Bring every operation that documents a 429 to it, as somebody who may ask once a minute."""
        poor = [item for item in self.policy.credentials if item.name in self.target.limited]
        for key, request in requests.items():
            operation = self.contract.operations[key]
            schemes = {scheme.name: scheme for alternative in operation.security for scheme, _ in alternative}
            somebody = next((item for item in poor if item.scheme in schemes), None)
            if somebody is None or "429" not in operation.answers or operation.operation_id in self.target.private:
                continue
            bare = probe_kinds.without_proof(operation, request)
            asked = probe_kinds.carrying(bare, schemes[somebody.scheme], somebody.value.removeprefix("Bearer "))
            signature = self.signature_of(operation, somebody.tenant)
            answers = [self.send(operation, Probe("once too often", asked, ANY, signature)) for _ in range(3)]
            # A new minute may begin between two requests, hardly between three.
            if 429 not in {item.status for item in answers}:
                text = f"three requests in a minute, one allowed: {answers[-1].status}, not 429"
                self.blame(operation, "probe", text, answers[-1])

    def outage(self, requests: dict[str, Request]) -> None:
        """Take the database away and ask everything once: a documented answer, and not a wrong one."""
        if not self.target.outage:
            return
        subprocess.run(self.target.outage["begin"], check=True)
        time.sleep(OUTAGE_SETTLES_SECONDS)
        try:
            asked = [key for key in requests if self.contract.operations[key].operation_id not in self.target.private]
            with ThreadPoolExecutor(len(asked) or 1) as threads:
                list(threads.map(lambda key: self.ask_in_outage(key, requests[key]), asked))
        finally:
            subprocess.run(self.target.outage["end"], check=True)
        self.exchanges.sort(key=lambda item: item.meant == IN_OUTAGE)

    def ask_in_outage(self, key: str, request: Request) -> None:
        """One request of one operation, on a connection of its own: services wait for a lost database."""
        operation = self.contract.operations[key]
        documented = frozenset(int(status) for status in operation.answers if status.isdecimal()) - CLIENT_ERROR
        right = documented - {500} if 503 in documented else documented
        client = wire.Client(self.target.url, timeout_seconds=OUTAGE_SECONDS)
        try:
            exchange = self.send(operation, Probe(IN_OUTAGE, request, right, self.signature_of(operation)), client)
            self.outages.add(exchange.id)
        except OSError as error:
            message = f"{IN_OUTAGE}: no answer within {OUTAGE_SECONDS} s ({error})"
            self.findings.append(Finding("probe", operation.key, operation.pointer, message, ""))
        finally:
            client.close()

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
