"""Sealed values open only with the ring, only in their place, only unchanged."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impl.db.errors import SealingError
from impl.db.sealing import KeyRing, Place, Sealed

OLD, NEW, NEWEST = os.urandom(32), os.urandom(32), os.urandom(32)
TENANT = uuid.uuid4()
PLACE = Place(TENANT, "platform_credentials", "access_token_sealed")


@pytest.mark.promise("P024")
@given(plain=st.binary(max_size=2000))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    ring = KeyRing({"k1": OLD})
    sealed = ring.seal(plain, PLACE)
    assert ring.open(sealed, PLACE) == plain
    assert len(plain) < 4 or plain not in sealed.value


@pytest.mark.promise("P024")
def test_equal_values_look_different() -> None:
    ring = KeyRing({"k1": OLD})
    assert ring.seal(b"token", PLACE).value != ring.seal(b"token", PLACE).value


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, tenant_id=uuid.uuid4()),
        replace(PLACE, tenant_id=None),
        replace(PLACE, table="users"),
        replace(PLACE, column="refresh_token_sealed"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    ring = KeyRing({"k1": OLD})
    with pytest.raises(SealingError, match="altered or belongs to another place"):
        ring.open(ring.seal(b"token", PLACE), elsewhere)


def test_any_changed_bit_is_noticed() -> None:
    ring = KeyRing({"k1": OLD})
    value = ring.seal(b"token", PLACE).value
    for position in range(len(value)):
        changed = bytearray(value)
        changed[position] ^= 1
        with pytest.raises(SealingError):
            ring.open(Sealed(bytes(changed), "k1"), PLACE)


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x02" + bytes(200), bytes(range(1, 41))])
def test_foreign_bytes_are_refused(value: bytes) -> None:
    with pytest.raises(SealingError):
        KeyRing({"k1": OLD}).open(Sealed(value, "k1"), PLACE)


def test_rotation_reseals_with_the_newest_key_and_old_keys_still_open() -> None:
    before = KeyRing({"k1": OLD}).seal(b"token", PLACE)
    ring = KeyRing({"k3": NEWEST, "k2": NEW, "k1": OLD})
    assert ring.open(before, PLACE) == b"token"
    assert before.key_id != ring.newest
    after = ring.reseal(before, PLACE)
    assert (after.key_id, KeyRing({"k3": NEWEST}).open(after, PLACE)) == ("k3", b"token")
    assert ring.reseal(after, PLACE) is after
    with pytest.raises(SealingError, match="'k1', which is not in the ring"):
        KeyRing({"k3": NEWEST}).open(before, PLACE)


@pytest.mark.parametrize("keys", [{}, {"a": b"short"}, dict.fromkeys("abcd", OLD)])
def test_a_ring_holds_one_to_three_full_keys(keys: dict[str, bytes]) -> None:
    with pytest.raises(SealingError, match="1 to 3 keys of 32 bytes"):
        KeyRing(keys)


def test_a_ring_never_shows_its_keys() -> None:
    assert repr(KeyRing({"k1": OLD})) == "KeyRing(k1)"
