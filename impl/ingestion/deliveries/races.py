"""Writes that may meet another write of the same thing: look again, a few times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError

from impl.kernel.errors import SkeldirError

_ATTEMPTS: Final = 5

ResultT = TypeVar("ResultT")


class LostRaceError(SkeldirError):
    """Another delivery of the same fact was recorded between our look and our write; look again."""


async def persist(attempt: Callable[[], Awaitable[ResultT]], *, decisive: Collection[str] = ()) -> ResultT:
    """`attempt` again while it loses races: each loss means that somebody else has made progress.

    A violation of one of the `decisive` constraints is no race: every attempt would repeat it, so it is raised at once.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except (LostRaceError, IntegrityError) as error:
            # A unique violation is a race that the constraint has decided: the next attempt finds the row of the winner. Any
            # other violation is a defect that would repeat.
            if isinstance(error, IntegrityError) and (not _is_unique_violation(error) or constraint(error) in decisive):
                raise
    return await attempt()


def constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that was violated."""
    return getattr(error.orig, "constraint_name", None)


def _is_unique_violation(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "23505"
