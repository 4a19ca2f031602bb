"""Where the migration history is, and the files of the functions that are applied after it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HISTORY: Final = Path(__file__).resolve().parents[2] / "alembic"
FUNCTIONS: Final = HISTORY / "functions"
GENERATED_SQL: Final = HISTORY.parent / "generated" / "governance" / "sql"
"""Functions that hold lists, and rows of reference tables, both made from contracts/governance."""
