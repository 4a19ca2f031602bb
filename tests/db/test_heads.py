"""`impl.db.heads`: the quick answer is the migration tool's answer."""

import asyncio

from impl.db import heads, migrate


def test_the_newest_file_is_the_head_of_the_history():
    assert heads.newest() == migrate.head()


async def test_a_migrated_database_is_current(database):
    assert await heads.current(database.url("migration_owner")) == heads.newest()


async def test_a_database_without_a_schema_has_no_revision(empty_database):
    assert await heads.current(empty_database.url("migration_owner")) is None
    assert not await asyncio.to_thread(heads.is_current, empty_database.url("migration_owner"))
