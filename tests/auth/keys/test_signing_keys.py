import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from impl.auth.errors import KeysUnavailableError
from impl.auth.keys import signing_keys
from impl.auth.keys.signing_key_store import DatabaseKeyStore
from impl.auth.keys.signing_keys import SigningKey, SigningKeys
from impl.db import engine as engines
from impl.db.sealing import KeyRing
from impl.kernel.clock import FixedClock
from tests.fixtures.database import PATIENCE_SECONDS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
A, B, C, D = (signing_keys.generate(NOW) for _ in range(4))


def aged(key, seconds):
    return SigningKey(key.kid, key.private, NOW - timedelta(seconds=seconds))


class FakeStore:
    """Keys in memory; counts how often it is asked."""

    def __init__(self, *keys):
        self.keys, self.loads, self.questions, self.is_away = list(keys), 0, 0, False

    async def load(self):
        self.loads += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise KeysUnavailableError("away")
        return list(self.keys)

    async def load_for(self, kid):
        self.questions += 1
        if self.is_away:
            raise KeysUnavailableError("away")
        return list(self.keys) if any(key.kid == kid for key in self.keys) else None


class TestSignerOf:
    def test_a_new_key_signs_only_when_every_process_must_have_seen_it(self):
        young, old = aged(A, 119), aged(B, 9000)
        assert signing_keys.signer_of([young, old], NOW) is old
        young = aged(A, 120)
        assert signing_keys.signer_of([young, old], NOW) is young

    def test_at_the_very_start_the_oldest_key_signs_at_once(self):
        assert signing_keys.signer_of([aged(A, 1), aged(B, 5)], NOW).kid == B.kid
        assert signing_keys.signer_of([], NOW) is None


class TestSigningKeys:
    async def test_the_keys_are_read_once_and_then_held(self):
        store = FakeStore(aged(A, 900))
        keys = SigningKeys(store, FixedClock(NOW))
        assert (await keys.signer()).kid == A.kid
        for _ in range(50):
            assert await keys.verifier(A.kid) is not None
        assert store.loads == 1

    async def test_a_crowd_at_the_start_reads_once(self):
        store = FakeStore(aged(A, 900))
        keys = SigningKeys(store, FixedClock(NOW))
        await asyncio.gather(*(keys.verifier(A.kid) for _ in range(50)))
        assert store.loads == 1

    async def test_a_rotated_key_is_known_within_60_seconds_and_a_retired_one_forgotten(self):
        clock, store = FixedClock(NOW), FakeStore(aged(A, 900))
        keys = SigningKeys(store, clock)
        await keys.verifier(A.kid)
        store.keys = [aged(B, 0)]
        clock.advance(61)
        assert await keys.verifier(B.kid) is not None
        assert await keys.verifier(A.kid) is None
        assert store.questions == 1  # about A, which nobody has any more

    async def test_renewal_happens_beside_the_requests(self):
        clock, store = FixedClock(NOW), FakeStore(aged(A, 900))
        keys = SigningKeys(store, clock)
        await keys.verifier(A.kid)
        store.keys.append(aged(B, 0))
        clock.advance(25)
        assert await keys.verifier(A.kid) is not None
        await keys._renewal
        assert await keys.verifier(B.kid) is not None
        assert (store.loads, store.questions) == (2, 0)
        await keys.close()

    async def test_while_the_keys_cannot_be_read_minting_stops_and_verifying_goes_on_for_a_minute(self):
        clock, store = FixedClock(NOW), FakeStore(aged(A, 900))
        keys = SigningKeys(store, clock)
        await keys.signer()
        store.is_away = True
        clock.advance(25)
        await keys.verifier(A.kid)
        await keys._renewal
        with pytest.raises(KeysUnavailableError):
            await keys.signer()
        assert await keys.verifier(A.kid) is not None
        clock.advance(40)
        with pytest.raises(KeysUnavailableError):
            await keys.verifier(A.kid)
        store.is_away = False
        clock.advance(3)
        assert (await keys.signer()).kid == A.kid

    async def test_a_store_that_is_away_is_not_asked_by_every_request(self):
        store = FakeStore()
        store.is_away = True
        keys = SigningKeys(store, FixedClock(NOW))
        for _ in range(20):
            with pytest.raises(KeysUnavailableError):
                await keys.verifier("kid")
        assert store.loads == 1

    @pytest.mark.promise("Q14")
    async def test_a_flood_of_unknown_kids_asks_once_per_five_seconds(self):
        clock, store = FixedClock(NOW), FakeStore(aged(A, 900))
        keys = SigningKeys(store, clock)
        assert set(await asyncio.gather(*(keys.verifier(f"kid{n}") for n in range(200)))) == {None}
        assert store.questions == 1
        clock.advance(5)
        await keys.verifier("kid")
        assert store.questions == 2

    async def test_at_most_three_keys_are_accepted(self):
        keys = SigningKeys(FakeStore(A, B, C, D), FixedClock(NOW))
        assert [await keys.verifier(key.kid) is not None for key in (A, B, C, D)] == [True, True, True, False]


@pytest.fixture
async def engine(fresh_database):
    made = engines.create(
        fresh_database.url("app_user"), pool_timeout_seconds=PATIENCE_SECONDS, connect_timeout_seconds=PATIENCE_SECONDS
    )
    yield made
    await made.dispose()


def patient(engine, ring, clock):
    """A store that waits as long as a busy machine takes."""
    return DatabaseKeyStore(engine, ring, clock, limit_ms=60_000)


class TestDatabaseKeyStore:
    async def test_processes_that_start_together_agree_on_one_first_key(self, engine, ring):
        clock = FixedClock(datetime.now(UTC))
        found = await asyncio.gather(*(patient(engine, ring, clock).load() for _ in range(8)))
        assert len({keys[0].kid for keys in found}) == 1
        assert {len(keys) for keys in found} == {1}

    async def test_the_private_half_is_sealed_and_the_public_half_is_a_json_web_key(self, engine, ring):
        (key,) = await DatabaseKeyStore(engine, ring, FixedClock(datetime.now(UTC))).load()
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT * FROM jwt_signing_keys"))).one()
        assert signing_keys.to_bytes(key) not in bytes(row.private_key_sealed)
        assert set(row.public_jwk) == {"kty", "use", "alg", "kid", "n", "e"}
        assert row.public_jwk["kid"] == key.kid == row.kid

    async def test_a_key_that_somebody_else_wrote_is_not_believed(self, engine, ring):
        clock = FixedClock(datetime.now(UTC))
        await DatabaseKeyStore(engine, KeyRing({ring.newest: b"x" * 32}), clock).load()
        with pytest.raises(KeysUnavailableError) as unavailable:
            await patient(engine, ring, clock).load()
        assert "belongs to another place" in unavailable.value.reason

    async def test_rotation_keeps_three_keys_and_retires_the_oldest(self, engine, ring):
        clock = FixedClock(datetime.now(UTC))
        store = patient(engine, ring, clock)
        made = [(await store.load())[0].kid]
        for _ in range(3):
            clock.advance(200)
            made.append((await store.rotate()).kid)
        assert [key.kid for key in await store.load()] == made[:0:-1]
        assert (await SigningKeys(store, clock).signer()).kid == made[-2]
        clock.advance(120)
        assert (await SigningKeys(store, clock).signer()).kid == made[-1]

    async def test_a_retired_key_is_no_longer_given(self, engine, ring):
        store = DatabaseKeyStore(engine, ring, FixedClock(datetime.now(UTC)))
        (first,) = await store.load()
        second = await store.rotate()
        await store.retire(first.kid)
        assert [key.kid for key in await store.load()] == [second.kid]

    @pytest.mark.promise("Q14")
    async def test_a_flood_of_unknown_kids_at_many_processes_loads_once_in_all(self, engine, ring):
        clock = FixedClock(datetime.now(UTC))
        fleet = [SigningKeys(patient(engine, ring, clock), clock) for _ in range(6)]
        await asyncio.gather(*(keys.signer() for keys in fleet))
        loads = await self.loads_while(engine, *(keys.verifier(f"forged{n}") for keys in fleet for n in range(20)))
        assert loads == 1

    async def test_a_key_that_one_process_found_is_found_by_all(self, engine, ring):
        """A key signs at once when its forerunner was retired: the first to see it tells the others."""
        clock = FixedClock(datetime.now(UTC))
        store = patient(engine, ring, clock)
        fleet = [SigningKeys(patient(engine, ring, clock), clock) for _ in range(4)]
        await asyncio.gather(*(keys.signer() for keys in fleet))
        new = await store.rotate()
        found = await asyncio.gather(*(keys.verifier(new.kid) for keys in fleet))
        assert None not in found

    async def loads_while(self, engine, *work):
        async def count():
            async with engine.connect() as connection:
                counted = await connection.scalar(text("SELECT max(refresh_event_count) FROM jwt_verification_cache"))
            return counted or 0

        before = await count()
        await asyncio.gather(*work)
        return await count() - before

    async def test_a_database_that_is_away_is_said_in_a_sentence(self, ring, database):
        nowhere = engines.create(database.url("app_user").set(port=1), pool_timeout_seconds=1)
        with pytest.raises(KeysUnavailableError) as unavailable:
            await DatabaseKeyStore(nowhere, ring, FixedClock(NOW)).load()
        assert unavailable.value.reason.startswith("the signing keys cannot be read: ")
        assert (
            unavailable.value.detail
            == "A required service is unavailable; retry after the number of seconds in `Retry-After`."
        )
        await nowhere.dispose()
