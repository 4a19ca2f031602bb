"""Two processes, as far as they know: two caches with a listener each, and one database between them.

Their clocks stand still, so silence never makes them ask the database again: what they learn, they were told.
"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import asyncpg
import pytest

from impl.auth import assembly, sessions
from impl.auth.roles import Role
from impl.auth.tokens import access_tokens, revocation_store
from impl.auth.tokens.revocation_cache import RevocationCache
from impl.auth.tokens.revocation_listener import TOKEN_CHANNEL, RevocationListener
from impl.db import bootstrap, outage
from impl.db.errors import DatabaseUnreachableError
from impl.db.transaction import tenant_transaction
from impl.kernel import background
from impl.kernel.clock import FixedClock, SystemClock
from tests.auth.server import parts

CLOCK = SystemClock()
PATIENCE_SECONDS = 60
REVOKED_WITHIN_SECONDS = 5
"""As promised."""


@dataclass(frozen=True)
class Process:
    revocations: RevocationCache
    connections: list[asyncpg.Connection]


@asynccontextmanager
async def process(engine, database):
    """The revocations of one process, with its listener running."""
    clock, connections = FixedClock(datetime.now(UTC)), []
    revocations = RevocationCache(partial(revocation_store.load, engine, clock), clock)

    async def connect():
        connections.append(await asyncpg.connect(database.dsn("app_user")))
        return connections[-1]

    task = asyncio.create_task(RevocationListener(connect, revocations, clock).run())
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
    revocations = RevocationCache(partial(revocation_store.load, app_engine, CLOCK), CLOCK)
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


async def until(is_so):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.01)


async def until_revoked(revocations, token):
    async with asyncio.timeout(REVOKED_WITHIN_SECONDS):
        while not await revocations.is_revoked(token):
            await asyncio.sleep(0.005)


def token_of(member):
    return access_tokens.issue(member.tenant_id, member.user_id, Role.VIEWER, family_id=uuid4(), now=CLOCK.now())


async def cut_off(engine, member):
    async with tenant_transaction(engine, member.tenant_id) as connection:
        now = CLOCK.now()
        await revocation_store.revoke_before(
            connection, member.tenant_id, member.user_id, now, by=member.user_id, now=now
        )


@pytest.mark.promise("Q12", "Q13")
async def test_a_logout_reaches_every_warm_process_by_itself(two, app_engine, make_member):
    token = token_of(await make_member())
    for revocations in two:
        assert not await revocations.is_revoked(token)
    await sessions.logout(app_engine, CLOCK, token)
    for revocations in two:
        await until_revoked(revocations, token)


@pytest.mark.promise("Q12")
async def test_a_cutoff_reaches_every_warm_process_by_itself(two, app_engine, make_member):
    member = await make_member()
    token = token_of(member)
    for revocations in two:
        assert not await revocations.is_revoked(token)
    await cut_off(app_engine, member)
    for revocations in two:
        await until_revoked(revocations, token)


@pytest.mark.promise("Q13")
async def test_a_warm_process_reads_nothing_from_the_database(two, statements, make_member):
    token = token_of(await make_member())
    await two[0].is_revoked(token)
    statements.clear()
    for _ in range(100):
        assert not await two[0].is_revoked(token)
    assert statements == []


class Line:
    """A connection on which nothing is ever said; each of its answers takes a second, until it breaks."""

    def __init__(self, revocations, clock, answers):
        self.revocations, self.clock, self.answers, self.was_synchronised = revocations, clock, answers, []

    async def add_listener(self, *_):
        pass

    async def execute(self, _, **__):
        self.was_synchronised.append(self.revocations.is_synchronised)
        if len(self.was_synchronised) > self.answers:
            raise ConnectionResetError
        self.clock.advance(1.0)

    def terminate(self):
        pass


async def test_silence_is_no_gap_as_long_as_the_connection_answers_and_no_longer():
    clock = FixedClock(datetime.now(UTC))
    revocations = RevocationCache(None, clock)
    line = Line(revocations, clock, answers=20)

    async def connect():
        return line

    task = asyncio.create_task(RevocationListener(connect, revocations, clock, heartbeat_seconds=0).run())
    await until(lambda: len(line.was_synchronised) > 20 and not revocations.is_synchronised)
    await background.stop(task)
    assert line.was_synchronised[:21] == [True] * 21


@pytest.mark.promise("Q12")
async def test_what_is_revoked_while_the_listener_is_away_is_seen_at_once(one, app_engine, make_member):
    """The connection is cut, and the revocation falls into the gap: it must be read, and stay known afterwards."""
    member = await make_member()
    token = token_of(member)
    await one.revocations.is_revoked(token)
    one.connections[-1].terminate()
    await until(lambda: not one.revocations.is_synchronised)
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
        await until(lambda: not one.revocations._states)
    assert one.revocations.is_synchronised


async def test_a_process_that_stops_at_any_moment_of_its_start_stops(app_engine, database, ring):
    """Stopping while the listener connects must not be lost: the process would hang for ever."""
    parts_of_one = parts(app_engine, database, ring)
    for steps in range(60):
        async with asyncio.timeout(PATIENCE_SECONDS):
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
    async with asyncio.timeout(PATIENCE_SECONDS), auth.running():
        await asyncio.sleep(0.01)
    assert swallowed
