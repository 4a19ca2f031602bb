"""A person's session with a service: its token is kept between commands, and replaced when it is no longer good."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from impl.cli import api_client
from impl.cli.api_client import Login, TokenFile

ANN = Login("3f2b8c1e-6d4a-4e7b-9a51-2f6c0d8e4b17", "ann@shop.example", "a password")


class Service:
    """Answers logins with token after token, and reads with 401 unless their token is the newest."""

    def __init__(self) -> None:
        self.logins = 0
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                service.logins += 1
                self.answer(200, {"access_token": service.token, "expires_in": 900})

            def do_GET(self) -> None:
                is_good = self.headers["authorization"] == f"Bearer {service.token}"
                self.answer(
                    200 if is_good else 401, {"title": "Authentication failed.", "detail": "Authentication failed."}
                )

            def answer(self, status: int, body: object) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def token(self) -> str:
        return f"token-{self.logins}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def tokens(tmp_path) -> TokenFile:
    return TokenFile(tmp_path / "session.json")


def read(url: str, tokens: TokenFile | None, login: Login = ANN) -> None:
    with api_client.session(url, login, tokens) as session:
        session.get("/anything")


def test_commands_in_a_row_log_in_once(service, tokens):
    """Ten logins a minute are allowed, and a person types quickly."""
    for _ in range(12):
        read(service.url, tokens)
    assert service.logins == 1
    assert tokens.path.stat().st_mode & 0o777 == 0o600
    read(service.url, None)
    assert service.logins == 2


def test_a_token_that_is_no_longer_good_is_replaced(service, tokens):
    read(service.url, tokens)
    service.logins += 1  # revoked
    read(service.url, tokens)
    read(service.url, tokens)
    assert service.logins == 3


def test_a_token_is_for_one_person_at_one_service(service, tokens):
    read(service.url, tokens)
    read(service.url, tokens, Login(ANN.tenant_id, "bob@shop.example", "a password"))
    assert service.logins == 2
    other = service.url.replace("127.0.0.1", "localhost")
    read(other, tokens, Login(ANN.tenant_id, "bob@shop.example", "a password"))
    assert service.logins == 3


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"owner": 1}', '{"token": "x"}'])
def test_a_damaged_file_costs_a_login(service, tokens, text):
    tokens.path.write_text(text)
    read(service.url, tokens)
    read(service.url, tokens)
    assert service.logins == 1


def test_a_folder_that_cannot_be_written_costs_no_command(service, tmp_path):
    read(service.url, TokenFile(tmp_path / "missing" / "session.json"))
    assert service.logins == 1
