"""A queue of its own database, and jobs run in this process as a worker would."""

import asyncio
from datetime import timedelta
from functools import partial

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.types import QueueExecutionMode

from impl.db import bootstrap
from impl.db import engine as engines
from impl.jobs import executor, queue
from impl.jobs.executor import JobExecutor
from impl.jobs.kinds import QUEUES
from tests.fixtures.database import temporary_database


@pytest.fixture(scope="session")
async def queue_database(cluster, template):
    """Apart from the other tests, so that a drained queue is the one that was filled."""
    async with temporary_database(cluster, template) as made:
        yield made


@pytest.fixture(scope="session")
async def api(queue_database):
    """The API's engine."""
    engine = engines.create(queue_database.url("app_user"), pool_size=5)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def work_engine(queue_database):
    """The worker's engine."""
    engine = engines.create(queue_database.url("app_worker"), pool_size=10)
    yield engine
    await engine.dispose()


@pytest.fixture
async def seer(queue_database):
    """Sees the rows of every tenant; begins with an empty queue."""
    connection = await bootstrap.connect(queue_database.url("migration_owner"))
    for table in ("queue.pgqueuer", "queue.pgqueuer_log", "worker_failed_jobs", "schedule_ticks", "worker_heartbeats"):
        await connection.execute(f"DELETE FROM {table}")
    yield connection
    await connection.close()


@pytest.fixture
async def tenant(seer):
    return await seer.fetchval("INSERT INTO tenants (name) VALUES ('A shop') RETURNING id")


@pytest.fixture
def drain(queue_database, work_engine, monkeypatch):
    """`await drain(registry)` runs everything in the queue, retries included, at once."""
    monkeypatch.setattr(executor, "backoff", lambda attempt: timedelta(0))

    async def drain(registry):
        connection = await asyncpg.connect(queue_database.dsn("app_worker"))
        builder = QueryQueueBuilder(queue.SETTINGS)
        queries = Queries(AsyncpgDriver(connection), qbe=QueryBuilderEnvironment(queue.SETTINGS), qbq=builder)
        manager = QueueManager(queries, channel=queue.SETTINGS.channel)
        never = partial(asyncio.sleep, 0)
        for name in QUEUES:
            parameters = EntrypointExecutorParameters(concurrency_limit=0, func=never, on_failure="hold")
            manager.register_executor(name, JobExecutor(parameters, work_engine, registry, "tester"))
        await asyncio.wait_for(
            manager.run(
                dequeue_timeout=timedelta(seconds=0.1),
                batch_size=1,
                mode=QueueExecutionMode.drain,
                max_concurrent_tasks=4,
                heartbeat_timeout=timedelta(seconds=10),
                log_aggregation_interval=timedelta(0),
            ),
            180,
        )
        await connection.close()

    return drain
