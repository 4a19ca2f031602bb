"""Roles of a member and the scopes they carry: admin includes manager, manager includes viewer."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Role(enum.Enum):
    """The role of a member of a tenant. Also the name of the scope that says so."""

    VIEWER = "viewer"
    MANAGER = "manager"
    ADMIN = "admin"


_FROM_LOW_TO_HIGH = (Role.VIEWER, Role.MANAGER, Role.ADMIN)


def scopes_of(role: Role) -> tuple[str, ...]:
    """The scopes of `role`, lowest first."""
    return tuple(each.value for each in _FROM_LOW_TO_HIGH[: _FROM_LOW_TO_HIGH.index(role) + 1])


def highest(codes: Iterable[str]) -> Role | None:
    """The highest of the role codes a membership has; None when it has none that is known."""
    known = set(codes)
    return next((role for role in reversed(_FROM_LOW_TO_HIGH) if role.value in known), None)
