"""Deliveries in the shape that Stripe documents, written by us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from impl.platforms import samples


def names() -> list[str]:
    """Event types there is a sample of."""
    return samples.names("stripe")


def load(
    event_type: str, *, event: Mapping[str, Any] | None = None, item: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A fresh copy of the sample, with fields of the event and of its object replaced. Raises `KeyError` for an unknown type."""
    sample = samples.load("stripe", event_type)
    sample.update(event or {})
    sample["data"]["object"].update(item or {})
    return sample
