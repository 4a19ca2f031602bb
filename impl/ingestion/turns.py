"""One delivery of a payment at a time in this process, so that a storm of repeats does not empty the connection pool.

The promise "once" is the database's. Without turns two hundred repeats of one delivery would each hold a connection while they
wait for the same advisory lock, and deliveries of other payments would time out behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

_TURNS: Final[WeakValueDictionary[tuple[int, int], asyncio.Lock]] = WeakValueDictionary()


@asynccontextmanager
async def of(key: int) -> AsyncIterator[None]:
    """Wait, without a connection, until nobody else of this event loop works on `key`."""
    name = (id(asyncio.get_running_loop()), key)
    turn = _TURNS.get(name)
    if turn is None:
        turn = _TURNS[name] = asyncio.Lock()
    async with turn:
        yield
