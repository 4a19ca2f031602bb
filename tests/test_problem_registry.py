"""Every error that becomes a reply is a kind of the problem registry, and is served with the registry's words."""

from __future__ import annotations

import importlib
import json
import pkgutil
import uuid
from collections.abc import Iterator

import pytest

import impl
from generated.governance import problems
from generated.server import ProblemError
from generated.server.app import OPERATIONS
from impl.app.assembly import PROBLEMS
from impl.db.idempotency.errors import RepeatedRefusalError

KINDS = {kind.code: kind for kind in problems.PROBLEMS}


def _subclasses(base: type[ProblemError]) -> Iterator[type[ProblemError]]:
    for each in base.__subclasses__():
        yield each
        yield from _subclasses(each)


def _errors(package: str) -> list[type[ProblemError]]:
    for module in pkgutil.walk_packages(impl.__path__, "impl."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)  # so that its classes exist
    return [each for each in _subclasses(ProblemError) if each.__module__.startswith(f"{package}.")]


# A repeated refusal has the words of the one that it repeats, and none as a class.
OURS = [error for error in _errors("impl") if error is not RepeatedRefusalError]


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.__name__)
def test_an_error_of_ours_is_a_kind_of_the_registry(error: type[ProblemError]) -> None:
    kind = KINDS[error.code]
    assert (error.slug, error.title) == (kind.slug, kind.title) or issubclass(error, tuple(_errors("generated")))
    assert error.status in {kind.status, *kind.also_status}


@pytest.mark.parametrize("error", _errors("generated"), ids=lambda error: error.__name__)
def test_an_error_of_the_runtime_that_operations_declare_is_in_the_registry(error: type[ProblemError]) -> None:
    declared = {status for operation in OPERATIONS for status in operation.problems}
    assert error.code in KINDS or error.status not in declared


@pytest.mark.parametrize("kind", problems.PROBLEMS, ids=lambda kind: kind.code)
def test_a_problem_is_served_with_the_words_of_the_registry(kind: problems.Problem) -> None:
    """Whatever title and slug the class has that was raised."""

    class Raised(ProblemError, status=kind.status, code=kind.code, slug="elsewhere", title="Another title."):
        """Something."""

    body = json.loads(PROBLEMS.body(Raised(), uuid.uuid4()))
    assert (body["code"], body["title"], body["status"]) == (kind.code, kind.title, kind.status)
    assert body["type"] == f"https://api.skeldir.com/problems/{kind.slug}"


def test_titles_are_those_of_the_specification() -> None:
    """A few by hand, so that an edit of the registry is noticed where clients may rely on it."""
    titles = {code: KINDS[code].title for code in ("AUTH_UNAUTHORIZED", "AUTH_FORBIDDEN", "NOT_FOUND", "RATE_LIMITED")}
    assert titles == {
        "AUTH_UNAUTHORIZED": "Authentication failed.",
        "AUTH_FORBIDDEN": "Access denied.",
        "NOT_FOUND": "Not found",
        "RATE_LIMITED": "Rate limited",
    }
