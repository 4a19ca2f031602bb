"""Many deliveries at once, of one kind each: what is kept is exactly what came, and nobody is answered a 5xx.

`python -m tests.faults.storms --sizes 50 250 1000 --at-once 200` is part of `make faults`. Real HTTP, real processes, `fsync` on, a
fresh tenant for each storm.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import yaml

from tests.faults import deployment as deployments
from tests.faults import goods
from tests.faults.deployment import Deployment, Shop
from tests.faults.goods import Delivery

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 300.0
SEALED = "SELECT count(*) FROM dead_events WHERE tenant_id = $1 AND payload_sealed IS NOT NULL"


@dataclass(frozen=True)
class Counts:
    """What a tenant has afterwards."""

    events: int
    entries: int
    dead: int
    deliveries: int


@dataclass(frozen=True)
class Storm:
    """A kind of storm: what is sent, and what must be there afterwards, for a size."""

    name: str
    make: Callable[[int, Shop], Sequence[Delivery]]
    expected: Callable[[int], Counts]


def _mixed(size: int, shop: Shop) -> Sequence[Delivery]:
    """Of ten: seven new ones of four processors, two repetitions, one that is broken."""
    kinds = (goods.charge, goods.order, goods.completed_order, goods.capture)
    new = [kinds[number % 4]() for number in range(size * 7 // 10)]
    repeated = [new[number % len(new)] for number in range(size * 2 // 10)]
    broken = [goods.truncated_charge(shop) if number % 2 else goods.malformed_charge() for number in range(size // 10)]
    return [*new, *repeated, *broken]


def _mixed_counts(size: int) -> Counts:
    new, repeated, broken = size * 7 // 10, size * 2 // 10, size // 10
    return Counts(new, new, broken, new + repeated + broken)


STORMS = (
    Storm("replay", lambda size, _: [goods.charge()] * size, lambda size: Counts(1, 1, 0, size)),
    Storm("unique", lambda size, _: [goods.charge() for _ in range(size)], lambda size: Counts(size, size, 0, size)),
    Storm(
        "malformed",
        lambda size, _: [goods.malformed_charge() for _ in range(size)],
        lambda size: Counts(0, 0, size, size),
    ),
    Storm(
        "personal",
        lambda size, _: [goods.personal_charge() for _ in range(size)],
        lambda size: Counts(size, size, 0, size),
    ),
    Storm(
        "personal, too deep to strip",
        lambda size, _: [goods.unstrippable_charge() for _ in range(size)],
        lambda size: Counts(0, 0, size, size),
    ),
    Storm(
        "invalid JSON",
        lambda size, shop: [goods.truncated_charge(shop) for _ in range(size)],
        lambda size: Counts(0, 0, size, size),
    ),
    Storm("mixed", _mixed, _mixed_counts),
)


async def send_all(url: str, deliveries: Sequence[tuple[Shop, Delivery]], at_once: int) -> Counter[int]:
    """How often each status was answered. A lost connection or an answer that never comes raises."""
    statuses: Counter[int] = Counter()
    numbers = iter(deliveries)
    limits = httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, limits=limits) as client:

        async def keep_sending() -> None:
            for shop, one in numbers:
                statuses[(await one.send(client, shop)).status_code] += 1

        await asyncio.gather(*(keep_sending() for _ in range(at_once)))
    return statuses


async def count(deployment: Deployment, shop: Shop) -> Counts:
    """What the tenant has."""
    tables = ("attribution_events", "revenue_ledger", "dead_events", "webhook_deliveries")
    connection = await deployment.look()
    row = [
        await connection.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", shop.tenant_id)
        for table in tables
    ]
    await connection.close()
    return Counts(*row)


async def marks(deployment: Deployment) -> int:
    """Rows of any table that hold a personal value."""
    connection = await deployment.look()
    tables = ("webhook_deliveries", "attribution_events", "revenue_ledger", "dead_events", "dead_events_quarantine")
    pattern = f"%{goods.MARK}%"
    hits = [await connection.fetchval(f"SELECT count(*) FROM {one} t WHERE t::text LIKE $1", pattern) for one in tables]
    await connection.close()
    return sum(hits)


async def blow(deployment: Deployment, storm: Storm, size: int, at_once: int) -> float:
    """One storm over a fresh tenant; seconds it took."""
    shop = await deployment.shop()
    deliveries = [(shop, one) for one in storm.make(size, shop)]
    begun = time.perf_counter()
    statuses = await send_all(deployment.url, deliveries, at_once)
    seconds = time.perf_counter() - begun
    assert statuses == {200: len(deliveries)}, f"{storm.name}: {dict(statuses)}"
    counts, expected = await count(deployment, shop), storm.expected(size)
    assert counts == expected, f"{storm.name}: {counts} instead of {expected}"
    assert await marks(deployment) == 0, f"{storm.name}: personal data at rest"
    return seconds


async def one_key_for_two(deployment: Deployment, size: int, at_once: int) -> None:
    """The same delivery to two tenants, many times, at once: one event each."""
    shops = [await deployment.shop(), await deployment.shop()]
    one = goods.charge()
    statuses = await send_all(deployment.url, [(shops[number % 2], one) for number in range(2 * size)], at_once)
    assert statuses == {200: 2 * size}, dict(statuses)
    for shop in shops:
        assert await count(deployment, shop) == Counts(1, 1, 0, size)


async def every_alias(deployment: Deployment, at_once: int) -> int:
    """Each hint that the taxonomy names becomes its channel, and what it does not name becomes `unknown`; how many hints."""
    document = yaml.safe_load((ROOT / "contracts/governance/channels.yaml").read_text())
    hints = [(p, word, code) for p, words in document["platforms"].items() for word, code in words.items()]
    for rule in document["utm"]:
        for source in rule.get("source", ["anything"]):
            hints += [(source, medium, rule["channel"]) for medium in rule.get("medium", []) or [None]]
    hints = [hint for hint in hints if hint[0] != "anything" or hint[1]] + [("bing", "cpc", document["unmapped"])]
    shop = await deployment.shop()
    deliveries = [goods.hinted_charge(source, medium) for source, medium, _ in hints]
    assert await send_all(deployment.url, [(shop, one) for one in deliveries], at_once) == {200: len(deliveries)}
    connection = await deployment.look()
    rows = await connection.fetch(
        "SELECT transaction_id, channel_code FROM attribution_events WHERE tenant_id = $1", shop.tenant_id
    )
    await connection.close()
    assert dict(map(tuple, rows)) == {one.name: code for one, (_, _, code) in zip(deliveries, hints, strict=True)}
    return len(hints)


async def every_storm(deployment: Deployment, sizes: Sequence[int], at_once: int) -> None:
    """Every storm in every size; no worker may run, since it would repair what died."""
    for size in sizes:
        for storm in STORMS:
            seconds = await blow(deployment, storm, size, at_once)
            print(
                f"storm {storm.name:<28} {size:5} deliveries, {at_once} at once: {seconds:6.1f} s, all 200, {storm.expected(size)}",
                flush=True,
            )
        await one_key_for_two(deployment, size, at_once)
        print(f"storm {'one key for two tenants':<28} {2 * size:5} deliveries: one event each", flush=True)
    print(
        f"storm {'channel aliases':<28} {await every_alias(deployment, at_once):5} hints, each its channel", flush=True
    )


async def run(folder: Path, sizes: Sequence[int], at_once: int) -> None:
    """Every storm over a deployment of its own."""
    async with deployments.running(folder) as deployment:
        await every_storm(deployment, sizes, at_once)


def main() -> int:
    """Storms of the given sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 250, 1000])
    parser.add_argument("--at-once", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-storms-") as folder:
        Path(folder).chmod(0o711)
        asyncio.run(run(Path(folder) / "deployment", options.sizes, options.at_once))
    return 0


if __name__ == "__main__":
    sys.exit(main())
