"""The health contract over HTTP."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from impl.auth import assembly, sessions
from impl.db import bootstrap, migrate
from impl.db import engine as engines
from impl.health import report
from impl.health.operations import HealthOperations
from impl.telemetry.traffic import Traffic
from tests.auth.server import application, client, parts


class Process:
    """One process of the service on a database of its own."""

    def __init__(self, engine, database, ring, clock, *, queue=report.no_queue):
        self.engine, self.clock = engine, clock
        self.auth = assembly.build(parts(engine, database, ring, clock))
        self.traffic = Traffic(clock)
        self.health = report.build(
            engine=engine, keys=self.auth.keys, head=migrate.head(), traffic=self.traffic, clock=clock,
            version="2.0.0", queue=queue,
        )  # fmt: skip
        self.app = application(self.auth, traffic=self.traffic, health=HealthOperations(self.health))

    async def get(self, path, **headers):
        async with client(self.app) as web:
            return await web.get(path, headers=headers)


@pytest.fixture
async def start(fresh_database, ring, clock):
    engine = engines.create(fresh_database.url("app_user"), pool_size=5, pool_timeout_seconds=1)

    def start(**changes):
        return Process(engine, fresh_database, ring, clock, **changes)

    yield start
    await engine.dispose()


@pytest.fixture
async def superuser(fresh_database):
    connection = await bootstrap.connect(fresh_database.url())
    yield connection
    await connection.close()


async def up():
    return "up"


async def test_a_ready_process_says_so(start):
    process = start()
    ready, live = await process.get("/api/health/ready"), await process.get("/api/health/live")
    assert (ready.status_code, ready.json()) == (200, {"ready": True})
    assert (live.status_code, live.json()) == (200, {"alive": True})
    assert "X-Correlation-ID" in ready.headers
    assert "X-RateLimit-Limit" not in ready.headers


@pytest.mark.parametrize(
    ("statement", "probe"),
    [
        ("UPDATE alembic_version SET version_num = '0001_conventions'", "migrations"),
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


async def test_the_status_names_every_part_and_is_degraded_without_workers(start, clock):
    process = start()
    clock.advance(90)
    body = (await process.get("/api/health")).json()
    assert body == {
        "status": "degraded",
        "timestamp": body["timestamp"],
        "version": "2.0.0",
        "services": {"database": "up", "api": "up", "cache": "up", "queue": "down"},
        "uptime_seconds": 90,
    }
    assert (await start(queue=up).get("/api/health")).json()["status"] == "healthy"


async def test_the_figures_are_for_members_only_and_count_real_requests(start, superuser, make_member_of):
    process = start(queue=up)
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
            stored = await process.auth.desk.passwords.hash("correct horse")
            user = await connection.scalar(
                text("SELECT ops.create_user(:login, :stored)"), {"login": login, "stored": stored}
            )
            values = {"tenant": tenant, "user": user}
            await connection.execute(text("SELECT ops.set_membership(:tenant, :user, 'viewer')"), values)
        await ops.dispose()
        session = await sessions.login(
            process.auth.desk, email="jane@example.com", password="correct horse", tenant_id=tenant
        )
        return session.access_token

    return make
