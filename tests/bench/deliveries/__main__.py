"""Signed deliveries per second: our service against a hand-written FastAPI + SQLAlchemy route, side by side, `fsync` on.

Both run as one process, log in as `app_user`, write the same tables of the same embedded PostgreSQL under row security and are
loaded in turn (A B A B …) with the same deliveries. Run: `make bench-deliveries`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
from sqlalchemy import text

from impl.cli import local, tenant
from impl.cli.tenant import Made
from impl.db import engine as engines
from impl.db import roles
from impl.platforms import stripe
from impl.platforms.stripe import samples
from impl.settings import Settings
from tests.bench import load
from tests.bench.load import Result

ROUNDS, REQUESTS, CONNECTIONS = 5, 1500, 16
BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    """Run both in turn and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder, local.stack(Settings(data_dir=Path(folder))) as stack:
        shop = tenant.make(stack.settings, name="Bench", email="bench@shop.example", password="bench bench bench")
        asyncio.run(_raise_limits(stack, shop))
        with _service(stack, shop) as ours, _peer(stack, shop) as peer:
            figures = asyncio.run(_measure(shop, {"skeldir": ours, "fastapi+sqlalchemy": peer}))
    _report(figures)


async def _raise_limits(stack: local.Stack, shop: Made) -> None:
    operator = engines.create(stack.urls[roles.OPERATOR], pool_size=1)
    async with operator.begin() as connection:
        statement = text("SELECT ops.update_tenant(:tenant, webhook_rate_per_minute => 10000000)")
        await connection.execute(statement, {"tenant": shop.tenant_id})
    await operator.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str], port: int) -> Iterator[int]:
    process = subprocess.Popen(
        command, env=os.environ | environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(40)


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def _service(stack: local.Stack, shop: Made) -> contextlib.AbstractContextManager[int]:
    del shop
    port = _free_port()
    names = ("app_database_url", "ops_database_url", "sealing_keys", "login_pepper")
    secrets = {f"SKELDIR_{name.upper()}": stack.settings.secret(name) for name in names}
    return _process([str(BIN / "skeldir"), "serve", "--port", str(port)], secrets, port)


def _peer(stack: local.Stack, shop: Made) -> contextlib.AbstractContextManager[int]:
    port = _free_port()
    environment = {
        "PEER_DATABASE_URL": stack.settings.secret("app_database_url"),
        "PEER_TENANT": str(shop.tenant_id),
        "PEER_SECRET": shop.webhook_secret,
        "PEER_KEY": shop.tenant_key,
    }
    command = [
        str(BIN / "python"),
        "-m",
        "uvicorn",
        "tests.bench.deliveries.peer:app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    return _process(command, environment, port)


async def _measure(shop: Made, ports: dict[str, int]) -> dict[str, list[Result]]:
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


async def _check(shop: Made, port: int) -> None:
    """Refuse to measure something that does not work."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        body = _body(f"check-{port}")
        answer = await client.post("/api/webhooks/stripe", content=body, headers=_headers(shop, body))
        assert answer.json()["outcome"] == "accepted", answer.text


async def _round(shop: Made, port: int, name: str, requests: int) -> Result:
    prefix = f"{name}-{uuid.uuid4().hex[:6]}"
    ready = [_request(shop, port, _body(f"{prefix}-{number}")) for number in range(requests)]
    return await load.run("127.0.0.1", port, ready.__getitem__, requests=requests, connections=CONNECTIONS)


def _body(name: str) -> bytes:
    item = {"id": f"ch_{name}", "payment_intent": f"pi_{name}", "created": int(time.time())}
    return json.dumps(
        samples.load("charge.succeeded", event={"id": f"evt_{name}", "created": int(time.time())}, item=item)
    ).encode()


def _headers(shop: Made, body: bytes) -> dict[str, str]:
    signature = stripe.sign(body, shop.webhook_secret.encode(), timestamp=int(time.time()))
    return {"Content-Type": "application/json", "Stripe-Signature": signature, "X-Skeldir-Tenant-Key": shop.tenant_key}


def _request(shop: Made, port: int, body: bytes) -> bytes:
    headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body))} | _headers(shop, body)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /api/webhooks/stripe HTTP/1.1\r\n{head}\r\n".encode() + body


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
