"""Faults injected into the real service during a run: its connections to the database break, and operations fail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from unittest import mock

import uvloop

from generated.server import Handler, Operation, Reply, Wrapper


class Wire:
    """The connections to the database, which can be cut: those there are break, and new ones are refused."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.is_cut = False
        self.transports: list[asyncio.Transport] = []
        self.connect = uvloop.Loop.create_connection

    def laid(self) -> Any:
        """A context in which the service's connections to the port go over this wire."""
        wire = self

        async def create_connection(
            loop: uvloop.Loop, factory: Any, host: Any = None, port: Any = None, **options: Any
        ) -> Any:
            if port != wire.port:
                return await wire.connect(loop, factory, host, port, **options)
            if wire.is_cut:
                raise ConnectionRefusedError("the wire to the database is cut")
            transport, protocol = await wire.connect(loop, factory, host, port, **options)
            wire.transports = [*(item for item in wire.transports if not item.is_closing()), transport]
            return transport, protocol

        return mock.patch.object(uvloop.Loop, "create_connection", create_connection)

    def cut(self) -> None:
        """Take the database away. Called from the thread of the loop, as signal handlers are."""
        self.is_cut = True
        for transport in self.transports:
            transport.abort()

    def mend(self) -> None:
        """Give it back."""
        self.is_cut = False


def defective(flag: Path) -> Wrapper:
    """Makes every operation fail as by a defect, while the file `flag` exists."""

    def wrapper(operation: Operation, handler: Handler) -> Handler:
        async def perhaps(*arguments: Any, **named: Any) -> Reply:
            if flag.exists():
                raise ZeroDivisionError("what a defect says, and no caller may read")
            return await handler(*arguments, **named)

        return perhaps

    return wrapper
