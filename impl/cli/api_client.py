"""A person's session with a running service, for commands that do what an admin does in a browser."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

import httpx2

from impl.cli import local
from impl.kernel.errors import ConfigurationError

TIMEOUT_SECONDS: Final = 30.0
_RENEW_SECONDS: Final = 60.0
"""A token is renewed this long before it ends."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and where."""

    tenant_id: str
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Keeps the token of one login between commands: a person who types them quickly would meet the limit of logins."""

    path: Path
    """Readable only by its owner."""

    def read(self, owner: str) -> tuple[str, float]:
        """Token of `owner` and when it ends, in Unix time; empty and 0 when there is none."""
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            is_theirs = values["owner"] == owner
            return (str(values["token"]), float(values["ends_at"])) if is_theirs else ("", 0.0)
        except (OSError, ValueError, KeyError, TypeError):
            return "", 0.0

    def write(self, owner: str, token: str, ends_at: float) -> None:
        """Replace what is kept. A folder that cannot be written costs a login each time, and no command."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
            local.write_private(self.path, {"owner": owner, "token": token, "ends_at": ends_at})


@final
class Session:
    """Calls operations as one person. Every refusal is a `ConfigurationError` in the words of the service."""

    def __init__(self, client: httpx2.Client, login: Login, tokens: TokenFile | None = None) -> None:
        self._client, self._login, self._tokens = client, login, tokens
        self._owner = f"{client.base_url} {login.tenant_id} {login.email}"
        self._token, self._ends_at = tokens.read(self._owner) if tokens is not None else ("", 0.0)
        self._is_kept = bool(self._token)

    def get(self, path: str, **parameters: str | int) -> dict[str, Any]:
        """The reply of a read operation."""
        return self._ask("GET", path, params=parameters)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply of a write operation; a key of its own makes a repetition by the network harmless."""
        return self._ask("POST", path, json=body, headers={"X-Idempotency-Key": str(uuid.uuid4())})

    def put(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The same for PUT."""
        return self._ask("PUT", path, json=body, headers={"X-Idempotency-Key": str(uuid.uuid4())})

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **rest: Any) -> dict[str, Any]:
        if time.time() >= self._ends_at:
            self._log_in()
        reply = self._send(method, path, headers, **rest)
        if reply.status_code == 401 and self._is_kept:
            # Of another database, or revoked since it was kept.
            self._log_in()
            reply = self._send(method, path, headers, **rest)
        return _body_of(reply)

    def _send(self, method: str, path: str, headers: Mapping[str, str] | None, **rest: Any) -> httpx2.Response:
        bearer = {"Authorization": f"Bearer {self._token}"}
        return self._client.request(method, path, headers={**(headers or {}), **bearer}, **rest)

    def _log_in(self) -> None:
        login = self._login
        credentials = {"email": login.email, "password": login.password, "tenant_id": login.tenant_id}
        reply = _body_of(self._client.post("/api/auth/login", json=credentials))
        self._token = reply["access_token"]
        self._ends_at = time.time() + reply["expires_in"] - _RENEW_SECONDS
        self._is_kept = False
        if self._tokens is not None:
            self._tokens.write(self._owner, self._token, self._ends_at)


@contextlib.contextmanager
def session(url: str, login: Login, tokens: TokenFile | None = None) -> Iterator[Session]:
    """A session with the service at `url`. Raises `ConfigurationError` when nothing answers there."""
    with reaching(url), httpx2.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_SECONDS) as client:
        yield Session(client, login, tokens)


@contextlib.contextmanager
def reaching(url: str) -> Iterator[None]:
    """Raises `ConfigurationError` when `url` is no address, or nothing answers there within the block."""
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{url} is no address of a service; write one such as http://127.0.0.1:8000")
    try:
        yield
    except httpx2.InvalidURL as error:
        raise ConfigurationError(f"{url} is no address of a service ({error})") from error
    except httpx2.HTTPError as error:
        message = f"{url} does not answer ({type(error).__name__}); start it with `skeldir run`, or give its address with --url"
        raise ConfigurationError(message) from error


def _body_of(reply: httpx2.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = reply.json()
    except ValueError:
        raise ConfigurationError(
            f"{reply.request.url} answered {reply.status_code} without JSON; is this Skeldir?"
        ) from None
    if reply.is_success:
        return body
    details = "; ".join(f"{one['field']}: {one['message']}" for one in body.get("errors") or [])
    raise ConfigurationError(f"{body.get('title', reply.status_code)}: {details or body.get('detail', '')}")
