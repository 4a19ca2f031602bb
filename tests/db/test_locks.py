"""Lock keys are the same in every process, and locks end with their transaction."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import locks
from tests.fixtures.locks import try_lock


@pytest.mark.promise("P132")
def test_keys_are_signed_hash_prefixes() -> None:
    assert locks.key64("") == int.from_bytes(bytes.fromhex("e3b0c44298fc1c14"), "big", signed=True)
    assert -(2**63) <= locks.key64("x") < 2**63


def test_keys_differ_by_purpose() -> None:
    tenant = uuid.UUID(int=1)
    keys = {
        *locks.postings(tenant, ["ch_1"]),
        *locks.postings(tenant, ["ch_2"]),
        *locks.postings(uuid.UUID(int=2), ["ch_1"]),
        locks.key64(locks.KEY_SET_REFRESH),
    }
    assert len(keys) == 4


@pytest.mark.promise("P132")
async def test_a_lock_ends_with_its_transaction(app_engine: AsyncEngine) -> None:
    key = locks.key64(f"test:{uuid.uuid4()}")
    async with app_engine.connect() as first, app_engine.connect() as second:
        await locks.acquire(first, key)
        assert await try_lock(first, key)
        assert not await try_lock(second, key)
        await first.rollback()
        assert await try_lock(second, key)
