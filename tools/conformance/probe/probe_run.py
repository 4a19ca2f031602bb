"""Every probe of one run, in order: links, single operations, lists of other tenants, rate limits, injected faults."""

from __future__ import annotations

from tools.conformance.drive.exchange import Exchange
from tools.conformance.probe import fault_probes, links, prober
from tools.conformance.probe.prober import BaseRequest, Prober, ProbeResult

_ORDER = {"GET": 0, "POST": 1, "PUT": 2, "PATCH": 2, "DELETE": 3}
"""Reads come first, and DELETE last: a probe must not remove the object that a later probe is about."""


def run(sender: Prober, recorded: list[Exchange]) -> ProbeResult:
    """Every probe of every operation that has a base request in `recorded`."""
    exchanges = prober.base_requests(sender.contract, recorded, sender.policy)
    order = sorted(exchanges, key=lambda key: (_ORDER.get(key.partition(" ")[0], 1), key))
    requests = {key: sender.request_of(exchanges[key]) for key in order}
    links.follow(sender, requests, recorded)
    for key in order:
        operation = sender.contract.operations[key]
        sender.probe(sender.fresh(BaseRequest(operation, requests[key]), requests))
    sender.foreign_lists(recorded)
    # Rate limits and faults come last: after them the service may still refuse what it would accept otherwise.
    fault_probes.exhaust(sender, requests)
    fault_probes.flood(sender)
    for fault in sender.target.faults:
        fault_probes.probe_during(sender, requests, fault)
    sender.client.close()
    return ProbeResult(
        tuple(sender.exchanges), tuple(sender.findings), frozenset(sender.outages), tuple(sender.learned)
    )
