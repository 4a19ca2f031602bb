"""Kill anything at any moment while deliveries of four processors come in: what was acknowledged is there, once.

Every round deliveries keep coming while one of API, worker and database is killed with SIGKILL, and after it is back. Then every
delivery that was not acknowledged is sent again, as its processor would, and must be taken. At the end of each round everything
that was ever sent is counted. `python -m tests.faults.chaos --rounds 30` is part of `make faults`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx2

from tests.faults import deployment as deployments
from tests.faults import goods
from tests.faults.deployment import Deployment, Shop
from tests.faults.goods import Delivery

SENDERS = 8
_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.1, 1.0
VICTIMS = ("api", "api", "worker", "worker", "database", "postmaster", "backend")
EVENTS = """
    SELECT e.processor || ' ' || e.external_event_id, count(DISTINCT e.id), count(DISTINCT l.id), count(DISTINCT t.id),
        count(DISTINCT d.id) FILTER (WHERE d.outcome = 'accepted')
    FROM attribution_events e
    LEFT JOIN revenue_ledger l ON l.tenant_id = e.tenant_id AND l.event_id = e.id
    LEFT JOIN revenue_state_transitions t ON t.tenant_id = l.tenant_id AND t.entry_id = l.id
    LEFT JOIN webhook_deliveries d ON d.tenant_id = e.tenant_id AND d.event_id = e.id
    WHERE e.tenant_id = $1 GROUP BY 1
"""
DEAD = "SELECT idempotency_key, count(*) FROM dead_events WHERE tenant_id = $1 GROUP BY 1"


@dataclass
class Account:
    """What the senders were told."""

    acknowledged: dict[str, Delivery] = field(default_factory=dict)
    unknown: dict[str, Delivery] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    """Deliveries sent again after their first answer was no 2xx."""
    back_seconds: list[float] = field(default_factory=list)


def _key(one: Delivery) -> str:
    return one.name if one.is_dead else f"{one.processor} {one.name}"


def next_delivery(order: Random, shop: Shop, account: Account) -> Delivery:
    chance = order.random()
    if chance < 0.15 and account.acknowledged:
        return order.choice(list(account.acknowledged.values())[-50:])
    if chance < 0.25:
        return order.choice((goods.malformed_charge, lambda: goods.truncated_charge(shop)))()
    return order.choice((goods.charge, goods.charge, goods.order, goods.completed_order, goods.capture))()


async def deliver(client: httpx2.AsyncClient, shop: Shop, account: Account, one: Delivery) -> bool:
    """Send it, and remember what came of it: whether it was acknowledged."""
    key = _key(one)
    if key not in account.acknowledged:
        account.unknown[key] = one
    try:
        answer = await one.send(client, shop)
    except (httpx2.HTTPError, OSError) as error:
        account.statuses[type(error).__name__] += 1
        return False
    account.statuses[str(answer.status_code)] += 1
    if answer.status_code != 200:
        # Only what is our fault, so that the processor sends it again.
        assert answer.status_code >= 500, f"{answer.status_code}: {answer.text}"
        return False
    assert answer.json()["outcome"] in ({"dead"} if one.is_dead else {"accepted", "duplicate"}), answer.text
    account.unknown.pop(key, None)
    account.acknowledged[key] = one
    return True


async def keep_sending(
    deployment: Deployment, shop: Shop, account: Account, order: Random, until: asyncio.Event
) -> None:
    """One processor after the other, whatever is answered; more and more slowly while nobody takes anything."""
    pause = _PAUSE_SECONDS
    async with httpx2.AsyncClient(base_url=deployment.url, timeout=60) as client:
        while not until.is_set():
            if await deliver(client, shop, account, next_delivery(order, shop, account)):
                pause = _PAUSE_SECONDS
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _MAX_PAUSE_SECONDS)


async def one_round(deployment: Deployment, shop: Shop, account: Account, order: Random, victim: str) -> None:
    """Load, a kill at a random moment, load while it is away and after it is back, and the books."""
    over = asyncio.Event()
    orders = [Random(order.random()) for _ in range(SENDERS)]
    senders = [asyncio.create_task(keep_sending(deployment, shop, account, one, over)) for one in orders]
    await asyncio.sleep(order.uniform(0.2, 0.8))
    deployment.kill(victim, order)
    account.hits[victim] += 1
    begun = time.perf_counter()
    await asyncio.sleep(order.uniform(0.0, 0.3))
    if victim == "api":
        deployment.start_api()
    elif victim != "worker":
        await asyncio.to_thread(deployment.restart_database)
    await deployment.ready()
    account.back_seconds.append(time.perf_counter() - begun)
    await asyncio.sleep(order.uniform(0.1, 0.4))
    over.set()
    await asyncio.gather(*senders)
    await check(deployment, shop, account)
    await settle(deployment, shop, account)
    await check(deployment, shop, account)


async def settle(deployment: Deployment, shop: Shop, account: Account) -> None:
    """Every delivery that was not acknowledged is sent again and taken, at the latest when the last part is back."""
    async with httpx2.AsyncClient(base_url=deployment.url, timeout=60) as client:
        account.repeated += len(account.unknown)
        for one in list(account.unknown.values()):
            # Of each its own: after a long outage there are thousands, and a busy machine takes them slowly.
            deadline = time.monotonic() + deployments.PATIENCE_SECONDS
            while not await deliver(client, shop, account, one):
                assert time.monotonic() < deadline, f"{_key(one)} is not taken"
                await asyncio.sleep(0.05)
    assert not account.unknown


async def check(deployment: Deployment, shop: Shop, account: Account) -> None:
    """Every acknowledged delivery is there exactly once and whole, and nothing is there that nobody sent."""
    connection = await deployment.look()
    events = {row[0]: tuple(row)[1:] for row in await connection.fetch(EVENTS, shop.tenant_id)}
    dead = {row[0]: row[1] for row in await connection.fetch(DEAD, shop.tenant_id)}
    await connection.close()
    there = events.keys() | dead.keys()
    missing = account.acknowledged.keys() - there
    assert not missing, f"{len(missing)} acknowledged deliveries are lost: {sorted(missing)[:3]}"
    assert not there - account.acknowledged.keys() - account.unknown.keys(), "rows that nobody sent"
    odd = {key: counts for key, counts in events.items() if counts != (1, 1, 1, 1)}
    assert not odd, f"events doubled or half there: {list(odd.items())[:3]}"
    assert set(dead.values()) <= {1}, "a dead event is there twice"


async def kills(deployment: Deployment, victims: Sequence[str], seed: int) -> Account:
    """One kill after the other, with workers for as long as it takes; the account of what was sent."""
    account, order = Account(), random.Random(seed)
    deployment.start_worker()
    shop = await deployment.shop()
    for victim in victims:
        await one_round(deployment, shop, account, order, victim)
    await workers_live(deployment)
    await asyncio.to_thread(deployment.stop_worker)
    return account


async def run(folder: Path, rounds: int, seed: int) -> Account:
    """`rounds` kills of anything in a deployment of its own."""
    victims = random.Random(seed).choices(VICTIMS, k=rounds)
    async with deployments.running(folder) as deployment:
        return await kills(deployment, victims, seed)


async def workers_live(deployment: Deployment) -> None:
    """After all that the workers still run what is due, and every due instant was dispatched once."""
    deadline, connection = time.monotonic() + deployments.PATIENCE_SECONDS, await deployment.look()
    since = await connection.fetchval("SELECT now()")
    successes = "SELECT count(*) FROM queue.pgqueuer_log WHERE status = 'successful' AND created > $1"
    while not await connection.fetchval(successes, since):
        assert time.monotonic() < deadline, "no job is done any more"
        await asyncio.sleep(0.2)
    await connection.close()


def main() -> int:
    """Kill as often as asked and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=20_261_121)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-chaos-") as folder:
        Path(folder).chmod(0o711)
        account = asyncio.run(run(Path(folder) / "deployment", options.rounds, options.seed))
    print(
        f"{options.rounds} kills ({dict(account.hits)}): {len(account.acknowledged)} deliveries acknowledged, lost 0, doubled 0, "
        f"half 0; {account.repeated} had no 2xx, were sent again and taken; answers {dict(account.statuses)}; "
        f"back after at most {max(account.back_seconds):.1f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
