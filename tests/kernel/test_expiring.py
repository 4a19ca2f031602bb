from datetime import UTC, datetime

from impl.kernel.clock import FixedClock
from impl.kernel.expiring import ExpiringCache


def cache(**changes):
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
    return ExpiringCache[str, int](clock, **({"seconds": 60.0, "capacity": 3} | changes)), clock


def test_a_value_lives_for_its_seconds():
    held, clock = cache()
    held.put("a", 1)
    clock.advance(59.9)
    assert held.get("a") == 1
    clock.advance(0.1)
    assert held.get("a") is None
    assert len(held) == 0


def test_a_value_that_is_put_again_starts_again():
    held, clock = cache()
    held.put("a", 1)
    clock.advance(50)
    held.put("a", 2)
    clock.advance(50)
    assert held.get("a") == 2


def test_the_one_put_first_leaves_first():
    held, _ = cache()
    for n, key in enumerate("abcd"):
        held.put(key, n)
    assert [held.get(key) for key in "abcd"] == [None, 1, 2, 3]


def test_values_can_be_dropped():
    held, _ = cache()
    held.put("a", 1)
    held.put("b", 2)
    held.drop("a")
    held.drop("never there")
    assert (held.get("a"), held.get("b")) == (None, 2)
    held.clear()
    assert held.get("b") is None
