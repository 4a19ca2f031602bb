"""Probes under faults with real causes: callers over their rate limit, a database that is down, one that lost rows."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tools.conformance.drive import wire
from tools.conformance.drive.target import BadTarget, Fault
from tools.conformance.judge.oracle import Credential, Finding
from tools.conformance.probe import altered_requests, disposable, scout
from tools.conformance.probe.altered_requests import ANY, CLIENT_ERROR, Probe, Request
from tools.conformance.probe.prober import Prober

if TYPE_CHECKING:
    from tools.conformance.contract.compiled import CompiledOperation
    from tools.conformance.drive.exchange import Exchange

REPLIES_WITHIN_SECONDS = 12
"""A service that has lost its database must answer 503 soon, not keep its callers waiting."""
RECOVERS_WITHIN_SECONDS = 60
SETTLES_SECONDS = 0.5
"""For connections that the service still holds to break."""
TRIES = 3
"""A new minute may begin between two requests, hardly between three."""


def exhaust(prober: Prober, base_requests: dict[str, Request]) -> None:
    """Bring every operation that documents a 429 to it, as a caller who is allowed one request a minute."""
    for key, base_request in base_requests.items():
        operation = prober.contract.operations[key]
        counts_itself = operation.operation_id in prober.target.self_limited
        if "429" not in operation.replies or operation.is_public or counts_itself:
            continue
        replies = []
        for _ in range(TRIES):
            poor = _poor(prober, operation)
            if poor is None:
                break
            request = prober.as_somebody(operation, altered_requests.without_proof(operation, base_request), poor)
            signature = prober.signature_of(operation, poor.tenant)
            replies.append(prober.send(operation, Probe("once too often", request, ANY, signature)))
        _must_have_refused(prober, operation, replies, f"{TRIES} requests in a minute, one allowed")


def _must_have_refused(prober: Prober, operation: CompiledOperation, replies: list[Exchange], what: str) -> None:
    if replies and all(reply.status != 429 for reply in replies):
        prober.blame(operation, "probe", f"{what}: {replies[-1].status}, not 429", replies[-1])


def _poor(prober: Prober, operation: CompiledOperation) -> Credential | None:
    """A caller with the lowest rate limit; with a login of their own where the operation uses it up."""
    if operation.operation_id in prober.target.private:
        own = disposable.login_for(prober.target, operation, prober.target.limited)
        prober.learned.extend([own] if own else [])
        return own
    schemes = {scheme.name for alternative in operation.security for scheme, _ in alternative}
    known = (item for item in prober.policy.credentials if item.name in prober.target.limited)
    return next((item for item in known if item.scheme in schemes), None)


def flood(prober: Prober) -> None:
    """Send the floods of the target; each must end in a 429. Raises `BadTarget`."""
    by_id = {item.operation_id: item for item in prober.contract.operations.values()}
    for row in prober.target.floods:
        operation = by_id.get(row.get("operation", ""))
        if operation is None:
            raise BadTarget(f"a flood is of {row.get('operation')!r}, which is no operation of the contract")
        request = _own(prober, operation, scout.example_request(prober.target, prober.contract, operation, ()))
        replies = [prober.send(operation, Probe("in a flood", request, ANY)) for _ in range(row["times"])]
        _must_have_refused(prober, operation, replies, f"{row['times']} requests at once")


def probe_during(prober: Prober, base_requests: dict[str, Request], fault: Fault) -> None:
    """Call every operation once while `fault` lasts: each reply must be documented and right."""
    requests = {key: _own(prober, prober.contract.operations[key], request) for key, request in base_requests.items()}
    subprocess.run(fault.begin, check=True)
    time.sleep(SETTLES_SECONDS)
    try:
        # All at once: every request may wait for its full time limit, and one after another would take minutes.
        with ThreadPoolExecutor(len(requests) or 1) as threads:
            list(threads.map(lambda key: _ask(prober, key, requests[key], fault), requests))
    finally:
        subprocess.run(fault.end, check=True)
        _recover(prober, requests)
    order = {key: number for number, key in enumerate(requests)}
    # Threads finish in any order, and the record must be the same in every run.
    prober.exchanges.sort(key=lambda item: order[item.operation] if item.purpose == fault.name else -1)


def _recover(prober: Prober, requests: dict[str, Request]) -> None:
    """Wait until reads succeed again. Raises `BadTarget` when they do not."""
    reads = [requests[key] for key in requests if prober.contract.operations[key].method == "GET"]
    deadline = time.monotonic() + RECOVERS_WITHIN_SECONDS
    client = wire.Client(prober.target.url, timeout_seconds=REPLIES_WITHIN_SECONDS)
    while any(client.send("GET", one.target, one.headers, source="recovery").status >= 500 for one in reads):
        if time.monotonic() > deadline:
            raise BadTarget(f"{prober.target.url} did not recover within {RECOVERS_WITHIN_SECONDS} s")
        time.sleep(0.1)
    client.close()


def _own(prober: Prober, operation: CompiledOperation, request: Request) -> Request:
    """`request` with a login of its own where the operation uses one up."""
    if operation.operation_id not in prober.target.private:
        return request
    own = disposable.login_for(prober.target, operation, prober.target.sacrifices)
    if own is None:
        return request
    prober.learned.append(own)
    return disposable.carrying(prober.target, operation, request, own)


def _ask(prober: Prober, key: str, request: Request, fault: Fault) -> None:
    """One request of one operation, on a connection of its own: services wait for a lost database."""
    operation = prober.contract.operations[key]
    documented = frozenset(int(status) for status in operation.replies if status.isdecimal()) - CLIENT_ERROR
    right = documented - {500} if fault.is_foreseen and 503 in documented else documented
    right = fault.replies or right
    client = wire.Client(prober.target.url, timeout_seconds=REPLIES_WITHIN_SECONDS)
    try:
        exchange = prober.send(operation, Probe(fault.name, request, right, prober.signature_of(operation)), client)
        prober.outages.add(exchange.id)
    except OSError as error:
        message = f"{fault.name}: no reply within {REPLIES_WITHIN_SECONDS} s ({error})"
        prober.findings.append(Finding("probe", operation.key, operation.pointer, message, ""))
    finally:
        client.close()
