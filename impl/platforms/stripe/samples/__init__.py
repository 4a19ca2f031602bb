"""Deliveries in the shape that Stripe documents, written by us: for the demo, for tests, for trying an address by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Event types there is a sample of."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def load(
    event_type: str, *, event: Mapping[str, Any] | None = None, item: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A fresh copy of the sample, with fields of the event and of its object replaced. Raises `KeyError` for an unknown type."""
    path = _FOLDER / f"{event_type}.json"
    if event_type not in names():
        raise KeyError(f"there is no sample of {event_type!r}; there are {', '.join(names())}")
    sample: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    sample.update(event or {})
    sample["data"]["object"].update(item or {})
    return sample
