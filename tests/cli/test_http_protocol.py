"""Bounds of head, time and connections, on a real socket (red team A3, A7, A9, A16)."""

import asyncio
import contextlib
import json
import time
import uuid

import pytest
import uvicorn

from impl.app import PROBLEMS
from impl.cli import http_protocol
from impl.cli.http_protocol import Limits

MEGABYTE = 1_048_576


async def echo(scope, receive, send):
    """Answers with the size of the body; `/early` before reading it, `/slow` after a while."""
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.6)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Served:
    def __init__(self, port):
        self.port = port

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port, limit=4 * MEGABYTE)

    async def ask(self, *chunks, pause=0.0):
        """Everything that comes back for the chunks, which are sent as long as anybody reads them."""
        reader, writer = await self.connect()

        async def send():
            with contextlib.suppress(ConnectionError):
                for chunk in chunks:
                    writer.write(chunk)
                    await writer.drain()
                    await asyncio.sleep(pause)

        sending = asyncio.create_task(send())
        try:
            async with asyncio.timeout(30):
                return await reader.read()
        finally:
            sending.cancel()
            writer.close()


@pytest.fixture
async def serve():
    """Starts a server with limits."""
    running = []

    async def start(**changes):
        limits = Limits(**({"connections": 100, "head_seconds": 5.0, "body_seconds": 5.0} | changes))
        protocol = http_protocol.bounded(PROBLEMS, limits)
        config = uvicorn.Config(echo, port=0, http=protocol, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        running.append((server, asyncio.create_task(server._serve())))
        while not server.started:
            await asyncio.sleep(0.01)
        return Served(server.servers[0].sockets[0].getsockname()[1])

    yield start
    for server, task in running:
        server.should_exit = server.force_exit = True
        await task


def head(path="/", **headers):
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in ({"Host": "x"} | headers).items())]
    return "\r\n".join([*lines, "", ""]).encode()


def get(**headers):
    return head(**{"Content-Length": "0", "Connection": "close"} | headers)


def problem_of(reply):
    top, _, body = reply.partition(b"\r\n\r\n")
    status, *lines = top.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    problem = json.loads(body)
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert uuid.UUID(headers["x-correlation-id"]) == uuid.UUID(problem["correlation_id"])
    assert int(status.split()[1]) == problem["status"]
    return problem["status"], problem["code"]


async def test_a_usual_request_is_served(serve):
    served = await serve()
    assert (await served.ask(get())).endswith(b"\r\n\r\n0")
    large = head(**{"Content-Length": str(5 * MEGABYTE), "Connection": "close"})
    assert (await served.ask(large, b"x" * (5 * MEGABYTE))).endswith(str(5 * MEGABYTE).encode())
    assert (await served.ask(head(**{"Transfer-Encoding": "chunked", "Connection": "close"}),
                             b"1\r\nx\r\n" * 50_000, b"0\r\n\r\n")).endswith(b"50000")  # fmt: skip


async def test_requests_one_after_the_other_and_all_at_once_on_one_connection(serve):
    served = await serve(head_bytes=2_000)
    one = head(**{"Content-Length": "3"}) + b"abc"
    assert (await served.ask(one * 200 + get())).count(b"200 OK") == 201


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (get(A="x" * 65_536), (431, "REQUEST_HEADERS_TOO_LARGE")),
        (get(**{f"A{n}": "x" for n in range(101)}), (431, "REQUEST_HEADERS_TOO_LARGE")),
        (b"GET /" + b"x" * 8_192 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (414, "URI_TOO_LONG")),
        (b"GET / HTTP/1.1\r\n\r\n", (400, "REQUEST_VALIDATION_FAILED")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", (400, "REQUEST_VALIDATION_FAILED")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", (400, "REQUEST_VALIDATION_FAILED")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Skeldir-Tenant-Key: a\r\nx-skeldir-tenant-key: b\r\n\r\n",
         (400, "REQUEST_VALIDATION_FAILED")),
        (b"nonsense\r\n\r\n", (400, "REQUEST_VALIDATION_FAILED")),
        (b"\x16\x03\x01\x02\x00\x01\x00", (400, "REQUEST_VALIDATION_FAILED")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", (400, "REQUEST_VALIDATION_FAILED")),
    ],
)  # fmt: skip
async def test_a_head_that_is_too_large_or_no_http_is_a_problem(serve, request_, expected):
    assert problem_of(await (await serve()).ask(request_)) == expected


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nHost: x\r\nA: ", b"GET /", b"\r\n"])
async def test_sixty_megabytes_that_never_end_are_refused_after_the_first_and_hold_nobody_up(serve, start):
    """One connection with one header line of 60 MB held the whole process up for seconds."""
    served = await serve()
    flood = asyncio.create_task(served.ask(start, *[b"\n\r" * 131_072 if start == b"\r\n" else b"x" * 262_144] * 230))
    await asyncio.sleep(0)
    slowest = 0.0
    for _ in range(20):
        began = time.perf_counter()
        assert b"200 OK" in await served.ask(get())
        slowest = max(slowest, time.perf_counter() - began)
    with contextlib.suppress(ConnectionError):
        assert problem_of(await flood)[0] in {400, 414, 431}
    assert slowest < 2.0


@pytest.mark.parametrize("endless", [b"A: " + b"x" * 262_144, b"A: b\r\n" * 40_000])
async def test_trailers_have_the_bounds_of_headers(serve, endless):
    served = await serve()
    start = head(**{"Transfer-Encoding": "chunked"}) + b"0\r\n"
    assert problem_of(await served.ask(start, endless, endless, endless)) == (431, "REQUEST_HEADERS_TOO_LARGE")


async def test_a_head_that_does_not_end_is_408_and_silence_is_hung_up_on(serve):
    served = await serve(head_seconds=0.3)
    began = time.perf_counter()
    assert problem_of(await served.ask(b"GET / HTTP/1.1\r\nHo", b"s", b"t", b":", pause=0.2)) == (
        408,
        "REQUEST_TIMEOUT",
    )
    assert await served.ask() == b""
    assert time.perf_counter() - began < 5


async def test_a_body_that_does_not_arrive_is_408(serve):
    served = await serve(body_seconds=0.3)
    start = head(**{"Content-Length": str(MEGABYTE)})
    assert problem_of(await served.ask(start, b"x" * (MEGABYTE - 1))) == (408, "REQUEST_TIMEOUT")


async def test_we_may_be_slow_with_a_reply_as_long_as_we_like(serve):
    served = await serve(head_seconds=0.2, body_seconds=0.2)
    assert b"200 OK" in await served.ask(head("/slow", **{"Content-Length": "1", "Connection": "close"}), b"x")


async def test_a_body_nobody_wants_ends_with_its_time(serve):
    served = await serve(body_seconds=0.3)
    reply = await served.ask(head("/early", **{"Content-Length": str(100 * MEGABYTE)}), b"x" * 1000)
    assert b"200 OK" in reply


async def test_a_body_nobody_wants_is_not_read_to_its_end(serve):
    served = await serve()
    start, chunk = head("/early", **{"Content-Length": str(100 * MEGABYTE)}), b"x" * MEGABYTE
    _, writer = await served.connect()
    sent = 0
    with contextlib.suppress(ConnectionError):
        writer.write(start)
        for _ in range(100):
            writer.write(chunk)
            await writer.drain()
            sent += 1
    assert sent < 60
    writer.close()


async def test_connections_that_wait_give_way_to_those_that_ask(serve):
    """400 idle connections kept everybody else out for as long as they stayed."""
    served = await serve(connections=20)
    idle = [await served.connect() for _ in range(20)]
    halves = [await served.connect() for _ in range(20)]
    for _, writer in halves:
        writer.write(head(**{"Content-Length": "9"}) + b"x")
    for _ in range(5):
        assert b"200 OK" in await served.ask(get())
    for _, writer in [*idle, *halves]:
        writer.close()


async def test_when_every_connection_is_being_answered_the_next_one_is_503(serve):
    served = await serve(connections=2)
    busy = [
        asyncio.create_task(served.ask(head("/slow", **{"Content-Length": "0", "Connection": "close"}))) for _ in "ab"
    ]
    await asyncio.sleep(0.2)
    reply = await served.ask(get())
    assert problem_of(reply) == (503, "SERVICE_UNAVAILABLE")
    assert b"retry-after: 5" in reply
    assert all(b"200 OK" in one for one in await asyncio.gather(*busy))
