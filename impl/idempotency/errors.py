"""Why a repeated request is refused."""

from __future__ import annotations

import json

from generated.server import Issue, ProblemError

REPLAYED = {"Idempotency-Replayed": "true"}


class KeyReusedError(ProblemError, status=409, code="IDEMPOTENCY_KEY_REUSED", slug="idempotency-conflict"):
    """This key was used for a different request; use a new one."""


class KeyInProgressError(ProblemError, status=409, code="IDEMPOTENCY_IN_PROGRESS", slug="idempotency-conflict"):
    """The first request with this key still runs; repeat it in a moment."""


class SecretAlreadyShownError(ProblemError, status=409, code="SECRET_ALREADY_SHOWN", slug="secret-already-shown"):
    """The secret was shown once; use a new key to make another."""


class RepeatedRefusalError(ProblemError):
    """A request with this key was refused before; this is the same answer."""

    def __init__(self, status: int, stored: bytes) -> None:
        """Of the `status` and the rest of a refusal, as `stored` returned it."""
        said = json.loads(stored)
        super().__init__(said["detail"], errors=[Issue(**issue) for issue in said["errors"]], headers=REPLAYED)
        self.status, self.code, self.slug, self.title = status, said["code"], said["slug"], said["title"]


def is_final(problem: ProblemError) -> bool:
    """Whether the same request gets this answer again: it was refused, and not for coming at a bad moment."""
    return 400 <= problem.status < 500 and problem.status != 429


def stored(refusal: ProblemError) -> bytes:
    """A refusal, but for its status, as it is kept (UTF-8 JSON)."""
    issues = [
        {"pointer": issue.pointer, "field": issue.field, "message": issue.message, "code": issue.code}
        for issue in refusal.errors
    ]
    said = {"code": refusal.code, "slug": refusal.slug, "title": refusal.title, "detail": refusal.detail}
    return json.dumps(said | {"errors": issues}).encode()
