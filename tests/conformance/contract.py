"""Operations of the joined contract, as the service that is tested knows them; without loading the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import generated

DOCUMENT: Final = Path(generated.__file__).parent / "server" / "openapi.json"


def operations() -> dict[str, dict[str, Any]]:
    """Every operation, by its id."""
    document = json.loads(DOCUMENT.read_bytes())
    rows = (item for path in document["paths"].values() for item in path.values() if isinstance(item, dict))
    return {item["operationId"]: item for item in rows}
