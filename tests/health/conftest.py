from datetime import UTC, datetime

import pytest

from impl.db.sealing import KeyRing
from impl.kernel.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="session")
def ring():
    return KeyRing({"test": b"r" * 32})
