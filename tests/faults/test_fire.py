"""A short form of what `make faults` does at length: storms, and kills under load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.db.test_embedded import reachable
from tests.faults import chaos, storms

# Real processes with a durable database must not starve each other.
pytestmark = pytest.mark.xdist_group("worker-processes")


@pytest.mark.promise("P061", "P065", "P066", "P068", "P072", "Q02", "Q03")
async def test_storms_keep_exactly_what_came(tmp_path: Path) -> None:
    """Replayed, unique, malformed, personal, invalid and mixed deliveries, forty at once; one key for two tenants; every alias."""
    await storms.run(reachable(tmp_path) / "town", sizes=[40], at_once=40)


@pytest.mark.promise("P066")
async def test_what_was_acknowledged_survives_kills_of_api_worker_and_database(tmp_path: Path) -> None:
    account = await chaos.run(reachable(tmp_path) / "town", rounds=4, seed=3)
    assert len(account.acknowledged) > 50
