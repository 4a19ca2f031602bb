"""Serve the fixture shop on a free port of the loopback; the first line it prints is its address."""

from __future__ import annotations

import socket
import sys

import uvicorn

from tests.conformance.fixture_app import app


def main() -> None:
    """Bind, print the address, serve."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app.build(), log_level="critical")).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
