"""The table in which the schema keeps account of itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from impl.db.mapped import Base, about


class SchemaFunction(Base):
    """A function file and the text of it that this database runs."""

    __tablename__ = "schema_functions"

    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[bytes]
    applied_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = about(
        "Text of each function file that this database runs, as SHA-256", api="S", worker="S", ops="S", policy="none"
    )
