import pytest

from tests.fixtures.database import temporary_database
from tests.fixtures.jobs import api, seer, tenant  # noqa: F401


@pytest.fixture
async def queue_database(cluster, template):
    """For one test alone: its processes take whatever waits."""
    async with temporary_database(cluster, template) as made:
        yield made
