"""Signed deliveries per second: our service against a hand-written FastAPI + SQLAlchemy route, side by side, `fsync` on.

Both run as one process, log in as `app_user`, write the same tables of the same embedded PostgreSQL under row security and are
loaded in turn (A B A B …) with the same deliveries. Run: `make bench-deliveries`.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
import uuid
from pathlib import Path

import httpx2

from impl.cli import local, tenant
from impl.cli.tenant import NewTenant
from impl.settings import Settings
from tests.bench import load
from tests.bench import shop as bench
from tests.bench.load import Result

ROUNDS, REQUESTS, CONNECTIONS = 5, 1500, 16
BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    """Run both in turn and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder, local.stack(Settings(data_dir=Path(folder))) as stack:
        shop = tenant.make(stack.settings, name="Bench", email="bench@shop.example", password="bench bench bench")
        asyncio.run(bench.raise_limits(stack, shop))
        with bench.service(stack) as ours, _peer(stack, shop) as peer:
            figures = asyncio.run(_measure(shop, {"skeldir": ours.port, "fastapi+sqlalchemy": peer.port}))
    _report(figures)


def _peer(stack: local.Stack, shop: NewTenant) -> contextlib.AbstractContextManager[bench.Process]:
    environment = {
        "PEER_DATABASE_URL": stack.settings.secret("app_database_url"),
        "PEER_TENANT": str(shop.tenant_id),
        "PEER_SECRET": shop.webhook_secret,
        "PEER_KEY": shop.tenant_key,
    }
    return bench.uvicorn("tests.bench.deliveries.peer:app", environment)


async def _measure(shop: NewTenant, ports: dict[str, int]) -> dict[str, list[Result]]:
    figures: dict[str, list[Result]] = {name: [] for name in ports}
    for name, port in ports.items():
        await _round(shop, port, f"warm-{name}", 200)
        await _check(shop, port)
    for number in range(ROUNDS):
        for name, port in ports.items():
            result = await _round(shop, port, f"{number}-{name}", REQUESTS)
            print(f"round {number + 1}  {name:<20} {result.per_second:8.0f}/s  {dict(result.statuses)}", flush=True)
            figures[name].append(result)
    return figures


async def _check(shop: NewTenant, port: int) -> None:
    """Refuse to measure something that does not work."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        body = bench.body(f"check-{port}")
        answer = await client.post("/api/webhooks/stripe", content=body, headers=bench.headers(shop, body))
        assert answer.json()["outcome"] == "accepted", answer.text


async def _round(shop: NewTenant, port: int, name: str, requests: int) -> Result:
    prefix = f"{name}-{uuid.uuid4().hex[:6]}"
    ready = [bench.request(shop, port, bench.body(f"{prefix}-{number}")) for number in range(requests)]
    return await load.run("127.0.0.1", port, ready.__getitem__, requests=requests, connections=CONNECTIONS)


def _report(figures: dict[str, list[Result]]) -> None:
    print(f"\n{REQUESTS} deliveries a round over {CONNECTIONS} connections, median of {ROUNDS} rounds (min–max):")
    for name, results in figures.items():
        rates = sorted(result.per_second for result in results)
        p50, p99 = (statistics.median(result.percentile(share) for result in results) for share in (0.5, 0.99))
        print(
            f"  {name:<20} {statistics.median(rates):7.0f}/s ({rates[0]:.0f}–{rates[-1]:.0f})  p50 {p50:.1f} ms  p99 {p99:.1f} ms"
        )
    ours, peer = figures.values()
    ratios = [mine.per_second / other.per_second for mine, other in zip(ours, peer, strict=True)]
    print(
        f"  ratio skeldir / fastapi+sqlalchemy, round by round: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
