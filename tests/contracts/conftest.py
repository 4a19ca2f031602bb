"""The mocks of all contracts, once for every test that asks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.mocks import service as mocks
from tools.mocks.service import Mock
from tools.openapi import link

CONTRACTS = Path(__file__).parents[2] / "contracts" / "openapi" / "v1"
READ = link.read(CONTRACTS, display_root="contracts/openapi/v1")
"""The contracts as they are: who reads a copy of them under the same name has to read only the files that differ."""


@dataclass(frozen=True)
class Mocks:
    """Mocks by the names of their APIs, and the one process that serves them."""

    by_name: dict[str, Mock]
    process_id: int


@pytest.fixture(scope="session")
def all_mocks() -> Iterator[Mocks]:
    service = mocks.Service()
    try:
        started = service.serve(mocks.plan(CONTRACTS, any_port=True))
        yield Mocks({mock.name: mock for mock in started}, service.process_id)
    finally:
        service.stop()
