"""Notices for operators: told by the package of a processor, kept by whoever assembles the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorNotice:
    """A state that no tenant can mend and that will cost deliveries if nobody does."""

    source: str
    """The processor's name."""
    code: str
    message: str
    """What is the matter and what to do about it."""
    detail: Mapping[str, str] = field(default_factory=dict)


OnNotice = Callable[[OperatorNotice], None]


def unheard(_: OperatorNotice) -> None:
    """For a process that keeps no notices, such as a command; its log has them all the same."""
