"""Tasks that nobody awaits: referenced while they run, and ended before the resources they use are closed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, final


@final
class Background:
    """Tasks of one event loop."""

    def __init__(self) -> None:
        # The event loop keeps only weak references, so a task that nobody else references may be collected while it runs.
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, context: Context | None = None) -> None:
        """Run `work` concurrently with the caller, in `context` or in a copy of the caller's."""
        task = asyncio.get_running_loop().create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience_seconds: float) -> int:
        """Wait for all tasks, including those started meanwhile; cancel the late ones and return how many there were."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        while self._tasks and (left_seconds := deadline - loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left_seconds)
        late = [*self._tasks]
        for task in late:
            await stop(task)
        return len(late)


async def stop(task: asyncio.Task[Any], *, patience_seconds: float = 0.5) -> None:
    """Cancel `task` and wait until it has ended. Its exception, if any, stays in the task.

    `patience_seconds` is the time it has to clean up before it is cancelled again.
    """
    # In a loop, because a driver that is connecting may swallow a cancellation.
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience_seconds)
