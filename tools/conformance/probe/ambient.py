"""The oracle as ASGI middleware of the test client: every test becomes a contract test.

It only watches: bytes pass through unchanged, and the exchanges are judged when the tests are over. The service cannot
switch it on: `impl` may not import `tools` (import-linter), no setting names it, and the packages of a release do not hold it.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from tools.conformance.contract.compiled import Contract
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge import conventions, oracle
from tools.conformance.judge.oracle import Finding, Policy

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Watcher:
    """Keeps every exchange of the applications it wraps."""

    contract: Contract
    policy: Policy = field(default_factory=Policy)

    service_conventions: conventions.Conventions = field(default_factory=conventions.Conventions)
    tolerated: frozenset[str] = frozenset()
    """Rules that say nothing here: tests may bring a documented 500 about."""
    exchanges: list[Exchange] = field(default_factory=list)
    guilty: list[Exchange] = field(default_factory=list)
    """Of the exchanges taken last, those that broke the contract."""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def wrap(self, application: Application) -> Application:
        """`application`, watched. Lifespan and websocket pass by."""

        async def watched(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await application(scope, receive, send)
                return
            recorder = _ExchangeRecorder(receive, send)
            await application(scope, recorder.receive, recorder.send)
            # A reply that was cut off because the client left is no breach of the contract.
            if recorder.is_complete:
                self.exchanges.append(recorder.exchange(scope, f"test-{next(self._numbers)}"))

        return watched

    def verdict(self) -> list[Finding]:
        """Findings of every exchange so far."""
        return self._judge(self.exchanges)

    def take(self) -> list[Finding]:
        """Findings since the last call; the exchanges are dropped, except for those at fault."""
        exchanges, self.exchanges = self.exchanges, []
        findings = self._judge(exchanges)
        guilty = {item.exchange for item in findings}
        self.guilty = [item for item in exchanges if item.id in guilty]
        return findings

    def _judge(self, exchanges: list[Exchange]) -> list[Finding]:
        findings = oracle.judge_all(self.contract, exchanges, self.policy)
        for exchange in exchanges:
            operation = oracle.operation_of(self.contract, exchange)
            if operation is not None and exchange.status != 501:
                findings.extend(conventions.judge(exchange, self.service_conventions, operation.key))
        return [item for item in findings if item.rule not in self.tolerated]

    def describe(self, findings: list[Finding]) -> str:
        """Findings for a person: each with its request."""
        by_id = {item.id: item for item in (*self.exchanges, *self.guilty)}
        lines = [f"{len(findings)} violations of the contract:"]
        for finding in findings[:40]:
            exchange = by_id[finding.exchange]
            request = f"{exchange.method} {exchange.target[:100]} → {exchange.status}"
            lines.append(f"  {finding.rule}: {finding.message} [{request}; contract {finding.pointer}]")
        return "\n".join(lines)


class _ExchangeRecorder:
    """Listens to one request and its response."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._request, self._response = bytearray(), bytearray()
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self.is_complete = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._request += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._response += message.get("body", b"")
            self.is_complete = not message.get("more_body", False)
        await self._send(message)

    def exchange(self, scope: MutableMapping[str, Any], name: str) -> Exchange:
        headers = tuple((key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in scope["headers"])
        # Servers decode `path`; only the raw form shows an encoded slash.
        path = scope.get("raw_path") or scope["path"].encode()
        return Exchange(
            id=name,
            method=scope["method"],
            path=path.partition(b"?")[0].decode("latin-1"),
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
            body=bytes(self._request) or None,
            status=self._status,
            reply_headers=tuple(
                (key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in self._headers
            ),
            reply_body=bytes(self._response),
            source="test",
        )
