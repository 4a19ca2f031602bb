"""Strangers in a process of their own, so that their work is not measured as the service's: `python -m tests.attack.crowd …`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from tests.attack.client import HOST, PATIENCE_SECONDS, head, send

PAUSE_SECONDS: Final = 3.0
"""Between two requests of one connection: 1500 connections then send 500 requests a second."""


@contextlib.asynccontextmanager
async def crowd(*arguments: object) -> AsyncIterator[asyncio.Future[dict[str, int]]]:
    """A crowd beside the block; the future has its replies by status once it has ended."""
    command = [sys.executable, "-m", "tests.attack.crowd", *(str(one) for one in arguments)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    # It says when it begins, because it takes a second to load.
    await process.stdout.readline()
    reading = asyncio.ensure_future(_read(process))
    try:
        yield reading
    finally:
        await reading


async def _read(process: asyncio.subprocess.Process) -> dict[str, int]:
    output, _ = await process.communicate()
    return dict(json.loads(output))


async def knock(port: int, number: int, deadline: float, statuses: Counter[int]) -> None:
    """One connection with unknown keys, kept open; every second one comes from the same address."""
    address = "198.51.103.1" if number % 2 else f"10.{number >> 8}.{number & 255}.1"
    await asyncio.sleep(random.random() * PAUSE_SECONDS)
    reader, writer = await asyncio.open_connection(HOST, port)
    while time.monotonic() < deadline:
        headers = {"x-skeldir-tenant-key": "sk_" + secrets.token_urlsafe(32), "content-type": "application/json"}
        request = head("POST", "/api/webhooks/stripe", address, 2, headers) + b"{}"
        writer.write(request.replace(b"connection: close\r\n", b""))
        top = await reader.readuntil(b"\r\n\r\n")
        statuses[int(top.split(b" ", 2)[1])] += 1
        length = next(line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.partition(b":")[2]))
        await asyncio.sleep(PAUSE_SECONDS)
    writer.close()


async def strangers(port: int, count: int, seconds: float) -> Counter[int]:
    """Connections with unknown keys."""
    statuses: Counter[int] = Counter()
    deadline = time.monotonic() + seconds
    knocking = (knock(port, number, deadline, statuses) for number in range(count))
    await asyncio.gather(*knocking, return_exceptions=True)
    return statuses


async def logins(port: int, count: int, tenant_id: str) -> Counter[int]:
    """Logins at once from one address, each of another person."""

    async def log_in() -> int:
        person = {"email": f"{secrets.token_hex(6)}@x.example", "password": "a guess", "tenant_id": tenant_id}
        body = json.dumps(person).encode()
        request = head("POST", "/api/auth/login", "198.51.101.1", len(body), {"content-type": "application/json"})
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await send(port, request + body)).status

    return Counter(await asyncio.gather(*(log_in() for _ in range(count))))


def main(kind: str, port: str, count: str, more: str) -> None:
    """One crowd."""
    print("begun", flush=True)
    if kind == "strangers":
        statuses = asyncio.run(strangers(int(port), int(count), float(more)))
    else:
        statuses = asyncio.run(logins(int(port), int(count), more))
    print(json.dumps(statuses))


if __name__ == "__main__":
    main(*sys.argv[1:])
