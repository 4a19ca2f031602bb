"""The roles of people and the buckets of rate limits: only SQL functions and statements in place reach these tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, about


class Role(Base):
    """A role that a membership can carry."""

    __tablename__ = "roles"
    __table_args__ = (
        CheckConstraint("code = lower(code)", name="code"),
        about("The roles: viewer, manager, admin", api="S", worker="S", policy="none"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str]


class RateLimitBucket(Base):
    """Tokens taken from one bucket in one minute; reached only through `security.take_rate_tokens`."""

    __tablename__ = "rate_limit_buckets"
    __table_args__ = (
        Index(None, "window_start"),
        about("Tokens taken per bucket and minute; hashes only, no identifiers", policy="none"),
    )

    bucket_hash: Mapped[bytes] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int]
