"""What the red team did, one function each: it attacks, measures, and says which figure was to be reached."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.attack.client import HOST, Target, head, percentile, send
from tests.attack.crowd import crowd
from tests.bench import processes
from tests.bench.shop import free_port
from tests.cli.conftest import environment
from tests.faults.deployment import SKELDIR

MEGABYTE: Final = 1_048_576
LIMIT: Final = 30
"""Failures of an address in a minute, which is also how many of its passwords are hashed."""


@dataclass(frozen=True)
class Figure:
    """One measured value and what it must be."""

    finding: str
    what: str
    value: float
    wanted: str
    is_good: bool


def at_most(finding: str, what: str, value: float, most: float) -> Figure:
    return Figure(finding, what, value, f"<= {most:g}", value <= most)


def exactly(finding: str, what: str, value: float, wanted: float) -> Figure:
    return Figure(finding, what, value, f"= {wanted:g}", value == wanted)


async def long_header(target: Target) -> list[Figure]:
    """One connection sends one header line of 60 MB."""
    chunks = [b"GET / HTTP/1.1\r\nhost: x\r\na: ", *[b"x" * 262_144] * 240]
    flood = asyncio.create_task(send(target.port, *chunks))
    lives = [(await target.ask("GET", "/api/health/live")).seconds for _ in range(30)]
    reply = await flood
    return [
        at_most("A3", "liveness beside a header line of 60 MB, slowest (s)", max(lives), 1.0),
        Figure("A3", "status of that request (0: closed while it was sent)", reply.status, "431 or 0", reply.status in {0, 431}),
    ]  # fmt: skip


async def lock_out_by_proxy(target: Target) -> list[Figure]:
    """31 requests without a token from an address, then a login from it."""
    for _ in range(31):
        await target.ask("GET", "/api/auth/verify", address="198.51.100.1")
    reply = await target.log_in(address="198.51.100.1")
    return [exactly("A4", "login from an address with 31 failed requests", reply.status, 200)]


async def logins_at_once(target: Target) -> list[Figure]:
    """300 logins at once from one address, each of another person; the owner logs in elsewhere meanwhile."""
    async with crowd("logins", target.port, 300, target.owner.tenant_id) as replies:
        await asyncio.sleep(0.3)
        owner = await target.log_in(address="192.0.2.1")
    statuses = await replies
    return [
        at_most("A5", "of 300 logins at once from one address, hashed", statuses.get("401", 0), LIMIT),
        exactly("A5", "the owner's login elsewhere, meanwhile", owner.status, 200),
        at_most("A5", "and how long it took (s)", owner.seconds, 2.0),
    ]


async def lock_out_by_guessing(target: Target) -> list[Figure]:
    """Ten wrong guesses of one person's password, then the person."""
    guesses = [await target.log_in(address="198.51.102.1", password="a guess") for _ in range(12)]
    owner = await target.log_in(address="192.0.2.77")
    return [
        at_most("A5", "guesses of one password from one network", sum(one.status == 401 for one in guesses), 10),
        exactly("A5", "the owner's login after that", owner.status, 200),
    ]


async def strangers(target: Target, count: int = 1500, seconds: float = 15.0) -> list[Figure]:
    """Connections with unknown keys, half of them from one address, half from one each; deliveries beside them."""
    quiet = [(await target.deliver()).seconds for _ in range(100)]
    loud = []
    async with crowd("strangers", target.port, count, seconds) as replies:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            loud.append(await target.deliver())
            await asyncio.sleep(0.02)
    refused = sum((await replies).values())
    ratio = percentile((one.seconds for one in loud), 0.95) / percentile(quiet, 0.95)
    return [
        Figure("A8", f"requests of {count} strangers' connections", refused, ">= 3000", refused >= 3000),
        exactly("A8", f"of {len(loud)} deliveries beside them, refused", sum(one.status != 200 for one in loud), 0),
        at_most("A8", "their 95th percentile, of the quiet one", ratio, 5.0),
    ]


async def wrong_signatures(target: Target) -> list[Figure]:
    """1000 deliveries with the right key and a wrong signature."""
    replies = [await target.deliver(address="198.51.104.1", is_forged=True) for _ in range(1000)]
    authentic = await target.deliver()
    return [
        at_most("A8", "of 1000 wrong signatures, checked", sum(one.status == 401 for one in replies), LIMIT),
        exactly("A8", "an authentic delivery after them", authentic.status, 200),
    ]


async def idle_connections(target: Target) -> list[Figure]:
    """More idle and half-sent connections than may be open."""
    half = head("POST", "/api/auth/login", "203.0.113.9", MEGABYTE, {"content-type": "application/json"})
    open_ = [await asyncio.open_connection(HOST, target.port) for _ in range(2500)]
    for _, writer in open_[::2]:
        writer.write(half)
    replies = [await target.ask("GET", "/api/health/live") for _ in range(20)]
    for _, writer in open_:
        writer.close()
    return [
        exactly("A9", "of 20 requests beside 2500 idle connections, answered", sum(one.status == 200 for one in replies), 20),
        at_most("A9", "the slowest (s)", max(one.seconds for one in replies), 1.0),
    ]  # fmt: skip


async def unwanted_bodies(target: Target) -> list[Figure]:
    """300 connections that send a megabyte each without a key."""
    api = target.deployment.api
    assert api is not None
    before = _resident(api.pid)
    request = head("POST", "/api/webhooks/stripe", "203.0.113.10", MEGABYTE, {"content-type": "application/json"})
    replies = await asyncio.gather(*(send(target.port, request, b"x" * (MEGABYTE - 1)) for _ in range(300)))
    return [
        at_most("A9", "memory for 300 bodies of strangers (MB)", (_resident(api.pid) - before) / MEGABYTE, 60),
        exactly("A9", "of them answered with 200", sum(one.status == 200 for one in replies), 0),
    ]


async def frozen_database(target: Target, seconds: float = 20.0) -> list[Figure]:
    """The database stands still for a while."""
    pids = processes.of_cluster(target.deployment.server.home / "pgdata")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        asked = [target.deliver(), target.log_in(address="192.0.2.2"), target.ask("GET", "/api/health/ready")]
        replies = await asyncio.gather(*asked)
        waited = time.monotonic() - started
        await asyncio.sleep(max(0.0, seconds - waited))
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    again = await _eventually(target.deliver)
    return [
        exactly("A9", "replies of a frozen database other than 503", sum(one.status != 503 for one in replies), 0),
        at_most("A9", "the slowest of them (s)", max(one.seconds for one in replies), 16.0),
        at_most("A9", "until deliveries are recorded again (s)", again, 15.0),
    ]


async def full_log(target: Target) -> list[Figure]:
    """A service whose log cannot be written."""
    port = free_port()
    names = ("app_database_url", "sealing_keys", "login_pepper")
    known = {f"SKELDIR_{name.upper()}": target.deployment.settings.secret(name) for name in names}
    command = [SKELDIR, "serve", "--port", str(port)]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        api = subprocess.Popen(command, env=environment(SKELDIR_ENV="ci", **known), stdout=full, stderr=full)
    try:
        request = head("GET", "/api/health/live", "203.0.113.11", 0, {})
        await _eventually(lambda: send(port, request))
        unknown = head("POST", "/api/webhooks/stripe", "203.0.113.11", 2, {"x-skeldir-tenant-key": "sk_nobody"})
        replies = [await target.deliver(port=port), await send(port, request), await send(port, unknown + b"{}")]
    finally:
        api.kill()
        api.wait()
    expected = [200, 200, 401]
    wrong = sum(reply.status != status for reply, status in zip(replies, expected, strict=True))
    return [exactly("A10", "wrong replies while the log is full", wrong, 0)]


async def two_tabs(target: Target) -> list[Figure]:
    """20 refreshes with one token at once."""
    session = (await target.log_in(address="192.0.2.3")).json
    token = session["refresh_token"]
    body = json.dumps({"refresh_token": token}).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    asked = [target.ask("POST", "/api/auth/refresh", body=body, **headers) for _ in range(5)]
    replies = await asyncio.gather(*asked)
    return [exactly("A16", "of 5 refreshes at once, answered with 200", sum(one.status == 200 for one in replies), 5)]


async def stolen_password(target: Target) -> list[Figure]:
    """The owner changes the password; the thief's session ends."""
    thief = (await target.log_in(address="192.0.2.4")).json
    own = (await target.log_in(address="192.0.2.5")).json
    new = secrets.token_urlsafe(12)
    body = json.dumps({"current_password": target.owner.password, "new_password": new}).encode()
    headers = {"authorization": f"Bearer {own['access_token']}", "content-type": "application/json"}
    changed = await target.ask("POST", "/api/auth/password", body=body, **headers)
    await asyncio.sleep(3)
    seen = await target.ask("GET", "/api/auth/verify", authorization=f"Bearer {thief['access_token']}")
    return [
        exactly("A11", "a change of the own password", changed.status, 200),
        exactly("A11", "the thief's token three seconds later", seen.status, 401),
    ]


async def no_http(target: Target) -> list[Figure]:
    """Bytes that are no HTTP, and requests that say two things at once."""
    hostile = [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET /api/auth/verify HTTP/1.1\r\nhost: a\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
        b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    ]
    replies = [await send(target.port, request) for request in hostile]
    problems = sum("correlation_id" in one.json for one in replies if one.status in {400, 414, 431})
    return [exactly("A16", f"of {len(hostile)} malformed requests, refused with a problem", problems, len(hostile))]


async def _eventually(ask: Callable[[], Awaitable[object]], seconds: float = 60.0) -> float:
    """Seconds until a request succeeds."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if getattr(await ask(), "status", 0) == 200:
            break
        await asyncio.sleep(0.2)
    return time.monotonic() - started


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:  # noqa: PTH123
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


ATTACKS: Final[tuple[Callable[[Target], Awaitable[list[Figure]]], ...]] = (
    no_http,
    long_header,
    lock_out_by_proxy,
    lock_out_by_guessing,
    two_tabs,
    wrong_signatures,
    idle_connections,
    unwanted_bodies,
    full_log,
    strangers,
    logins_at_once,
    frozen_database,
    stolen_password,
)
