"""Two processes, as far as they know: two caches with a listener each, and one database between them."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event

from impl.auth import access_tokens, assembly, revocation_store, sessions
from impl.auth.listener import TOKEN_CHANNEL, RevocationListener
from impl.auth.revocations import Revocations
from impl.auth.roles import Role
from impl.db import bootstrap, outage
from impl.db.errors import DatabaseUnreachableError
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import SystemClock
from tests.auth.server import parts

CLOCK = SystemClock()


@dataclass(frozen=True)
class Process:
    revocations: Revocations
    connections: list[asyncpg.Connection]


@asynccontextmanager
async def process(engine, database):
    """The revocations of one process, with its listener running."""
    revocations = Revocations(partial(revocation_store.standing, engine, CLOCK), CLOCK)
    connections = []

    async def connect():
        connections.append(await asyncpg.connect(database.dsn("app_user")))
        return connections[-1]

    task = asyncio.create_task(RevocationListener(connect, revocations, CLOCK).run())
    try:
        await until(lambda: revocations.is_synchronised)
        yield Process(revocations, connections)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    "refusal",
    [DatabaseUnreachableError("no database answers"), *(failure("broken") for failure in outage.DRIVER_FAILURES)],
    ids=lambda one: type(one).__name__,
)
async def test_a_database_that_cannot_be_reached_for_a_while_is_asked_again(app_engine, database, refusal):
    """As after an outage: what opens connections says so in its own words, the driver's internal error among them."""
    revocations = Revocations(partial(revocation_store.standing, app_engine, CLOCK), CLOCK)
    refusals = [refusal] * 2

    async def connect():
        if refusals:
            raise refusals.pop()
        return await bootstrap.connect(database.url("app_user"))

    task = asyncio.create_task(RevocationListener(connect, revocations, CLOCK).run())
    try:
        await until(lambda: revocations.is_synchronised)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert refusals == []


@pytest.fixture
async def two(app_engine, database):
    async with process(app_engine, database) as here, process(app_engine, database) as there:
        yield here.revocations, there.revocations


@pytest.fixture
async def one(app_engine, database):
    async with process(app_engine, database) as made:
        yield made


async def until(is_so, seconds=5.0):
    """Waits until it is so; the seconds it took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - started


async def until_revoked(revocations, token):
    started = time.monotonic()
    while not await revocations.is_revoked(token):
        assert time.monotonic() - started < 5.0, "a revocation reaches every process within 5 seconds"
        await asyncio.sleep(0.005)
    return time.monotonic() - started


def token_of(member):
    return access_tokens.issue(member.tenant_id, member.user_id, Role.VIEWER, family_id=uuid4(), now=CLOCK.now())


async def cut_off(engine, member):
    async with tenant_transaction(engine, member.tenant_id) as connection:
        now = CLOCK.now()
        await revocation_store.revoke_before(
            connection, member.tenant_id, member.user_id, now, by=member.user_id, now=now
        )


@pytest.mark.promise("Q12", "Q13")
async def test_a_logout_reaches_a_warm_process_within_5_seconds(two, app_engine, make_member):
    token = token_of(await make_member())
    for revocations in two:
        assert not await revocations.is_revoked(token)
    await sessions.logout(app_engine, CLOCK, token)
    took = [await until_revoked(revocations, token) for revocations in two]
    assert max(took) < 1.0


@pytest.mark.promise("Q12")
async def test_a_cutoff_reaches_a_warm_process_within_5_seconds(two, app_engine, make_member):
    member = await make_member()
    token = token_of(member)
    for revocations in two:
        assert not await revocations.is_revoked(token)
    await cut_off(app_engine, member)
    assert max([await until_revoked(revocations, token) for revocations in two]) < 1.0


@pytest.mark.promise("Q13")
async def test_a_warm_process_reads_nothing_from_the_database(two, app_engine, make_member):
    token = token_of(await make_member())
    await two[0].is_revoked(token)
    seen = []
    event.listen(app_engine.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for _ in range(100):
        assert not await two[0].is_revoked(token)
    assert seen == []


async def test_silence_is_no_gap_as_long_as_the_connection_answers(one):
    for _ in range(25):
        await asyncio.sleep(0.1)
        assert one.revocations.is_synchronised


@pytest.mark.promise("Q12")
async def test_what_is_revoked_while_the_listener_is_away_is_seen_at_once(one, app_engine, make_member):
    """The connection is cut, and the revocation falls into the gap: it must be read, and stay known afterwards."""
    member = await make_member()
    token = token_of(member)
    await one.revocations.is_revoked(token)
    one.connections[-1].terminate()
    await until(lambda: not one.revocations.is_synchronised, seconds=2.5)
    await cut_off(app_engine, member)
    assert await one.revocations.is_revoked(token)
    await until(lambda: one.revocations.is_synchronised)
    assert len(one.connections) == 2
    assert await one.revocations.is_revoked(token)


async def test_a_backend_that_is_killed_is_noticed_and_replaced(one, admin_url):
    superuser = await bootstrap.connect(admin_url)
    await superuser.execute("SELECT pg_terminate_backend($1)", one.connections[-1].get_server_pid())
    await superuser.close()
    await until(lambda: len(one.connections) == 2)
    await until(lambda: one.revocations.is_synchronised)


async def test_a_message_of_unknown_form_drops_everything_held(one, make_member, owner):
    token = token_of(await make_member())
    for message in ("", "{}", "[]", "null", '{"tenant_id": 1, "user_id": 2}', '{"tenant_id": "x", "user_id": "y"}'):
        await one.revocations.is_revoked(token)
        await owner.execute("SELECT pg_notify($1, $2)", TOKEN_CHANNEL, message)
        await until(lambda: not one.revocations._held)
    assert one.revocations.is_synchronised


async def test_a_process_that_stops_at_any_moment_of_its_start_stops(app_engine, database, ring):
    """Stopping while the listener connects must not be lost: the process would hang for ever."""
    parts_of_one = parts(app_engine, database, ring)
    for steps in range(60):
        async with asyncio.timeout(10):
            async with assembly.build(parts_of_one).running():
                for _ in range(steps):
                    await asyncio.sleep(0.0005 * (steps % 7))


async def test_a_cancellation_that_is_swallowed_is_repeated(app_engine, database, ring):
    auth = assembly.build(parts(app_engine, database, ring))
    swallowed = []

    async def connect():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if len(swallowed) < 2:
                swallowed.append(1)
                return await asyncpg.connect(database.dsn("app_user"))
            raise

    auth.listener._connect = connect
    async with asyncio.timeout(10), auth.running():
        await asyncio.sleep(0.01)
    assert swallowed
