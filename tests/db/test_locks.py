"""Lock keys are the same in every process, and locks end with their transaction."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import locks


@pytest.mark.promise("P132")
def test_keys_are_signed_hash_prefixes() -> None:
    assert locks.view_refresh("mv_realtime_revenue") == locks.key32("matview_refresh:mv_realtime_revenue:GLOBAL")
    assert locks.key32("") == int.from_bytes(bytes.fromhex("e3b0c442"), "big", signed=True) == -474954686
    assert locks.key64("") == int.from_bytes(bytes.fromhex("e3b0c44298fc1c14"), "big", signed=True)
    assert -(2**31) <= locks.key32("x") < 2**31


def test_keys_differ_by_purpose() -> None:
    tenant = uuid.UUID(int=1)
    keys = {
        locks.llm_budget(tenant),
        locks.credential_refresh(tenant),
        locks.revenue_lease(tenant, "realtime_revenue:shared:v1"),
        locks.posting(tenant, "stripe", "ch_1"),
        locks.key64(locks.KEY_SET_REFRESH),
        locks.DENYLIST_GC,
    }
    assert len(keys) == 6


@pytest.mark.promise("P132")
async def test_a_lock_ends_with_its_transaction(app_engine: AsyncEngine) -> None:
    key = locks.key64(f"test:{uuid.uuid4()}")
    async with app_engine.connect() as first, app_engine.connect() as second:
        await locks.acquire(first, key)
        assert await locks.try_acquire(first, key)
        assert not await locks.try_acquire(second, key)
        await first.rollback()
        assert await locks.try_acquire(second, key)
