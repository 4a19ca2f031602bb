import pytest

from tests.fixtures.database import temporary_database
from tests.fixtures.jobs import api, drain, seer, tenant, work_engine  # noqa: F401


@pytest.fixture(scope="session")
async def queue_database(cluster, template):
    """Apart from the other tests, so that a drained queue is the one that was filled."""
    async with temporary_database(cluster, template) as made:
        yield made
