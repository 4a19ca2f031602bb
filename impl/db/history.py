"""Where the migration history is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HISTORY: Final = Path(__file__).resolve().parents[2] / "alembic"
