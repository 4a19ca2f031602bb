"""A lost race is tried again; what no attempt would change is decided at once."""

import pytest
from sqlalchemy.exc import IntegrityError

from impl.ingestion.deliveries.races import LostRaceError, persist


class Violation(Exception):
    """What the driver raises."""

    def __init__(self, sqlstate, constraint_name):
        self.sqlstate, self.constraint_name = sqlstate, constraint_name


def attempts(error, *, losses):
    """An operation that loses so many times, and the list of its attempts."""
    calls = []

    async def attempt():
        calls.append(len(calls))
        if len(calls) <= losses:
            raise error
        return "won"

    return attempt, calls


def violation(constraint, sqlstate="23505"):
    return IntegrityError("INSERT", {}, Violation(sqlstate, constraint))


@pytest.mark.parametrize("error", [LostRaceError(), violation("uq_one")])
async def test_a_lost_race_is_tried_again(error):
    attempt, calls = attempts(error, losses=4)
    assert await persist(attempt, decisive=["uq_two"]) == "won"
    assert len(calls) == 5


@pytest.mark.parametrize("error", [violation("uq_two"), violation("fk_one", sqlstate="23503")])
async def test_what_would_repeat_is_decided_at_once(error):
    attempt, calls = attempts(error, losses=1)
    with pytest.raises(IntegrityError):
        await persist(attempt, decisive=["uq_two"])
    assert len(calls) == 1
