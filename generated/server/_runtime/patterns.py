"""Patterns and formats of JSON Schema."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import cache


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Python form of an ECMA 262 pattern, in which classes such as `w` and `d` are ASCII and `$` is the very end."""
    # `$` in Python also matches before a last line break, and `\w` has all of Unicode. ECMA 262 has neither.
    text = re.sub(r"(\\.)|\(\?<([A-Za-z_]\w*)>|(\$)(?![^\[]*\])", _as_python, pattern, flags=re.DOTALL)
    return re.compile(text, re.ASCII)


def _as_python(match: re.Match[str]) -> str:
    if match[2]:
        return f"(?P<{match[2]}>"
    return r"\Z" if match[3] else match[0]


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
