"""CPU per call of one ASGI application, asked in this process: `python measure.py MODULE NAME`. Prints JSON.

"get list" answers with a page of 10 kB that is at hand, so that it shows what the server does with one; "list, made" makes its
fifty models anew in each call, which costs every peer the same.

Runs in the peer's own environment, so it uses nothing but the standard library (and uvloop, where there is one).
"""

import asyncio
import contextlib
import importlib
import json
import sys
import time
from typing import Any

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
NEW = json.dumps({"name": "A widget", "price_cents": 1250, "tags": ["red", "round"]}).encode()
CASES = {
    "get one": ("GET", f"/widgets/{ID}", b"", 200),
    "get list": ("GET", "/widgets", b"", 200),
    "post": ("POST", "/widgets", NEW, 201),
    "list, made": ("GET", "/fresh", b"", 200),
}
HEADERS = [
    (b"host", b"bench"),
    (b"authorization", b"Bearer good"),
    (b"x-correlation-id", ID.encode()),
    (b"content-type", b"application/json"),
    (b"accept", b"*/*"),
]


def scope_of(method: str, path: str, body: bytes) -> dict[str, Any]:
    """A request as a server would hand it over."""
    headers = [*HEADERS, (b"content-length", str(len(body)).encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


async def call(app: Any, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """One exchange."""
    message = {"type": "http.request", "body": body, "more_body": False}
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return message

    async def send(one: dict[str, Any]) -> None:
        messages.append(one)

    await app(scope_of(method, path, body), receive, send)
    return messages[0]["status"], b"".join(one.get("body", b"") for one in messages[1:])


async def cost(app: Any, case: tuple[str, str, bytes, int], seconds: float = 0.08, rounds: int = 25) -> float:
    """Microseconds of CPU per call, the best of many short rounds, which a busy machine disturbs least."""
    method, path, body, expected = case
    status, content = await call(app, method, path, body)
    if status != expected:
        raise SystemExit(f"{method} {path}: {status} {content[:300]!r}")
    best = float("inf")
    for _ in range(rounds):
        count, began = 0, time.process_time()
        while time.process_time() - began < seconds:
            for _ in range(20):
                await call(app, method, path, body)
            count += 20
        best = min(best, (time.process_time() - began) / count)
    return best * 1e6


async def lifespan(app: Any) -> None:
    """Start the application, for those that build themselves when they start."""
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    end = asyncio.Event()
    await queue.put({"type": "lifespan.startup"})

    async def send(message: dict[str, Any]) -> None:
        if message["type"].startswith("lifespan.startup"):
            end.set()

    task = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, queue.get, send))
    await asyncio.wait_for(end.wait(), 30)
    RUNNING.append(task)


RUNNING: list["asyncio.Task[None]"] = []


async def main() -> None:
    """Measure every case."""
    app = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
    with contextlib.suppress(Exception):
        await lifespan(app)
    print(json.dumps({name: await cost(app, case) for name, case in CASES.items()}))
    for task in RUNNING:
        task.cancel()


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
