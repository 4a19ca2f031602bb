"""The specification's ladder: so many deliveries a second, whether the service keeps up or not, over several tenants."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import httpx2

from tests.bench import shop as bench

STEPS = ((29.0, 1.0), (46.0, 1.0), (5.0, 5.0))
"""Deliveries a second, and how many times the usual length that is held."""
NULL_RATE = 50.0
Headers = Callable[[bytes], dict[str, str]]
"""What one shop's processor sends along with a body."""
PATIENCE_SECONDS = 120.0


@dataclass
class Step:
    """One rate, held for a while."""

    rate: float
    seconds: float
    latencies_ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    errors: int = 0
    took_seconds: float = 0.0

    def percentile_ms(self, share: float) -> float:
        """Latency below which `share` (0..1) of the answers stayed."""
        ordered = sorted(self.latencies_ms)
        return ordered[int(share * (len(ordered) - 1))] if ordered else float("inf")

    @property
    def achieved(self) -> float:
        """Share of the rate that was answered."""
        return len(self.latencies_ms) / max(self.took_seconds, self.seconds) / self.rate

    def holds(self) -> bool:
        """Whether the step is within its limits: p95 under 2 s, 98 % achieved, no 5xx, no lost connection."""
        return (
            self.percentile_ms(0.95) < 2000 and self.achieved >= 0.98 and not self.errors and max(self.statuses) < 500
        )

    def line(self) -> str:
        """For people."""
        p50, p95, p99 = (self.percentile_ms(share) for share in (0.5, 0.95, 0.99))
        return (
            f"  {self.rate:.0f} rps x {self.seconds:.0f} s over 4 tenants: p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms, achieved "
            f"{100 * self.achieved:.1f} %, statuses {self.statuses}, errors {self.errors}"
        )


async def climb(shops: Sequence[Headers], port: int, seconds: float) -> list[Step]:
    """Every step of the ladder, one after the other."""
    return [await step(shops, port, rate, seconds * times) for rate, times in STEPS]


async def step(shops: Sequence[Headers], port: int, rate: float, seconds: float) -> Step:
    """`rate` deliveries a second for `seconds`: 25 % repeated, 10 % malformed, 10 % with personal data."""
    result, random, bodies = Step(rate, seconds), Random(7), []
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS, limits=limits
    ) as client:
        started, tasks = time.monotonic(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            body = bodies[random.randrange(len(bodies))] if bodies and random.random() < 0.25 else _body(random)
            bodies.append(body)
            tasks.append(asyncio.create_task(_send(client, result, shops[number % len(shops)], body)))
        await asyncio.gather(*tasks)
        result.took_seconds = time.monotonic() - started
    return result


def _body(random: Random) -> bytes:
    body, chance = bench.body(uuid.uuid4().hex), random.random()
    if chance < 0.1 / 0.75:
        return body[:-20]
    if chance < 0.2 / 0.75:
        payload = json.loads(body)
        payload["data"]["object"]["receipt_email"] = "somebody@shop.example"
        return json.dumps(payload).encode()
    return body


async def _send(client: httpx2.AsyncClient, result: Step, headers: Headers, body: bytes) -> None:
    begun = time.perf_counter()
    try:
        answer = await client.post("/api/webhooks/stripe", content=body, headers=headers(body))
    except httpx2.HTTPError:
        result.errors += 1
        return
    result.latencies_ms.append(1000 * (time.perf_counter() - begun))
    result.statuses[answer.status_code] = result.statuses.get(answer.status_code, 0) + 1
