"""How an attempt to get in fails. Every cause of a refusal looks the same from outside."""

from __future__ import annotations

from impl.kernel.errors import SkeldirError


class AuthenticationFailedError(SkeldirError):
    """Authentication failed."""


class AccessDeniedError(SkeldirError):
    """Access denied."""
