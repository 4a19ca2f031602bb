"""The mocks as conformance checks them: started, asked, stopped."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tools.conformance.drive.target import BadTarget
from tools.conformance.judge.mock_check import Mocks
from tools.mocks import service
from tools.mocks.service import Mock


def mocks_of(contracts: Path, *, any_port: bool = True) -> Mocks:
    """A function that starts the mocks of `contracts`: anywhere, or at the ports that the contracts give them."""

    @contextmanager
    def start() -> Generator[list[Mock]]:
        try:
            with service.running(service.plan(contracts, any_port=any_port)) as running:
                yield running
        except service.MockError as error:
            raise BadTarget(f"the mocks: {error}") from error

    return start
