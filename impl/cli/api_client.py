"""A person's session with a running service, for commands that do what an admin does in a browser."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

import httpx2

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


@final
class Session:
    """Calls operations as one person. Every refusal is a `ConfigurationError` in the words of the service."""

    def __init__(self, client: httpx2.Client, login: Login) -> None:
        self._client, self._login = client, login
        self._token, self._ends_at = "", 0.0

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
        if time.monotonic() >= self._ends_at:
            self._log_in()
        bearer = {"Authorization": f"Bearer {self._token}"}
        return _body_of(self._client.request(method, path, headers={**(headers or {}), **bearer}, **rest))

    def _log_in(self) -> None:
        login = self._login
        credentials = {"email": login.email, "password": login.password, "tenant_id": login.tenant_id}
        reply = _body_of(self._client.post("/api/auth/login", json=credentials))
        self._token = reply["access_token"]
        self._ends_at = time.monotonic() + reply["expires_in"] - _RENEW_SECONDS


@contextlib.contextmanager
def session(url: str, login: Login) -> Iterator[Session]:
    """A session with the service at `url`. Raises `ConfigurationError` when nothing answers there."""
    with reaching(url), httpx2.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_SECONDS) as client:
        yield Session(client, login)


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
