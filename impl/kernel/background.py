"""Tasks that nobody waits for: held while they run, and brought to an end before what they stand on goes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, final


@final
class Background:
    """Tasks of one event loop, which by itself would let them be collected half-way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, context: Context | None = None) -> None:
        """Run `work` beside whoever starts it, in `context` or in a copy of theirs."""
        task = asyncio.get_running_loop().create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience_seconds: float) -> int:
        """Wait until all is done, also what is started meanwhile; cancel what is not done in time, and say how much that was."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        while self._tasks and (left_seconds := deadline - loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left_seconds)
        late = [*self._tasks]
        for task in late:
            await stop(task)
        return len(late)


async def stop(task: asyncio.Task[Any], *, patience_seconds: float = 0.5) -> None:
    """Cancel until it is over: a driver that is busy connecting may swallow a cancellation.

    `patience_seconds` is what `task` gets to put things in order before it is told again. What it raised stays with it.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience_seconds)
