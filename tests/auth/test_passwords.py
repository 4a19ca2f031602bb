import asyncio
import hashlib

import pytest

from impl.auth import passwords
from impl.auth.passwords import Passwords
from tests.auth.conftest import CountingHasher


def test_a_login_is_known_by_the_peppered_hash_of_its_lower_case_address():
    expected = hashlib.sha256(b"pepper:jane@example.com").hexdigest()
    assert passwords.login_identifier_hash("pepper", "Jane@Example.COM") == expected
    assert passwords.login_identifier_hash("other", "jane@example.com") != expected


async def test_the_default_parameters_are_those_of_rfc_9106():
    stored = await Passwords().hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_password_is_correct_for_its_own_hash_only(hasher):
    checked = Passwords(hasher)
    stored = await checked.hash("correct horse")
    assert await checked.is_correct("correct horse", stored)
    assert not await checked.is_correct("Correct horse", stored)
    assert not await checked.is_correct("correct horse", "no hash at all")


@pytest.mark.parametrize("password", ["pässwörd 🐎", "\ud800 lone", "\x00 zero", "x" * 1024])
async def test_any_text_can_be_a_password(hasher, password):
    checked = Passwords(hasher)
    assert await checked.is_correct(password, await checked.hash(password))


async def test_a_password_is_compared_as_it_looks(hasher):
    """Keyboards write an accented letter as one character or as two; only their owner's look counts."""
    checked = Passwords(hasher)
    one, two = "caf\u00e9 cr\u00e8me", "cafe\u0301 cre\u0300me"
    assert one != two
    assert await checked.is_correct(two, await checked.hash(one))
    assert await checked.is_correct(one, await checked.hash(two))
    # Another letter that only resembles it is another password.
    assert not await checked.is_correct("cafe creme", await checked.hash(one))


async def test_nobody_costs_the_same_work_as_somebody_and_is_never_correct(hasher):
    checked = Passwords(hasher)
    stored = await checked.hash("correct horse")
    hasher.work.clear()
    assert not await checked.is_correct("wrong", stored)
    assert not await checked.is_correct("wrong", None)
    somebody, nobody = hasher.work
    assert somebody == nobody == ("argon2id", "v=19", "m=64,t=1,p=1")


async def test_nobodys_password_is_wrong_even_if_it_is_guessed():
    class Yes(CountingHasher):
        def verify(self, stored, password):
            return True

    assert not await Passwords(Yes()).is_correct("guessed", None)


async def test_weaker_parameters_are_recognised(hasher):
    weak = CountingHasher(memory_cost=16).hash("correct horse")
    assert Passwords(hasher).needs_rehash(weak)
    assert not Passwords(hasher).needs_rehash(hasher.hash("correct horse"))


async def test_a_burst_of_logins_is_hashed_a_few_at_a_time():
    class SlowHasher(CountingHasher):
        running = most = 0

        def verify(self, stored, password):
            SlowHasher.running += 1
            SlowHasher.most = max(SlowHasher.most, SlowHasher.running)
            try:
                return super().verify(stored, password)
            finally:
                SlowHasher.running -= 1

    checked = Passwords(SlowHasher(memory_cost=4096), parallel=2)
    await asyncio.gather(*(checked.is_correct("x", None) for _ in range(20)))
    assert SlowHasher.most <= 2
