"""Hard times, with real causes: callers who ask too often, a database that is gone, one that lost what it should have."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tools.conformance import disposable, probe_kinds, scout, wire
from tools.conformance.oracle import Credential, Finding
from tools.conformance.probe_kinds import ANY, CLIENT_ERROR, Probe, Request
from tools.conformance.target import BadTarget, Calamity

if TYPE_CHECKING:
    from tools.conformance.contract import Operation
    from tools.conformance.exchange import Exchange
    from tools.conformance.probes import Prober

ANSWERS_WITHIN_SECONDS = 12
"""A service in trouble says so; it does not keep its callers waiting."""
RECOVERS_WITHIN_SECONDS = 60
SETTLES_SECONDS = 0.5
"""For connections that the service still holds to break."""
TRIES = 3
"""A new minute may begin between two requests, hardly between three."""


def exhaust(prober: Prober, requests: dict[str, Request]) -> None:
    """Bring every operation that documents a 429 to it, as somebody who may ask once a minute."""
    for key, request in requests.items():
        operation = prober.contract.operations[key]
        counts_itself = operation.operation_id in prober.target.self_limited
        if "429" not in operation.answers or operation.is_public or counts_itself:
            continue
        answers = []
        for _ in range(TRIES):
            poor = _poor(prober, operation)
            if poor is None:
                break
            asked = prober.as_somebody(operation, probe_kinds.without_proof(operation, request), poor)
            signature = prober.signature_of(operation, poor.tenant)
            answers.append(prober.send(operation, Probe("once too often", asked, ANY, signature)))
        _must_have_had_enough(prober, operation, answers, f"{TRIES} requests in a minute, one allowed")


def _must_have_had_enough(prober: Prober, operation: Operation, answers: list[Exchange], what: str) -> None:
    if answers and all(answer.status != 429 for answer in answers):
        prober.blame(operation, "probe", f"{what}: {answers[-1].status}, not 429", answers[-1])


def _poor(prober: Prober, operation: Operation) -> Credential | None:
    """Somebody who may hardly ask; with a login of their own where the operation uses it up."""
    if operation.operation_id in prober.target.private:
        own = disposable.login_for(prober.target, operation, prober.target.limited)
        prober.learned.extend([own] if own else [])
        return own
    schemes = {scheme.name for alternative in operation.security for scheme, _ in alternative}
    known = (item for item in prober.policy.credentials if item.name in prober.target.limited)
    return next((item for item in known if item.scheme in schemes), None)


def flood(prober: Prober) -> None:
    """Send what the target floods with; the service must have had enough before its end. Raises `BadTarget`."""
    by_id = {item.operation_id: item for item in prober.contract.operations.values()}
    for row in prober.target.floods:
        operation = by_id.get(row.get("operation", ""))
        if operation is None:
            raise BadTarget(f"a flood is of {row.get('operation')!r}, which is no operation of the contract")
        wanted = _own(prober, operation, scout.example_request(prober.target, prober.contract, operation, ()))
        answers = [prober.send(operation, Probe("in a flood", wanted, ANY)) for _ in range(row["times"])]
        _must_have_had_enough(prober, operation, answers, f"{row['times']} requests at once")


def befall(prober: Prober, requests: dict[str, Request], calamity: Calamity) -> None:
    """Ask everything once while `calamity` lasts: a documented answer, and not a wrong one."""
    asked = {key: _own(prober, prober.contract.operations[key], request) for key, request in requests.items()}
    subprocess.run(calamity.begin, check=True)
    time.sleep(SETTLES_SECONDS)
    try:
        with ThreadPoolExecutor(len(asked) or 1) as threads:
            list(threads.map(lambda key: _ask(prober, key, asked[key], calamity), asked))
    finally:
        subprocess.run(calamity.end, check=True)
        _recover(prober, asked)
    order = {key: number for number, key in enumerate(asked)}
    prober.exchanges.sort(key=lambda item: order[item.operation] if item.meant == calamity.name else -1)


def _recover(prober: Prober, asked: dict[str, Request]) -> None:
    """Wait until reads succeed again. Raises `BadTarget` when they do not."""
    reads = [asked[key] for key in asked if prober.contract.operations[key].method == "GET"]
    deadline = time.monotonic() + RECOVERS_WITHIN_SECONDS
    client = wire.Client(prober.target.url, timeout_seconds=ANSWERS_WITHIN_SECONDS)
    while any(client.send("GET", one.target, one.headers, source="recovery").status >= 500 for one in reads):
        if time.monotonic() > deadline:
            raise BadTarget(f"{prober.target.url} did not recover within {RECOVERS_WITHIN_SECONDS} s")
        time.sleep(0.1)
    client.close()


def _own(prober: Prober, operation: Operation, request: Request) -> Request:
    """`request` with a login of its own where the operation uses one up."""
    if operation.operation_id not in prober.target.private:
        return request
    own = disposable.login_for(prober.target, operation, prober.target.sacrifices)
    if own is None:
        return request
    prober.learned.append(own)
    return disposable.carrying(prober.target, operation, request, own)


def _ask(prober: Prober, key: str, request: Request, calamity: Calamity) -> None:
    """One request of one operation, on a connection of its own: services wait for a lost database."""
    operation = prober.contract.operations[key]
    documented = frozenset(int(status) for status in operation.answers if status.isdecimal()) - CLIENT_ERROR
    right = documented - {500} if calamity.is_foreseen and 503 in documented else documented
    right = calamity.answers or right
    client = wire.Client(prober.target.url, timeout_seconds=ANSWERS_WITHIN_SECONDS)
    try:
        exchange = prober.send(operation, Probe(calamity.name, request, right, prober.signature_of(operation)), client)
        prober.outages.add(exchange.id)
    except OSError as error:
        message = f"{calamity.name}: no answer within {ANSWERS_WITHIN_SECONDS} s ({error})"
        prober.findings.append(Finding("probe", operation.key, operation.pointer, message, ""))
    finally:
        client.close()
