"""A shop to load: its service in a process of its own, and ready-made signed requests."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from impl.cli import local
from impl.cli.tenant import NewTenant
from impl.db import engine as engines
from impl.db import roles
from impl.platforms import stripe
from impl.platforms.stripe import samples

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Process:
    """A process that listens."""

    port: int
    pid: int


async def raise_limits(stack: local.Stack, shop: NewTenant) -> None:
    """As many deliveries a minute as anybody can send."""
    operator = engines.create(stack.urls[roles.OPERATOR], pool_size=1)
    async with operator.begin() as connection:
        statement = text("SELECT ops.update_tenant(:tenant, webhook_rate_per_minute => 10000000)")
        await connection.execute(statement, {"tenant": shop.tenant_id})
    await operator.dispose()


def free_port() -> int:
    """A port that nobody uses now, below those that the kernel hands out for connections: it can be taken again later."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def listening(command: list[str], environment: dict[str, str], port: int) -> Iterator[Process]:
    """`command` as long as the block runs, from when it listens on `port`."""
    process = subprocess.Popen(
        command, env=os.environ | environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield Process(port, process.pid)
    finally:
        process.terminate()
        process.wait(40)


def _await(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def service_environment(stack: local.Stack) -> dict[str, str]:
    """What `skeldir serve` needs to know of the stack."""
    names = ("app_database_url", "ops_database_url", "sealing_keys", "login_pepper")
    return {f"SKELDIR_{name.upper()}": stack.settings.secret(name) for name in names}


def service(stack: local.Stack) -> contextlib.AbstractContextManager[Process]:
    """The service as it is started in production, one process."""
    port = free_port()
    return listening([str(BIN / "skeldir"), "serve", "--port", str(port)], service_environment(stack), port)


def uvicorn(app: str, environment: dict[str, str]) -> contextlib.AbstractContextManager[Process]:
    """Another application, as one process of the same server."""
    port = free_port()
    command = [str(BIN / "python"), "-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    return listening(command, environment, port)


def body(name: str) -> bytes:
    """A delivery of a charge that nobody else has."""
    item = {"id": f"ch_{name}", "payment_intent": f"pi_{name}", "created": int(time.time())}
    event = {"id": f"evt_{name}", "created": int(time.time())}
    return json.dumps(samples.load("charge.succeeded", event=event, item=item)).encode()


def headers(shop: NewTenant, sent: bytes) -> dict[str, str]:
    """What Stripe sends along, signed now."""
    signature = stripe.sign(sent, shop.webhook_secret.encode(), timestamp=int(time.time()))
    return {"Content-Type": "application/json", "Stripe-Signature": signature, "X-Skeldir-Tenant-Key": shop.tenant_key}


def request(shop: NewTenant, port: int, sent: bytes) -> bytes:
    """The whole HTTP request, ready to be written to a socket."""
    all_headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(sent))} | headers(shop, sent)
    head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"POST /api/webhooks/stripe HTTP/1.1\r\n{head}\r\n".encode() + sent
