"""CHECK constraints that several of these tables share."""

from __future__ import annotations

from sqlalchemy import CheckConstraint


def sealed_pair(column: str, key: str = "key_id") -> CheckConstraint:
    """CHECK that a sealed value and the id of its key are present together."""
    return CheckConstraint(f"({column} IS NULL) = ({key} IS NULL)", name=f"{column}_has_key")


def currency(column: str = "currency") -> CheckConstraint:
    """CHECK of an ISO 4217 code."""
    return CheckConstraint(f"{column} ~ '^[A-Z]{{3}}$'", name=column)
