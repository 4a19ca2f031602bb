"""Why a repeated request is refused."""

from __future__ import annotations

import json
from typing import Final

from generated.governance import problems
from generated.server import Issue, ProblemError

REPLAYED: Final = {"Idempotency-Replayed": "true"}
"""Header of a stored reply."""
_OF_THE_CALLER: Final = frozenset({401, 403})
_OF_THE_MOMENT: Final = frozenset({429})


class KeyReusedError(ProblemError, kind=problems.IDEMPOTENCY_KEY_REUSED):
    """This key was already used for a different request; use a new key."""


class KeyInProgressError(ProblemError, kind=problems.IDEMPOTENCY_IN_PROGRESS):
    """The first request with this key is still in progress; retry shortly."""


class SecretAlreadyShownError(ProblemError, kind=problems.SECRET_ALREADY_SHOWN):
    """The secret has already been shown; use a new key to create another one."""


class RepeatedRefusalError(ProblemError):
    """A request with this key was refused before."""

    # Nobody reads the line above: each instance has the status, code, title and detail of the refusal that it repeats.
    # Correlation id, instance and time are those of the repetition, which is an exchange of its own.

    def __init__(self, status: int, stored: bytes) -> None:
        """Of the `status` and the rest of a refusal, as `stored` returned it."""
        values = json.loads(stored)
        issues = [Issue(**issue) for issue in values["errors"]]
        super().__init__(values["detail"], errors=issues, headers=values["headers"] | REPLAYED)
        self.status, self.code, self.slug, self.title = status, values["code"], values["slug"], values["title"]


def is_final(problem: ProblemError) -> bool:
    """Whether the same request gets this answer again: it was refused, but not for who sends it, nor for when."""
    return 400 <= problem.status < 500 and problem.status not in _OF_THE_CALLER | _OF_THE_MOMENT


def stored(refusal: ProblemError) -> bytes:
    """A refusal, but for its status, as it is kept (UTF-8 JSON)."""
    issues = [
        {"pointer": issue.pointer, "field": issue.field, "message": issue.message, "code": issue.code}
        for issue in refusal.errors
    ]
    values = {"code": refusal.code, "slug": refusal.slug, "title": refusal.title, "detail": refusal.detail}
    return json.dumps(values | {"errors": issues, "headers": refusal.headers}).encode()
