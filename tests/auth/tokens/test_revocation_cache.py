import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from impl.auth.roles import Role
from impl.auth.tokens import access_tokens
from impl.auth.tokens.revocation_cache import RevocationCache, RevocationState
from impl.kernel.clock import FixedClock

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOTHING = RevocationState(None, {})


def token(**changes):
    known = {"tenant_id": uuid4(), "user_id": uuid4(), "role": Role.VIEWER, "family_id": uuid4(), "now": NOW} | changes
    return access_tokens.issue(known.pop("tenant_id"), known.pop("user_id"), known.pop("role"), **known)


class Source:
    """The standing of everybody, as a database would give it; counts how often it is read."""

    def __init__(self):
        self.standing, self.reads, self.gate = NOTHING, 0, None

    async def load(self, _tenant_id, _user_id):
        self.reads += 1
        found = self.standing
        if self.gate is not None:
            await self.gate.wait()
        return found


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def revocations(source, clock):
    made = RevocationCache(source.load, clock)
    made.start()
    return made


class TestStanding:
    def test_a_cutoff_takes_back_every_token_up_to_it(self):
        one = token()
        assert RevocationState(one.issued_at, {}).covers(one)
        assert RevocationState(one.issued_at + timedelta(seconds=1), {}).covers(one)
        assert not RevocationState(one.issued_at - timedelta(milliseconds=1), {}).covers(one)

    def test_a_token_is_taken_back_alone_or_with_its_session(self):
        one = token()
        assert RevocationState(None, {one.jti: NOW}).covers(one)
        assert RevocationState(None, {one.family_id: NOW}).covers(one)
        assert not RevocationState(None, {uuid4(): NOW}).covers(one)


class TestRevocations:
    @pytest.mark.promise("Q13")
    async def test_a_known_user_costs_no_read(self, revocations, source):
        first = token()
        for one in (first, token(tenant_id=first.tenant_id, user_id=first.user_id)) * 20:
            assert not await revocations.is_revoked(one)
        assert source.reads == 1

    async def test_a_change_is_seen_by_the_next_request(self, revocations, source):
        one = token()
        await revocations.is_revoked(one)
        source.standing = RevocationState(None, {one.jti: NOW})
        revocations.drop(one.tenant_id, one.user_id)
        assert await revocations.is_revoked(one)
        assert await revocations.is_revoked(one)
        assert source.reads == 2

    async def test_a_change_of_somebody_else_drops_nothing(self, revocations, source):
        one = token()
        await revocations.is_revoked(one)
        revocations.drop(one.tenant_id, uuid4())
        await revocations.is_revoked(one)
        assert source.reads == 1

    async def test_the_same_user_of_another_tenant_is_another_entry(self, revocations, source):
        one = token()
        source.standing = RevocationState(None, {one.jti: NOW})
        assert await revocations.is_revoked(one)
        source.standing = NOTHING
        assert not await revocations.is_revoked(token(user_id=one.user_id))

    async def test_a_change_that_overtakes_a_read_is_not_forgotten(self, revocations, source):
        """The read began before the change, so what it brings must not be held."""
        one, source.gate = token(), asyncio.Event()
        asking = asyncio.create_task(revocations.is_revoked(one))
        await asyncio.sleep(0)
        source.standing = RevocationState(None, {one.jti: NOW})
        revocations.drop(one.tenant_id, one.user_id)
        source.gate.set()
        await asking
        assert await revocations.is_revoked(one)

    async def test_nothing_held_is_believed_while_notifications_may_be_missing(self, revocations, source, clock):
        one = token()
        await revocations.is_revoked(one)
        clock.advance(2.1)
        source.standing = RevocationState(None, {one.jti: NOW})
        assert await revocations.is_revoked(one)
        assert await revocations.is_revoked(one)
        assert source.reads == 3

    async def test_a_lost_listener_is_believed_to_be_lost_at_once(self, revocations, source):
        one = token()
        await revocations.is_revoked(one)
        revocations.lose()
        source.standing = RevocationState(None, {one.jti: NOW})
        assert await revocations.is_revoked(one)

    async def test_what_was_held_before_a_gap_is_not_believed_after_it(self, revocations, source):
        one = token()
        await revocations.is_revoked(one)
        revocations.lose()
        source.standing = RevocationState(None, {one.jti: NOW})
        revocations.start()
        assert await revocations.is_revoked(one)

    async def test_what_was_read_during_a_gap_is_not_held(self, revocations, source):
        revocations.lose()
        one, source.gate = token(), asyncio.Event()
        asking = asyncio.create_task(revocations.is_revoked(one))
        await asyncio.sleep(0)
        source.standing = RevocationState(None, {one.jti: NOW})
        revocations.start()
        source.gate.set()
        await asking
        assert await revocations.is_revoked(one)

    async def test_before_the_listener_runs_every_request_reads(self, source, clock):
        revocations, one = RevocationCache(source.load, clock), token()
        for _ in range(3):
            await revocations.is_revoked(one)
        assert source.reads == 3

    async def test_memory_is_bounded(self, source, clock):
        revocations = RevocationCache(source.load, clock, capacity=10)
        revocations.start()
        first = token()
        await revocations.is_revoked(first)
        for _ in range(100):
            await revocations.is_revoked(token())
        assert len(revocations._states) == 10
        await revocations.is_revoked(first)
        assert source.reads == 102

    async def test_an_error_of_the_source_is_not_an_answer(self, clock):
        async def fail(*_):
            raise TimeoutError

        with pytest.raises(TimeoutError):
            await RevocationCache(fail, clock).is_revoked(token())
