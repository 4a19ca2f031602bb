"""Every table of the database as code, for the tests that compare it with what the revisions made.

Tables that the service reads through SQLAlchemy's mapping stand in the service (`impl/auth/tables.py`), because code uses
them there. The others are reached by SQL functions and statements in place, so their mapping stands here.
"""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

import impl.auth.tables  # noqa: F401 - mapped with the others
from impl.db.mapped import Base

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

METADATA: MetaData = Base.metadata
"""All tables, those of `impl.auth.tables` among them."""
