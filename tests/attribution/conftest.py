import pytest

from tests.attribution.shop import Shop


@pytest.fixture
async def shop(owner, worker_engine, make_tenant):
    """A new tenant, its credits computed by a worker."""
    return Shop(owner, worker_engine, await make_tenant())


@pytest.fixture
def make_shop(owner, worker_engine, make_tenant):
    async def make(seed=0):
        return Shop(owner, worker_engine, await make_tenant(), seed)

    return make
