"""Waiting without a connection: one delivery of a payment at a time, and never so many receipts that others get no connection.

The promise "once" is the database's. Without turns two hundred repeats of one delivery would each hold a connection while they
wait for the same advisory lock, and deliveries of other payments would time out behind them. Without room a storm of any kind
would keep everybody else of this process, a login or a dashboard, waiting for the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import Pool, QueuePool

KEPT_FREE: Final = 4
"""Connections of the pool that receipts leave to others."""
_TURNS: Final[WeakValueDictionary[tuple[int, int], asyncio.Lock]] = WeakValueDictionary()
_ROOMS: Final[WeakKeyDictionary[Pool, asyncio.Semaphore]] = WeakKeyDictionary()


@asynccontextmanager
async def of(key: int) -> AsyncIterator[None]:
    """Wait, without a connection, until nobody else of this event loop works on `key`."""
    name = (id(asyncio.get_running_loop()), key)
    turn = _TURNS.get(name)
    if turn is None:
        turn = _TURNS[name] = asyncio.Lock()
    async with turn:
        yield


def room(engine: AsyncEngine) -> asyncio.Semaphore:
    """Held while a receipt uses a connection of `engine`; first come, first served."""
    pool = engine.pool
    semaphore = _ROOMS.get(pool)
    if semaphore is None:
        size = pool.size() if isinstance(pool, QueuePool) else KEPT_FREE + 1
        semaphore = _ROOMS[pool] = asyncio.Semaphore(max(1, size - KEPT_FREE))
    return semaphore
