"""Parts that all mapped tables share: one metadata with predictable constraint names, and the columns almost all have."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PGUUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONVENTION: Final = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of all mapped tables."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        UUID: PGUUID(as_uuid=True),
        datetime: DateTime(timezone=True),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
    }


class CreatedAt:
    """Rows that are only ever inserted."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1000)


class UpdatedAt(CreatedAt):
    """Rows that change."""

    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=1001)


class TenantScoped:
    """Rows of one tenant. The tenant leads the key, so that a tenant's rows can live on a machine of their own."""

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="RESTRICT"), primary_key=True, sort_order=-2
    )


class Identified:
    """Rows with a random id of their own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"), sort_order=-1)


def about(
    comment: str,
    *,
    api: str = "",
    worker: str = "",
    ops: str = "",
    columns: dict[tuple[str, str], tuple[str, ...]] | None = None,
    policy: str = "tenant",
) -> dict[str, Any]:
    """The purpose of a table, the rights of each role, and which rows a role sees; the catalog must say the same.

    `api`, `worker`, `ops` are letters of S(elect) I(nsert) U(pdate) D(elete) for app_user, app_worker and app_ops;
    `columns` narrows a letter of a role to columns. `policy`: "tenant", "user" (tenant and user), "self", "none", …
    """
    grants = {"app_user": api, "app_worker": worker, "app_ops": ops}
    return {"comment": comment, "info": {"grants": grants, "columns": columns or {}, "policy": policy}}


def one_of(column: str, *words: str) -> CheckConstraint:
    """CHECK that a text column holds one of `words` (or NULL, where the column allows it)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def same_tenant(columns: str, target: str, *, ondelete: str = "RESTRICT") -> ForeignKeyConstraint:
    """Foreign key that can only point into the same tenant, so that it tells nothing about another one."""
    referring = ["tenant_id", columns]
    table, _, column = target.partition(".")
    return ForeignKeyConstraint(referring, [f"{table}.tenant_id", f"{table}.{column}"], ondelete=ondelete)
