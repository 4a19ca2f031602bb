"""How many requests a tenant has: its own number, also while the database that holds it is away."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest

from impl.auth.limits.tenant_rates import DEFAULT_API_PER_MINUTE, TenantRates
from impl.db.errors import DatabaseUnreachableError
from impl.kernel.clock import FixedClock


class Database:
    """A database that holds one number, and may be away."""

    def __init__(self):
        self.rate, self.is_away, self.asked = 5000, False, 0

    async def read(self, _tenant_id):
        self.asked += 1
        if self.is_away:
            raise DatabaseUnreachableError
        return self.rate


@pytest.fixture
def database():
    return Database()


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def rates(database, clock):
    return TenantRates(database.read, clock)


TOKEN = SimpleNamespace(tenant_id=uuid4())


async def test_the_number_is_asked_for_once_a_minute(rates, database, clock):
    assert [await rates.api_rate(TOKEN) for _ in range(3)] == [5000] * 3
    assert database.asked == 1
    database.rate = 7000
    clock.advance(60)
    assert await rates.api_rate(TOKEN) == 7000


async def test_while_the_database_is_away_the_last_known_number_holds(rates, database, clock):
    """A tenant that may ask often is not thrown back to the usual limit by a fault of ours."""
    await rates.api_rate(TOKEN)
    database.is_away = True
    clock.advance(3600)
    assert [await rates.api_rate(TOKEN) for _ in range(2)] == [5000] * 2
    assert database.asked == 3


async def test_after_a_day_nobody_answers_for_the_last_known_number(rates, database, clock):
    await rates.api_rate(TOKEN)
    database.is_away = True
    clock.advance(86_400)
    assert await rates.api_rate(TOKEN) == DEFAULT_API_PER_MINUTE


async def test_a_tenant_that_was_never_seen_has_the_usual_number(rates, database):
    database.is_away = True
    assert await rates.api_rate(TOKEN) == DEFAULT_API_PER_MINUTE
    database.is_away = False
    assert await rates.api_rate(TOKEN) == 5000
