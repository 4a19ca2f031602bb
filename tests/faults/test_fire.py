"""A short form of what `make faults` does at length: storms, and kills under load."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from functools import partial

import pytest

from impl.cli.tenant import NewTenant
from tests.bench import shop
from tests.bench.ingest import ladder
from tests.db.test_embedded import reachable
from tests.faults import chaos, storms
from tests.faults import deployment as deployments
from tests.faults.deployment import Deployment, Shop

# Real processes with a durable database must not starve each other.
pytestmark = pytest.mark.xdist_group("worker-processes")


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """One deployment for all; each test has shops of its own, and workers only while it needs them."""
    async with deployments.running(reachable(tmp_path_factory.mktemp("fire")) / "deployment") as deployment:
        yield deployment


@pytest.mark.promise("P061", "P065", "P066", "P068", "P072", "Q02", "Q03", "F24")
async def test_storms_keep_exactly_what_came(deployment: Deployment) -> None:
    """Replayed, unique, malformed, personal, invalid and mixed deliveries, forty at once; one key for two tenants; every alias."""
    await storms.every_storm(deployment, sizes=[40], at_once=40)


@pytest.mark.promise("Q01", "Q03")
async def test_a_steady_rate_over_four_tenants_is_answered_in_full(deployment: Deployment) -> None:
    """Repeated, malformed and personal ones among them; `make bench-ingest` holds the rates for minutes and judges the latency."""
    shops = [await deployment.shop() for _ in range(4)]
    result = await ladder.step([partial(_headers, one) for one in shops], deployment.port, 29.0, 3.0)
    assert (result.errors, result.statuses) == (0, {200: 87})


def _headers(shop: Shop, body: bytes) -> dict[str, str]:
    return shop.sender.headers("stripe", "charge.succeeded", body, "unused")


@pytest.mark.promise("Q04")
async def test_the_harness_itself_needs_less_than_a_fiftieth_of_a_second_for_a_delivery() -> None:
    """So that one core drives fifty a second and more; counted in CPU time, which a busy machine does not change."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                await reader.readexactly(int(length.split(b":")[1]))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    merchant = NewTenant(uuid.uuid4(), "a@shop.example", "unused", tenant_key="sk_x", webhook_secret="whsec_x")
    begun = time.process_time()
    step = await ladder.step([partial(shop.headers, merchant)] * 4, server.sockets[0].getsockname()[1], 100.0, 1.0)
    seconds = time.process_time() - begun
    server.close()
    assert step.statuses == {200: 100}
    assert seconds / 100 < 1 / 50


@pytest.mark.promise("P066")
async def test_what_was_acknowledged_survives_kills_of_api_worker_and_database(deployment: Deployment) -> None:
    account = await chaos.kills(deployment, ("api", "worker", "database"), seed=3)
    assert account.acknowledged
    assert account.hits == {"api": 1, "worker": 1, "database": 1}
