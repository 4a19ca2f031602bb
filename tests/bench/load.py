"""A small HTTP load generator on keep-alive connections: it must cost less than what it measures."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a run of requests came to."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in ms below which `share` (0..1) of the requests stayed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def run(host: str, port: int, make: Callable[[int], bytes], *, requests: int, connections: int) -> Result:
    """Send `requests` requests made by `make(number)` over `connections` connections, each waiting for its answer."""
    result, numbers = Result(), iter(range(requests))
    started = time.perf_counter()
    await asyncio.gather(*(_client(host, port, make, numbers, result) for _ in range(connections)))
    result.seconds = time.perf_counter() - started
    return result


async def _client(host: str, port: int, make: Callable[[int], bytes], numbers, result: Result) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for number in numbers:
        sent_at = time.perf_counter()
        writer.write(make(number))
        status = await _status(reader)
        result.latencies_ms.append((time.perf_counter() - sent_at) * 1000)
        result.statuses[status] += 1
    writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head[9:12])
