from datetime import UTC, datetime
from uuid import uuid4

import pytest

from impl.auth.keys import signing_keys
from impl.auth.keys.signing_keys import SigningKeys
from impl.auth.roles import Role
from impl.auth.tokens import access_tokens
from impl.auth.tokens.access_tokens import TokenAudience
from impl.auth.tokens.revocation_cache import RevocationCache, RevocationState
from impl.auth.tokens.verification import Verifier
from impl.kernel.clock import FixedClock
from tests.auth.keys.test_signing_keys import FakeStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN_AUDIENCE = TokenAudience("https://api.skeldir.example", "skeldir-api")
KEY, OTHER = signing_keys.generate(NOW), signing_keys.generate(NOW)


class World:
    """A verifier, and all that can change around it."""

    def __init__(self):
        self.clock, self.store, self.standing = FixedClock(NOW), FakeStore(KEY), RevocationState(None, {})
        self.revocations = RevocationCache(self.load, self.clock)
        keys = SigningKeys(self.store, self.clock)
        self.verifier = Verifier(
            keys=keys, token_audience=TOKEN_AUDIENCE, revocations=self.revocations, clock=self.clock
        )
        self.token = access_tokens.issue(uuid4(), uuid4(), Role.VIEWER, family_id=uuid4(), now=NOW)
        self.text = access_tokens.sign(self.token, kid=KEY.kid, key=KEY.private, token_audience=TOKEN_AUDIENCE)

    async def load(self, *_):
        return self.standing


@pytest.fixture
def world():
    return World()


async def test_a_good_token_is_good_again_and_again(world, monkeypatch):
    assert await world.verifier.verify(world.text) == world.token
    monkeypatch.setattr(access_tokens, "read", None)  # the signature is not worked out a second time
    for _ in range(5):
        assert await world.verifier.verify(world.text) == world.token


async def test_a_known_token_ends_when_it_is_over(world):
    await world.verifier.verify(world.text)
    world.clock.advance(899)
    world.revocations.start()
    assert await world.verifier.verify(world.text)
    world.clock.advance(1)
    assert await world.verifier.verify(world.text) is None


async def test_a_known_token_ends_when_it_is_taken_back(world):
    await world.verifier.verify(world.text)
    world.standing = RevocationState(None, {world.token.jti: NOW})
    assert await world.verifier.verify(world.text) is None


async def test_a_known_token_ends_when_its_key_is_retired(world):
    await world.verifier.verify(world.text)
    world.store.keys = [OTHER]
    world.clock.advance(30)
    await world.verifier.verify(world.text)
    world.clock.advance(31)
    assert await world.verifier.verify(world.text) is None


async def test_a_token_of_an_unknown_key_is_asked_about_and_refused(world):
    text = access_tokens.sign(world.token, kid=OTHER.kid, key=OTHER.private, token_audience=TOKEN_AUDIENCE)
    assert await world.verifier.verify(text) is None
    assert world.store.questions == 1


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\ud800", "é" * 100, "a" * 1_000_000])
async def test_junk_is_refused_and_not_remembered(world, text):
    assert await world.verifier.verify(text) is None
    assert len(world.verifier._signed) == 0


async def test_the_text_of_a_token_is_not_held(world):
    await world.verifier.verify(world.text)
    assert world.text not in str(vars(world.verifier._signed))
