"""`contracts conform` against a service that is not ours, end to end; and everything that keeps it from testing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conformance import plants
from tools.cli import commands
from tools.cli.mock_check import mocks_of
from tools.conformance import command
from tools.conformance.drive import target as targets
from tools.conformance.judge import mock_check
from tools.mocks import service as mocks
from tools.openapi import source

pytestmark = pytest.mark.xdist_group("conformance-shop")
FIXTURES = Path(__file__).parent / "fixture_app"
CONFIG, CONTRACT = FIXTURES / "shop.toml", FIXTURES / "shop.yaml"
CONTRACTS = Path(__file__).parents[2] / "contracts" / "openapi" / "v1"
FEW = ["--only", "putSettings", "--only", "receivePayment"]


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with plants.shop() as url:
        yield url


def conform(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(commands.app, ["conform", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_a_foreign_service_with_logins_and_signed_deliveries_is_green(shop: str, tmp_path: Path) -> None:
    code, output, _ = conform("--url", shop, "--contracts", CONTRACT, "--config", CONFIG, "--out", tmp_path, *FEW)
    assert code == command.GREEN, output
    assert "GREEN" in output
    report = json.loads((tmp_path / "result.json").read_text())
    assert report["green"]
    assert "<script" not in (tmp_path / "index.html").read_text()
    assert (tmp_path / "junit.xml").exists()


def test_a_foreign_service_with_a_defect_is_red_with_curl_test_and_line(tmp_path: Path) -> None:
    with plants.shop("exclusive-as-inclusive") as url:
        code, output, _ = conform("--url", url, "--contracts", CONTRACT, "--config", CONFIG, "--out", tmp_path, *FEW)
    assert code == command.RED
    assert "shop.yaml:" in output
    page = (tmp_path / "index.html").read_text()
    assert "curl -sS" in page
    assert list((tmp_path / "failures").glob("test_*.py"))


class OnUnknownKey(BaseHTTPRequestHandler):
    """Some other web server."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # names that the library looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as above
        pass


@pytest.fixture
def stranger() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), OnUnknownKey)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def one_line(code: int, output: str, complaint: str) -> str:
    assert code == command.BROKEN, output
    assert complaint.count("\n") == 1
    assert "GREEN" not in output
    return complaint


def test_a_service_that_is_down_is_one_line_and_2(tmp_path: Path) -> None:
    reply = conform("--url", "http://127.0.0.1:9", "--contracts", CONTRACT, "--out", tmp_path)
    assert "http://127.0.0.1:9 does not answer" in one_line(*reply)


def test_another_service_at_the_address_is_one_line_and_2(stranger: str, tmp_path: Path) -> None:
    reply = conform("--url", stranger, "--contracts", CONTRACT, "--out", tmp_path)
    assert "has none of the" in one_line(*reply)


def test_no_address_is_one_line_and_2(tmp_path: Path) -> None:
    assert "is no http(s) address" in one_line(
        *conform("--url", "localhost", "--contracts", CONTRACT, "--out", tmp_path)
    )


def test_contracts_that_are_not_there_are_one_line_and_2(shop: str, tmp_path: Path) -> None:
    reply = conform("--url", shop, "--contracts", tmp_path / "nowhere", "--out", tmp_path)
    assert "no such file or folder of contracts" in one_line(*reply)


def test_a_contract_of_another_version_is_one_line_and_2(shop: str, tmp_path: Path) -> None:
    document, _ = source.load(CONTRACT)
    assert document is not None
    newer = {**document.value, "paths": {**document.value["paths"], "/api/new": document.value["paths"]["/api/health"]}}
    (tmp_path / "newer.json").write_text(json.dumps(newer))
    reply = conform("--url", shop, "--contracts", tmp_path / "newer.json", "--config", CONFIG, "--out", tmp_path)
    assert "of different versions" in one_line(*reply)
    assert "has no GET /api/new" in reply[2]


def test_a_refused_login_is_one_line_and_2(shop: str, tmp_path: Path) -> None:
    wrong = CONFIG.read_text().replace('password="open sesame"', 'password="wrong"')
    (tmp_path / "shop.toml").write_text(wrong)
    reply = conform("--url", shop, "--contracts", CONTRACT, "--config", tmp_path / "shop.toml", "--out", tmp_path)
    assert "the login owner was refused: POST /api/login answers 401" in one_line(*reply)


def test_a_signer_that_is_not_there_is_one_line_and_2(shop: str, tmp_path: Path) -> None:
    config = {
        "signatures": [{"operations": ["x"], "header": "X", "secret": "s", "tenant": "a", "signer": "no.py:sign"}]
    }
    (tmp_path / "shop.json").write_text(json.dumps(config))
    reply = conform("--url", shop, "--contracts", CONTRACT, "--config", tmp_path / "shop.json", "--out", tmp_path)
    assert "there is not a Python file" in one_line(*reply)


def test_a_mock_port_that_is_taken_is_said_in_one_line() -> None:
    (first, *_) = mocks.plan(CONTRACTS)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((mocks.HOST, first.port))
        listener.listen()
        with pytest.raises(targets.BadTarget, match="a port of the mocks is in use") as caught:
            mock_check.check(mocks_of(CONTRACTS, any_port=False))
    assert "\n" not in str(caught.value)
