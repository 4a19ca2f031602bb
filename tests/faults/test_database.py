"""A few rounds of what `make faults` does fifty times."""

from __future__ import annotations

from pathlib import Path

from tests.db.test_embedded import reachable
from tests.faults import database


async def test_acknowledged_rows_survive_kills_under_load(tmp_path: Path) -> None:
    account = await database.run(rounds=3, seed=7, data=reachable(tmp_path) / "data")
    assert account.kills == 3
    assert len(account.acknowledged) >= 3 * database.LEAST_ROWS
