"""The hash of a run's requests: the same for the same requests, whatever the service made up, and another for any other."""

from __future__ import annotations

import dataclasses
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.conformance import recording, sequence
from tools.conformance.contract import compiled as contract
from tools.conformance.drive import target as targets
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge.oracle import Policy
from tools.conformance.probe import prober

CONFIG = Path(__file__).parent / "fixture_app" / "shop.toml"


def part_of(*exchanges: Exchange) -> recording.Recording:
    target = targets.read(CONFIG, url="http://127.0.0.1:1")
    nothing = prober.ProbeResult((), (), frozenset(), ())
    options = recording.Options(Path("nowhere"))
    return recording.Recording(target, options, (), exchanges, (), nothing, frozenset(), {})


def exchange_of(body: str = "{}", *, target: str = "/orders", **headers: str) -> Exchange:
    path, _, query = target.partition("?")
    return Exchange("e", "POST", path, query, tuple(headers.items()), body.encode(), 200, (), b"", source="probe")


def hash_of(*exchanges: Exchange) -> str:
    return sequence.hash_of(sequence.lines_of([part_of(*exchanges)]))


def test_what_a_service_makes_up_does_not_count() -> None:
    """Ids, tokens, this moment, keys and proofs are other ones in every run."""

    def run() -> str:
        order, token = str(uuid.uuid4()), f"eyJ{uuid.uuid4().hex}.{uuid.uuid4().hex}.{uuid.uuid4().hex}"
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return hash_of(
            exchange_of(
                f'{{"order": "{order}", "at": "{moment}", "created": {int(time.time())}}}', authorization=token
            ),
            exchange_of(f'{{"refresh_token": "{token}"}}', target=f"/orders/{order}"),
            exchange_of(f'{{"refresh_token": "{uuid.uuid4()}.{uuid.uuid4()}.{uuid.uuid4().hex}"}}'),
        )

    assert run() == run()


def test_which_of_two_ids_is_meant_counts() -> None:
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    first, again = exchange_of(f'"{one}"'), exchange_of(f'"{one}"')
    assert hash_of(first, again) != hash_of(first, exchange_of(f'"{other}"'))


@pytest.mark.parametrize(
    "changed",
    [
        exchange_of('{"amount": 2}'),
        exchange_of('{"amount": 1}', target="/orders?limit=1"),
        exchange_of('{"amount": 1}', accept="text/html"),
        dataclasses.replace(exchange_of('{"amount": 1}'), method="PUT"),
        dataclasses.replace(exchange_of('{"amount": 1}'), source="coverage"),
        exchange_of('{"amount": 1, "at": "2020-02-28T10:00:00Z"}'),
        exchange_of('{"amount": 1}' + " " * sequence.MOST_BYTES),
    ],
)
def test_everything_else_counts(changed: Exchange) -> None:
    assert hash_of(changed) != hash_of(exchange_of('{"amount": 1}'))


def test_order_and_number_count() -> None:
    one, other = exchange_of("1"), exchange_of("2")
    assert len({hash_of(one, other), hash_of(other, one), hash_of(one), hash_of(one, one)}) == 4


def test_the_first_difference_is_shown_with_both_requests() -> None:
    before = sequence.lines_of([part_of(exchange_of("1"), exchange_of("2"))])
    after = sequence.lines_of([part_of(exchange_of("1"), exchange_of("3"))])
    difference = sequence.first_difference(before, after)
    assert difference is not None
    assert difference.startswith("request 2 differs:")
    assert '"2"]' in difference
    assert '"3"]' in difference
    assert sequence.first_difference(before, before) is None
    assert "none" in (sequence.first_difference(before, before[:1]) or "")


@pytest.mark.parametrize("figures", [(0.5, 12.25), (12.25, 0.5)])
def test_the_request_that_probes_start_from_does_not_hang_on_how_long_a_figure_is(figures: tuple[float, float]) -> None:
    """Of two that showed as much the later one, in every run; one that showed more before both."""
    paths = {"/health": {"get": {"operationId": "health", "responses": {"200": {"description": "So it is."}}}}}
    known = contract.compile_contract({"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": paths})
    replies = [f'{{"latency_ms": {figure}}}' for figure in figures]
    exchanges = [read(str(number), reply) for number, reply in enumerate(replies)]
    assert [item.id for item in prober.base_requests(known, exchanges, Policy()).values()] == ["1"]
    exchanges.insert(0, read("full", '{"latency_ms": 1, "database": "up"}'))
    assert [item.id for item in prober.base_requests(known, exchanges, Policy()).values()] == ["full"]


def read(name: str, reply: str) -> Exchange:
    return Exchange(name, "GET", "/health", "", (), None, 200, (), reply.encode(), source="coverage")
