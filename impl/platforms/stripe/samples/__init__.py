"""Deliveries in the shape that Stripe documents, written by us."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from impl.platforms.processor import samples_of

_PACKAGE: Final = __name__.rpartition(".")[0]


def names() -> list[str]:
    """Event types there is a sample of."""
    return sorted(samples_of(_PACKAGE))


def load(
    event_type: str, *, event: Mapping[str, Any] | None = None, item: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A fresh copy of the sample, with fields of the event and of its object replaced. Raises `KeyError` for an unknown type.

    Of another amount the same is captured or received, and of an event at another time the object is as new, unless `item` says
    so.
    """
    sample = copy.deepcopy(samples_of(_PACKAGE)[event_type])
    sample.update(event or {})
    whole = sample["data"]["object"]
    changes = dict(item or {})
    for name in ("amount_captured", "amount_received"):
        if "amount" in changes and whole.get(name) == whole["amount"]:
            changes.setdefault(name, changes["amount"])
    if event and "created" in event:
        changes.setdefault("created", event["created"])
    whole.update(changes)
    return sample
