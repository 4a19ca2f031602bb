"""Waiting without a connection: one delivery of a payment at a time, and never so many receipts that others get no connection.

The promise "once" is the database's. Without the locks two hundred repeats of one delivery would each hold a connection while
they wait for the same advisory lock, and deliveries of other payments would time out behind them. Without the connection budget
a storm of any kind would keep everybody else of this process, a login or a dashboard, waiting for the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import Pool, QueuePool

RESERVED_CONNECTIONS: Final = 4
"""Connections of the pool that receipts leave to others."""
SHARE: Final = 4
"""Connections that the deliveries of one tenant may hold at once."""
_SHARES: Final[WeakValueDictionary[tuple[int, str], asyncio.Semaphore]] = WeakValueDictionary()
_LOCKS: Final[WeakValueDictionary[tuple[int, int], asyncio.Lock]] = WeakValueDictionary()
_BUDGETS: Final[WeakKeyDictionary[Pool, asyncio.Semaphore]] = WeakKeyDictionary()


@asynccontextmanager
async def lock(key: int) -> AsyncIterator[None]:
    """Wait, without a connection, until nobody else of this event loop works on `key`."""
    # The loop is part of the name, because a lock of asyncio serves one loop only. Entries are weak: there are as many keys as
    # payments, and one is needed only while somebody holds it or waits for it.
    name = (id(asyncio.get_running_loop()), key)
    entry = _LOCKS.get(name)
    if entry is None:
        entry = _LOCKS[name] = asyncio.Lock()
    async with entry:
        yield


@asynccontextmanager
async def share_of(tenant_id: str) -> AsyncIterator[None]:
    """Wait, without a connection, until fewer than `SHARE` deliveries of a tenant are stored alone.

    While something of one tenant is stuck in the database, its deliveries could otherwise hold every connection.
    """
    name = (id(asyncio.get_running_loop()), tenant_id)
    entry = _SHARES.get(name)
    if entry is None:
        entry = _SHARES[name] = asyncio.Semaphore(SHARE)
    async with entry:
        yield


def connection_budget(engine: AsyncEngine) -> asyncio.Semaphore:
    """Held while a receipt uses a connection of `engine`; first come, first served."""
    pool = engine.pool
    semaphore = _BUDGETS.get(pool)
    if semaphore is None:
        size = pool.size() if isinstance(pool, QueuePool) else RESERVED_CONNECTIONS + 1
        semaphore = _BUDGETS[pool] = asyncio.Semaphore(max(1, size - RESERVED_CONNECTIONS))
    return semaphore
