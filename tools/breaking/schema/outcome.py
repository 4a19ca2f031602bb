"""The three answers of a search: a value was found, there is none (proved), or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from tools.breaking.schema.values import Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a search."""

    status: str
    """`found`, `none` or `unknown`."""
    value: Json = None

    @property
    def is_found(self) -> bool:
        """Whether `value` is a solution."""
        return self.status == "found"


NONE = Outcome("none")
UNKNOWN = Outcome("unknown")


def success(value: Json) -> Outcome:
    """A solution."""
    return Outcome("found", value)
