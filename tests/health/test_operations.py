"""The health contract over HTTP."""

import asyncio
from functools import partial
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text

from impl.app import PROBLEMS
from impl.auth import assembly, sessions
from impl.db import bootstrap, functions, migrate
from impl.db import engine as engines
from impl.health import report, routes
from impl.health.operations import HealthOperations
from impl.jobs import vitals
from impl.telemetry.traffic import Traffic
from tests.auth.server import application, client, parts

FUNCTIONS = functions.digests(functions.load())

PATIENCE_SECONDS = 60
"""For probes and connections of a busy machine; that there is a limit is tested with the checkup."""


def seen(state):
    """A queue in which `state` is seen."""

    async def state_of_the_queue():
        return state

    return state_of_the_queue


class Process:
    """One process of the service on a database of its own."""

    def __init__(self, engine, database, ring, clock, *, queue=None):
        self.engine, self.clock = engine, clock
        self.auth = assembly.build(parts(engine, database, ring, clock))
        self.traffic = Traffic(clock)
        self.health = report.build(
            engine=engine, keys=self.auth.keys, head=migrate.head(), functions=FUNCTIONS, traffic=self.traffic, clock=clock,
            version="2.0.0", queue=queue or seen("up"),
        )  # fmt: skip
        self.health.ready._limit_seconds = PATIENCE_SECONDS
        self.app = application(self.auth, traffic=self.traffic, health=HealthOperations(self.health))
        self.app.router.routes[:0] = routes.routes(self.health, PROBLEMS)

    async def get(self, path, **headers):
        async with client(self.app) as web:
            return await web.get(path, headers=headers)


@pytest.fixture
async def start(fresh_database, ring, clock):
    engine = engines.create(fresh_database.url("app_user"), pool_size=5, pool_timeout_seconds=PATIENCE_SECONDS)

    def start(**changes):
        return Process(engine, fresh_database, ring, clock, **changes)

    yield start
    await engine.dispose()


@pytest.fixture
async def superuser(fresh_database):
    connection = await bootstrap.connect(fresh_database.url())
    yield connection
    await connection.close()


async def test_a_ready_process_says_so(start):
    process = start()
    ready, live = await process.get("/api/health/ready"), await process.get("/api/health/live")
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    assert (live.status_code, live.json()) == (200, {"alive": True})
    assert "X-Correlation-ID" in ready.headers
    assert "X-RateLimit-Limit" not in ready.headers


async def test_a_full_disk_is_named_to_the_caller(start, superuser):
    """Health said `healthy` while every delivery of every tenant was refused (red team A7)."""
    await superuser.execute("""
        CREATE OR REPLACE FUNCTION security.take_rate_tokens(
            bucket_hash bytea, window_start timestamptz, wanted integer, cap integer
        ) RETURNS integer
        LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
    """)
    process = start()
    assert (await process.get("/api/health/ready")).json()["detail"] == "The probe `write` failed: disk_full."
    assert (await process.get("/api/health")).status_code == 503


@pytest.mark.parametrize(
    ("statement", "probe"),
    [
        ("UPDATE alembic_version SET version_num = '1001_schemas'", "migrations"),
        ("ALTER TABLE revenue_ledger NO FORCE ROW LEVEL SECURITY", "row_security"),
        ("REVOKE SELECT ON jwt_signing_keys FROM app_rw, app_user", "secrets"),
    ],
)
async def test_a_failed_probe_is_named_and_passes_again_ten_seconds_after_it_is_mended(
    start, superuser, statement, probe
):
    process = start()
    await superuser.execute(statement)
    answer = await process.get("/api/health/ready")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert problem["detail"] == f"The probe `{probe}` failed."
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await process.get("/api/health")).status_code == 503
    assert (await process.get("/api/health/live")).status_code == 200


async def test_a_database_that_is_away_makes_a_process_unready_and_not_dead(fresh_database, ring, clock):
    away = engines.create(fresh_database.url("app_user").set(port=1), pool_timeout_seconds=1)
    process = Process(away, fresh_database, ring, clock)
    assert (await process.get("/api/health/ready")).json()["detail"] == "The probe `database` failed."
    assert (await process.get("/api/health/live")).status_code == 200
    await away.dispose()


async def test_a_pool_that_is_stuck_makes_a_process_dead(start, clock):
    process = start()
    held = [await process.engine.connect() for _ in range(5)]
    assert (await process.get("/api/health/live")).status_code == 200
    clock.advance(31)
    answer = await process.get("/api/health/live")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The probe `pool` failed.")
    for connection in held:
        await connection.close()


async def test_many_who_ask_cost_one_round_of_probes(start):
    process, seen = start(), []
    from sqlalchemy import event

    event.listen(process.engine.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for _ in range(20):
        await process.get("/api/health/ready")
        await process.get("/api/health")
    assert seen.count("SELECT 1") == 1


@pytest.mark.parametrize(("state", "reason"), [("down", "skeldir worker"), ("degraded", "start more workers")])
async def test_a_queue_that_is_not_fresh_makes_a_process_unready_and_neither_unhealthy_nor_dead(start, state, reason):
    process = start(queue=seen(state))
    with structlog.testing.capture_logs() as lines:
        answer = await process.get("/api/health/ready")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The probe `queue` failed.")
    assert [reason in line["reason"] for line in lines if line["event"] == "probe_failed"] == [True]
    assert (await process.get("/api/health/live")).status_code == 200
    assert (await process.get("/api/health")).json()["services"]["queue"] == state


@pytest.mark.parametrize(
    ("worker_seen", "job_due", "status"),
    [(30, 0, 200), (61, 0, 503), (None, 0, 503), (0, 270, 200), (0, 301, 503)],
)
async def test_fresh_means_a_heartbeat_within_a_minute_and_no_due_job_older_than_five(
    start, superuser, worker_seen, job_due, status
):
    """Seconds since; what is fresh has a margin of thirty for the time until it is read, so the limits are held by number."""
    assert (vitals.SEEN_WITHIN_SECONDS, vitals.OLDEST_DUE_SECONDS) == (60, 300)
    process = start()
    process.health.queue._queue = partial(vitals.state, process.engine)
    if worker_seen is not None:
        age = f"now() - interval '{worker_seen} seconds'"
        await superuser.execute(f"INSERT INTO worker_heartbeats VALUES ('w', {age})")
    if job_due:
        age = f"now() - interval '{job_due} seconds'"
        await superuser.execute(
            "INSERT INTO queue.pgqueuer (priority, status, entrypoint, execute_after)"
            f" VALUES (0, 'queued', 'llm', {age})"
        )
    assert (await process.get("/api/health/ready")).status_code == status


async def test_the_short_addresses_answer_as_the_contracts_do(start):
    process = start()
    for path in ("", "/live", "/ready"):
        short, long = await process.get(f"/health{path}"), await process.get(f"/api/health{path}")
        assert (short.status_code, short.json().keys()) == (200, long.json().keys())
        assert "X-Correlation-ID" in short.headers
    async with client(process.app) as web:
        for path in ("/health", "/health/worker"):
            refused = await web.post(path)
            assert (refused.status_code, refused.headers["Allow"]) == (405, "GET")
            assert refused.headers["Content-Type"] == "application/problem+json"
    assert (await process.get("/health/other")).status_code == 404


async def test_the_worker_is_well_when_it_does_a_real_job(start, fresh_database):
    process, sent = start(), str(uuid4())
    done = asyncio.create_task(work_once(fresh_database))
    answers = await asyncio.gather(*(process.get("/health/worker", **{"X-Correlation-ID": sent}) for _ in range(5)))
    assert [(one.status_code, one.json()) for one in answers] == [(200, {"worker": True})] * 5
    assert {one.headers["X-Correlation-ID"] for one in answers} == {sent}
    await done
    # Nobody works any more, but the answer of ten seconds is still there.
    assert (await process.get("/health/worker")).status_code == 200


async def test_without_a_worker_that_is_said_after_the_limit_and_not_tried_again_for_ten_seconds(
    start, superuser, clock, monkeypatch
):
    async def wait_in_vain(engine):
        await vitals._probe(engine)
        raise TimeoutError

    process = start()
    monkeypatch.setattr(vitals, "round_trip", wait_in_vain)
    answers = [await process.get("/health/worker") for _ in range(3)]
    for one in answers:
        assert (one.status_code, one.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert one.json()["detail"] == "The probe `worker` failed."
        assert one.json()["correlation_id"] == one.headers["X-Correlation-ID"]
        assert int(one.headers["Retry-After"]) >= 1
    assert await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer") == 1
    clock.advance(10)
    await process.get("/health/worker")
    assert await superuser.fetchval("SELECT count(*) FROM queue.pgqueuer") == 1, "one probe waits at a time"


def test_the_limit_of_the_round_trip_is_fifteen_seconds(start):
    assert start().health.worker._limit_seconds == 15


async def work_once(database):
    """Take the one job there is from the queue, as a worker does when it has done it."""
    connection = await bootstrap.connect(database.url())
    while await connection.fetchval("DELETE FROM queue.pgqueuer RETURNING id") is None:
        await asyncio.sleep(0.02)
    await connection.close()


async def test_the_status_names_every_part_and_is_degraded_without_workers(start, clock):
    process = start(queue=seen("down"))
    clock.advance(90)
    body = (await process.get("/api/health")).json()
    assert body == {
        "status": "degraded",
        "timestamp": body["timestamp"],
        "version": "2.0.0",
        "services": {"database": "up", "api": "up", "cache": "up", "queue": "down"},
        "uptime_seconds": 90,
    }
    assert (await start().get("/api/health")).json()["status"] == "healthy"


async def test_the_figures_are_for_members_only_and_count_real_requests(start, superuser, make_member_of):
    process = start()
    assert (await process.get("/api/health/detailed", **{"X-Correlation-ID": str(uuid4())})).status_code == 401
    token = await make_member_of(process)
    answer = await process.get(
        "/api/health/detailed", **{"X-Correlation-ID": str(uuid4()), "Authorization": f"Bearer {token}"}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["database"]["pool_size"] == 5
    assert body["database"]["active_connections"] == 0
    assert body["metrics"]["requests_per_minute"] == 1
    assert body["metrics"]["error_rate"] == 0
    assert body["metrics"]["active_connections"] >= 1


@pytest.fixture
def make_member_of(fresh_database):
    """An access token of a new member in the process's own database."""

    async def make(process):
        ops = engines.create(fresh_database.url("app_ops"))
        async with ops.begin() as connection:
            tenant = await connection.scalar(text("SELECT ops.create_tenant('Shop')"))
            login = sessions.passwords.login_identifier_hash("pepper", "jane@example.com")
            stored = await process.auth.login.passwords.hash("correct horse")
            user = await connection.scalar(
                text("SELECT ops.create_user(:login, :stored)"), {"login": login, "stored": stored}
            )
            values = {"tenant": tenant, "user": user}
            await connection.execute(text("SELECT ops.set_membership(:tenant, :user, 'viewer')"), values)
        await ops.dispose()
        session = await sessions.login(
            process.auth.login, email="jane@example.com", password="correct horse", tenant_id=tenant
        )
        return session.access_token

    return make
