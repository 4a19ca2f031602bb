"""Deliveries in the shape that processors document, written by us: for the demo, for tests, for trying an address by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

PROVIDERS: Final = ("stripe", "shopify", "woocommerce", "paypal")
_FOLDER = Path(__file__).parent


def names(provider: str) -> list[str]:
    """The processor's own names of the events there is a sample of: `orders/paid`."""
    return sorted(path.stem.replace("-", "/") for path in _folder(provider).glob("*.json"))


def load(provider: str, event: str) -> dict[str, Any]:
    """A fresh copy of the sample's payload. Raises `KeyError` that says which events there are."""
    if event not in names(provider):
        raise KeyError(f"there is no sample of {event!r}; there are {', '.join(names(provider))}")
    path = _folder(provider) / f"{event.replace('/', '-')}.json"
    sample: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return sample


def _folder(provider: str) -> Path:
    if provider not in PROVIDERS:
        raise KeyError(f"there is no processor {provider!r}; there are {', '.join(PROVIDERS)}")
    return _FOLDER / provider / "samples"
