"""How deliveries are signed over their exact bytes: HMAC-SHA256 in any spelling, or whatever a function of the target says.

A function of the target is named `signer = "file.py:function"`. It is called with the body and the keywords `at` (Unix seconds),
`secret` and `options`, and returns every header that a sender would add, so schemes of several headers fit too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

Signer = Callable[..., dict[str, Any]]


class UnusableSigner(Exception):  # errors are named as sentences
    """There is no such function; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How deliveries to some operations are signed.

    `message` and `template` know `{time}` (Unix seconds), `{body}` (the exact bytes) and `{hex}` or `{base64}` of the
    HMAC-SHA256 over the message. With `signer` they are not used.
    """

    operations: tuple[str, ...]
    header: str
    """The header that holds the proof."""
    secret: str
    tenant: str
    message: str = "{body}"
    template: str = "{hex}"
    tolerance_seconds: int = 0
    """How old a signature may be; 0 when it carries no time."""
    signer: str = ""
    """`file.py:function` that makes the headers."""
    forger: str = ""
    """`file.py:function` that makes headers that must be refused, by what is wrong with them."""
    options: dict[str, Any] = field(default_factory=dict)
    """For `signer` and `forger`; the harness does not read it."""

    def headers(self, body: bytes, *, at: float | None = None, secret: str | None = None) -> dict[str, str]:
        """Headers (names in lower case) that sign `body` `at` a Unix time with `secret` (default: now, with the real one)."""
        moment, known = time.time() if at is None else at, self.secret if secret is None else secret
        if not self.signer:
            return {self.header.lower(): self._hmac(body, str(int(moment)), known)}
        headers = function_of(self.signer)(body, at=moment, secret=known, options=self.options)
        return {name.lower(): value for name, value in headers.items()}

    def _hmac(self, body: bytes, stamp: str, secret: str) -> str:
        before, placeholder, after = self.message.replace("{time}", stamp).partition("{body}")
        message = before.encode() + (body if placeholder else b"") + after.encode()
        digest = hmac.new(secret.encode(), message, hashlib.sha256)
        value = self.template.replace("{time}", stamp).replace("{hex}", digest.hexdigest())
        return value.replace("{base64}", base64.b64encode(digest.digest()).decode())

    def forged(self, body: bytes) -> dict[str, dict[str, str]]:
        """Headers that only a stranger would send, by what is wrong with them."""
        if not self.forger:
            return {}
        by_label = function_of(self.forger)(body, at=time.time(), secret=self.secret, options=self.options)
        return {label: {name.lower(): value for name, value in headers.items()} for label, headers in by_label.items()}


@cache
def function_of(place: str) -> Signer:
    """The function at `file.py:function`. Raises `UnusableSigner`."""
    file, _, name = place.rpartition(":")
    spec = importlib.util.spec_from_file_location(f"conformance_signer_{Path(file).stem}", file)
    if spec is None or spec.loader is None or not Path(file).is_file():
        raise UnusableSigner(f"there is not a Python file {file!r} to sign with")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Signer | None = getattr(module, name, None)
    if function is None:
        raise UnusableSigner(f"{file} has no function {name!r}")
    return function
