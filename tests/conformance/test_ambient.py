"""The watcher sees what tests do, changes nothing, and cannot reach production."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conformance.fixture_app import app as shop
from tools.conformance.contract import compiled as contract
from tools.conformance.judge import conventions
from tools.conformance.probe import ambient
from tools.openapi import source

HERE = Path(__file__).parent
CONVENTIONS = conventions.Conventions("x-correlation-id", "application/problem+json")


@pytest.fixture
def watcher() -> ambient.Watcher:
    document, _ = source.load(HERE / "fixture_app" / "shop.yaml")
    assert document is not None
    return ambient.Watcher(contract.compile_contract(document.value), service_conventions=CONVENTIONS)


async def call(application: Any, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url="http://shop") as client:
        return await client.get(path, headers={"X-Correlation-ID": "0f8fad5b-d9cb-469f-a165-70867728950e"})


async def test_a_test_that_breaks_nothing_leaves_no_finding(watcher: ambient.Watcher) -> None:
    plain = shop.build()
    direct, watched = await call(plain, "/api/health"), await call(watcher.wrap(plain), "/api/health")
    assert (direct.status_code, direct.content, direct.headers) == (
        watched.status_code,
        watched.content,
        watched.headers,
    )
    await call(watcher.wrap(plain), "/api/orders?limit=500")
    assert [exchange.status for exchange in watcher.exchanges] == [200, 401]
    assert watcher.verdict() == []


async def test_a_test_that_sees_a_broken_answer_fails_the_session(
    watcher: ambient.Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANT", "no-www-authenticate")
    await call(watcher.wrap(shop.build()), "/api/report")
    findings = watcher.verdict()
    assert [finding.rule for finding in findings] == ["missing-header"]
    assert "GET /api/report → 401" in watcher.describe(findings)


def test_the_service_never_loads_the_watcher() -> None:
    """A process that imports the whole application has no module of `tools` in it."""
    script = "import impl.app, impl.cli, sys; sys.exit(any(name.split('.')[0] == 'tools' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
