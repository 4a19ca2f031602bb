"""A tenant transaction is bound from its first to its last statement, and nothing of it remains."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.transaction import binding, tenant_transaction
from tests.fixtures.database import Database, MakeTenant

SETTINGS = text(
    "SELECT current_setting('app.current_tenant_id', true), current_setting('app.current_user_id', true),"
    " current_setting('app.execution_context', true)"
)


async def settings(connection: object) -> tuple[str, ...]:
    row = (await connection.execute(SETTINGS)).one()
    return tuple(value or "" for value in row)


@pytest.mark.promise("P028", "P077")
async def test_all_three_settings_are_bound(app_engine: AsyncEngine) -> None:
    tenant, user = uuid.uuid4(), uuid.uuid4()
    async with tenant_transaction(app_engine, tenant, user_id=user, execution_context="worker") as connection:
        assert await settings(connection) == (str(tenant), str(user), "worker")


@pytest.mark.promise("P077")
async def test_binding_survives_savepoint_rollback(app_engine: AsyncEngine) -> None:
    tenant = uuid.uuid4()
    async with tenant_transaction(app_engine, tenant) as connection:
        for _ in range(2):
            with pytest.raises(DBAPIError):
                async with connection.begin_nested():
                    await connection.execute(text("SELECT 1 / 0"))
            assert await settings(connection) == (str(tenant), "", "")


@pytest.mark.promise("P077")
async def test_every_further_transaction_is_bound_too(app_engine: AsyncEngine) -> None:
    tenant = uuid.uuid4()
    async with tenant_transaction(app_engine, tenant, execution_context="worker") as connection:
        await settings(connection)
        await connection.commit()
        assert await settings(connection) == (str(tenant), "", "worker")
        await connection.rollback()
        assert await settings(connection) == (str(tenant), "", "worker")


@pytest.mark.promise("P078")
async def test_pooled_connection_forgets_the_tenant(database: Database) -> None:
    from impl.db import engine

    one = engine.create(database.url("app_user"), pool_size=1)
    try:
        async with tenant_transaction(one, uuid.uuid4(), user_id=uuid.uuid4(), execution_context="worker"):
            pass
        async with one.connect() as connection:
            assert await settings(connection) == ("", "", "")
        with pytest.raises(RuntimeError):
            async with tenant_transaction(one, uuid.uuid4()):
                raise RuntimeError
        async with one.connect() as connection:
            assert await settings(connection) == ("", "", "")
    finally:
        await one.dispose()


async def test_concurrent_transactions_do_not_mix(app_engine: AsyncEngine) -> None:
    async def one() -> bool:
        tenant = uuid.uuid4()
        async with tenant_transaction(app_engine, tenant) as connection:
            await asyncio.sleep(0)
            return (await settings(connection))[0] == str(tenant)

    assert all(await asyncio.gather(*(one() for _ in range(60))))


@pytest.mark.promise("P058", "P060")
async def test_a_tenant_sees_its_own_row_only(app_engine: AsyncEngine, make_tenant: MakeTenant) -> None:
    mine, other = await make_tenant(), await make_tenant()
    async with tenant_transaction(app_engine, mine) as connection:
        found = (await connection.execute(text("SELECT id FROM tenants"))).scalars().all()
    assert found == [mine]
    assert other not in found
    async with app_engine.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM tenants"))).scalars().all() == []


@pytest.mark.parametrize("tenant", ["not-a-uuid", None, 7, "'; DROP TABLE tenants; --"])
def test_only_uuids_are_bound(tenant: object) -> None:
    with pytest.raises(TypeError):
        binding(tenant)


@pytest.mark.parametrize("word", ["", "Worker", "x'; RESET ROLE; --", "a" * 40])
def test_only_words_are_bound(word: str) -> None:
    with pytest.raises(ValueError, match="lower-case word"):
        binding(uuid.uuid4(), execution_context=word)
