import uuid

import pytest

from tests.attribution.merchant import AT, HOUR
from tests.attribution.shop import Shop
from tests.fixtures.service import log_in


@pytest.fixture
async def shop(owner, worker_engine, make_tenant):
    """A new tenant, its credits computed by a worker."""
    return Shop(owner, worker_engine, await make_tenant())


@pytest.fixture
def make_shop(owner, worker_engine, make_tenant):
    async def make(seed=0):
        return Shop(owner, worker_engine, await make_tenant(), seed)

    return make


@pytest.fixture
async def merchant_shop(owner, worker_engine, make_merchant, http):
    """A merchant with one sale of 10.01 after email and organic, and a euro sale; and the headers of its admin."""
    made = make_merchant()
    shop = Shop(owner, worker_engine, made.tenant_id)
    session = uuid.uuid4()
    await shop.touches(
        ("one", AT - 2 * HOUR, "email", session, None, "visit"), ("two", AT - HOUR, "organic", session, None, "click")
    )
    sale = await shop.event("s", AT, 1001, session=session)
    await shop.event("e", AT, 500, channel="google_search_paid", currency="EUR")
    return shop, sale, await log_in(http, made)
