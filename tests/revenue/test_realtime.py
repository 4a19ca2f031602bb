"""Today's revenue: the ledger's own sum, per currency, for one tenant only."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from impl.db.transaction import tenant_transaction
from impl.kernel.money import Currency, Money
from impl.platforms.stripe import samples
from impl.revenue import realtime
from impl.revenue.realtime import Source
from tests.ingestion.deliveries.conftest import NOW, make_shop  # noqa: F401 - a fixture

USD, EUR = Currency("USD"), Currency("EUR")
DAY = datetime(2026, 11, 21, tzinfo=UTC)


def test_other_currencies_stand_beside_the_headline():
    sources = [
        Source("stripe", Money(100, USD), DAY + timedelta(hours=1)),
        Source("paypal", Money(-30, USD), DAY),
        Source("stripe", Money(7, EUR), DAY),
    ]
    found = realtime.summarise(sources, USD, DAY)
    assert (found.headline, list(found.others)) == (Money(70, USD), [Money(7, EUR)])
    assert found.data_as_of == DAY + timedelta(hours=1)


def test_a_day_without_entries_is_zero_as_of_its_start():
    found = realtime.summarise([], USD, DAY)
    assert (found.headline, found.data_as_of) == (Money(0, USD), DAY)


@pytest.mark.promise("P012")
async def test_a_tenant_sees_its_own_day_only(make_shop, app_engine):  # noqa: F811 - the fixture
    mine, other = await make_shop(), await make_shop()
    for shop, amount, created in ((mine, 1000, NOW), (mine, 500, NOW - timedelta(days=1)), (other, 9999, NOW)):
        payload = samples.load(
            "charge.succeeded",
            event={"created": int(created.timestamp())},
            item={"id": f"ch_{amount}", "payment_intent": None, "amount": amount},
        )
        await shop.deliver(json.dumps(payload).encode())
    async with tenant_transaction(app_engine, mine.tenant_id) as connection:
        found = await realtime.today(connection, mine.tenant_id, NOW)
    assert found.headline == Money(1000, USD)
    async with tenant_transaction(app_engine, mine.tenant_id) as connection:
        hidden = await realtime.today(connection, other.tenant_id, NOW - timedelta(days=5))
    assert hidden.sources == []
