"""Mock integrity: every documented status and every named example of every mock, asked for and judged as the service is.

A mock that replies something else than its example, or an example that breaks its schema, would teach every client wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tools.conformance.contract.compiled import Contract, compile_contract
from tools.conformance.drive import wire
from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge import oracle
from tools.conformance.judge.oracle import Finding
from tools.openapi import calls
from tools.openapi.pointers import Json


@dataclass(frozen=True, slots=True)
class MockResult:
    """Findings about all mocks."""

    mocks: int
    replies: int
    """Documented statuses and named examples that were requested."""
    findings: tuple[Finding, ...]


class RunningMock(Protocol):
    """A mock that answers."""

    @property
    def name(self) -> str:
        """Of its API."""
        ...

    @property
    def url(self) -> str:
        """Where it listens."""
        ...

    @property
    def document(self) -> Json:
        """The bundle whose examples it answers."""
        ...


Mocks: TypeAlias = Callable[[], AbstractContextManager[Sequence[RunningMock]]]
"""Starts the mocks of every API, and stops them at the end. Raises `BadTarget` when they cannot be started."""


def check(start: Mocks) -> MockResult:
    """Start the mocks and request every documented reply. Raises `BadTarget`."""
    with start() as running:
        pairs = [pair for mock in running for pair in _ask_everything(mock)]
        return MockResult(len(running), len(pairs), tuple(finding for _, findings in pairs for finding in findings))


def _ask_everything(mock: RunningMock) -> Iterator[tuple[Exchange, list[Finding]]]:
    contract = compile_contract(mock.document)
    client = wire.Client(mock.url)
    try:
        for operation in calls.operations(mock.document):
            call = calls.example_call(operation)
            for reply in calls.replies(operation):
                prefer = f"code={reply.status}" + (f", example={reply.example}" if reply.example else "")
                headers = {**call.headers, "Prefer": prefer, "Accept": reply.media_type or "*/*"}
                exchange = client.send(call.method, call.target, headers, call.body, source="mock", purpose=prefer)
                yield exchange, list(_judge(contract, reply, exchange, mock.name))
    finally:
        client.close()


def _judge(contract: Contract, reply: calls.Reply, exchange: Exchange, name: str) -> Iterator[Finding]:
    operation = oracle.operation_of(contract, exchange)
    if operation is None:
        yield Finding("mock", f"{exchange.method} {exchange.path}", "/paths", f"the mock {name} has no such path", "")
        return
    what = f"the mock {name}, asked for {exchange.purpose},"
    if exchange.status != reply.status:
        text = f"{what} answers {exchange.status}: {exchange.reply_body[:120]!r}"
        yield Finding("mock", operation.key, operation.pointer, text, "")
        return
    for finding in oracle.judge_reply(operation, exchange):
        if finding.rule != "server-error":
            yield finding._replace(
                rule=f"mock-{finding.rule}", message=f"{what} breaks it: {finding.message}", exchange=""
            )
    if reply.media_type is not None and not _is_example(reply, exchange):
        yield Finding("mock", operation.key, operation.pointer, f"{what} does not return the example", "")


def _is_example(reply: calls.Reply, exchange: Exchange) -> bool:
    if reply.media_type is not None and reply.media_type.endswith("json"):
        return bool(exchange.json_reply == reply.value)
    text = reply.value if isinstance(reply.value, str) else json.dumps(reply.value)
    return exchange.reply_body.decode("utf-8", "replace") == text
