"""Ways to see a finding again: a curl command and a pytest file, exact to the byte."""

from __future__ import annotations

import base64
import shlex

from tools.conformance.drive.exchange import Exchange

_SKIPPED = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "x-schemathesis-testcaseid"}
)


def headers_of(exchange: Exchange) -> list[tuple[str, str]]:
    """Request headers that a repetition needs."""
    return [(name, value) for name, value in exchange.headers if name not in _SKIPPED]


def curl(exchange: Exchange, url: str) -> str:
    """A command that sends the request again; bytes that are no text travel as base64."""
    parts = ["curl", "-sS", "-i", "-X", exchange.method]
    for name, value in headers_of(exchange):
        parts += ["-H", f"{name}: {value}" if value else f"{name};"]
    address = url.rstrip("/") + exchange.target
    if exchange.body is None:
        return " ".join(map(shlex.quote, [*parts, address]))
    try:
        text = exchange.body.decode("utf-8")
        if len(text) <= 4000 and "\x00" not in text:
            return " ".join(map(shlex.quote, [*parts, "--data-binary", text, address]))
    except UnicodeDecodeError:
        pass
    encoded = base64.b64encode(exchange.body[:6000]).decode()
    command = " ".join(map(shlex.quote, [*parts, "--data-binary", "@-", address]))
    return f"echo {encoded} | base64 -d | {command}"


def pytest_file(exchange: Exchange, url: str, claim: str) -> str:
    """A test that sends the request again and fails while the reply is the one that was wrong."""
    body = f"base64.b64decode({base64.b64encode(exchange.body).decode()!r})" if exchange.body is not None else "None"
    return f'''"""{claim.replace('"', "'")}"""

import base64
import os
import urllib.error
import urllib.request

URL = os.environ.get("SERVICE_URL", {url!r})


def test_conformance() -> None:
    request = urllib.request.Request(
        URL + {exchange.target!r},
        data={body},
        headers={dict(headers_of(exchange))!r},
        method={exchange.method!r},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
    assert status != {exchange.status}, {claim!r}
'''
