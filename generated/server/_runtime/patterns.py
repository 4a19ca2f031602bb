"""Patterns and formats of JSON Schema."""

from __future__ import annotations

import importlib
import ipaddress
import re
from collections.abc import Callable
from functools import cache
from typing import Protocol

from . import ecma


class Searching(Protocol):
    """A pattern that can be looked for."""

    def search(self, text: str, /) -> object:
        """A match in `text`; None when there is none."""
        ...


class _Regress:
    """A pattern that only an engine of ECMA 262 can read."""

    __slots__ = ("_engine",)

    def __init__(self, pattern: str) -> None:
        self._engine = importlib.import_module("regress").Regex(pattern, "u")  # an optional package

    def search(self, text: str) -> object:
        """The first match in `text`, or None."""
        match: object = self._engine.find(text)
        return match


@cache
def compiled(pattern: str) -> Searching:
    """An ECMA 262 pattern, ready to be looked for. Raises `ecma.PatternError`."""
    try:
        return ecma.compiled(pattern)
    except ecma.BeyondPythonError as error:
        try:
            return _Regress(pattern)
        except ImportError:
            raise ecma.BeyondPythonError(f"{error}; the package `regress` reads it") from None
        except Exception as refused:  # noqa: BLE001  (the package has one class of errors, which it does not name)
            raise ecma.PatternError(str(refused)) from None


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_URI_TEXT = r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
_EMAIL = re.compile(rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[^\"\\]|\\.)+\")@(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])\Z")
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\Z")
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_URI_TEXT}\Z")
_REFERENCE = re.compile(rf"{_URI_TEXT}\Z")


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    # Python accepts a zone such as `fe80::1%eth0`; the format of JSON Schema does not have it.
    return "%" not in text


FORMATS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: bool(_EMAIL.match(text)),
    "hostname": lambda text: len(text) < 254 and bool(_HOSTNAME.match(text)),
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "uri": lambda text: bool(_URI.match(text)),
    "uri-reference": lambda text: bool(_REFERENCE.match(text)),
}
