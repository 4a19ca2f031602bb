"""A small HTTP client that sends exactly what it is told and records what came back, header for header, byte for byte."""

from __future__ import annotations

import http.client
import itertools
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from tools.conformance.drive.exchange import Exchange

_NUMBERS = itertools.count(1)


class Client:
    """One kept-alive connection to a service."""

    def __init__(self, url: str, *, timeout_seconds: float = 20) -> None:
        self.url = url
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout_seconds)
        self.base_path = parts.path.rstrip("/")

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        source: str,
        purpose: str = "",
    ) -> Exchange:
        """Send and record. A broken connection is opened once more. Raises `OSError` when the service does not answer."""
        try:
            return self._send(method, target, headers, body, source, purpose)
        except (http.client.HTTPException, ConnectionError):
            # A server may close a kept connection between two requests at any moment; only a second failure counts.
            self._connection.close()
        try:
            return self._send(method, target, headers, body, source, purpose)
        except http.client.HTTPException as error:
            raise OSError(f"the reply is not HTTP: {error!r}") from error

    def _send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, source: str, purpose: str
    ) -> Exchange:
        started = time.perf_counter()
        connection = self._connection
        connection.putrequest(method, self.base_path + target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        if body is not None and "content-length" not in {name.lower() for name in headers}:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        reply = response.read()
        path, _, query = target.partition("?")
        return Exchange(
            id=f"own-{next(_NUMBERS)}",
            method=method,
            path=self.base_path + path,
            query=query,
            headers=tuple((name.lower(), value) for name, value in headers.items()),
            body=body,
            status=response.status,
            reply_headers=tuple((name.lower(), value) for name, value in response.getheaders()),
            reply_body=reply,
            source=source,
            purpose=purpose,
            elapsed_ms=1000 * (time.perf_counter() - started),
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
