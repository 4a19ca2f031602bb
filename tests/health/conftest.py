from datetime import UTC, datetime

import pytest

from impl.db.sealing import KeyRing
from impl.kernel.clock import FixedClock
from impl.settings import parse_key_ring
from tests.fixtures.service import RING


@pytest.fixture
def clock():
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="session")
def ring():
    """The ring of the whole test service: all tests of a worker share the database and its signing keys."""
    return KeyRing(parse_key_ring(RING))
