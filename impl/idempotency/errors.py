"""Why a repeated request is refused."""

from __future__ import annotations

from generated.server import ProblemError


class KeyReusedError(ProblemError, status=409, code="IDEMPOTENCY_KEY_REUSED", slug="idempotency-conflict"):
    """This key was used for a different request; use a new one."""


class KeyInProgressError(ProblemError, status=409, code="IDEMPOTENCY_IN_PROGRESS", slug="idempotency-conflict"):
    """The first request with this key still runs; repeat it in a moment."""


class SecretAlreadyShownError(ProblemError, status=409, code="SECRET_ALREADY_SHOWN", slug="secret-already-shown"):
    """The secret was shown once; use a new key to make another."""
