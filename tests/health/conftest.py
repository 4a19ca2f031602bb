from datetime import UTC, datetime

import pytest

from impl.kernel.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock(datetime.now(UTC))
