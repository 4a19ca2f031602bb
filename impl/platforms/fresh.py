"""A sample delivery as a new one: its own ids, of now, and of an amount that was asked for.

It is made from the sample alone, so it works for every processor: values under the names of ids are replaced wherever they occur,
times become now, and the amount that the sample shows becomes another one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from impl.kernel import money
from impl.kernel.money import Money
from impl.platforms.errors import NothingToRecord
from impl.platforms.notification import Notification
from impl.platforms.processor import Processor

_FURTHER_IDS: Final = frozenset(
    {"id", "payment_intent", "charge", "latest_charge", "number", "parent_payment", "token"}
)
"""Names of ids that do not end in `_id`."""
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_EPOCH: Final = range(1_400_000_000, 2_200_000_000)
"""Unix seconds of the years in which samples were recorded."""
_LAST_WORD: Final = re.compile(r"[A-Za-z0-9]+$")
_SHORT: Final = 8
"""Ids of fewer characters are not looked for inside other texts."""

Change = Callable[[str | None, Any], Any]
"""The new value of a leaf, by the name it stands under."""


def fresh(processor: Processor, topic: str, at: datetime, amount: Money | None = None) -> dict[str, Any]:
    """A new delivery of `topic`. Raises `KeyError` without a sample, and `ValueError` when its amount cannot be another one."""
    sample = processor.sample(topic)
    ids = _new_ids(sample)
    payload = _changed(sample, lambda name, value: _moved(name, _renamed(value, ids), at))
    if amount is None:
        return payload
    shown = _shown(processor, topic, sample, at)
    payload = _changed(payload, lambda _, value: _repriced(value, shown, amount)) if shown else payload
    if _shown(processor, topic, payload, at) != amount:
        raise ValueError(f"the sample {topic} shows no amount that can be changed; leave out --amount and --currency")
    return payload


def _shown(processor: Processor, topic: str, payload: dict[str, Any], at: datetime) -> Money | None:
    """The amount that the reader sees first; None when there is nothing to record."""
    notification = Notification(payload=payload, topic=topic, id="sample", received_at=at)
    try:
        facts = processor.read(notification)
    except NothingToRecord:
        return None
    return next((fact.money for fact in facts if fact.cents), None)


def _leaves(value: Any, name: str | None = None) -> Iterator[tuple[str | None, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    else:
        yield name, value


def _changed(payload: dict[str, Any], change: Change) -> dict[str, Any]:
    return {key: _changed_value(value, change, key) for key, value in payload.items()}


def _changed_value(value: Any, change: Change, name: str | None) -> Any:
    if isinstance(value, dict):
        return _changed(value, change)
    if isinstance(value, list):
        return [_changed_value(one, change, name) for one in value]
    return change(name, value)


def _id(name: str | None, value: Any) -> str | int | None:
    """The id that a value is, or that it ends in where it is an address."""
    if name == "href" and isinstance(value, str):
        return value.rpartition("/")[2] or None
    return value if _is_id(name, value) else None


def _is_id(name: str | None, value: Any) -> bool:
    is_named = name is not None and (name in _FURTHER_IDS or name.endswith("_id"))
    return is_named and isinstance(value, str | int) and not isinstance(value, bool) and value not in {0, ""}


def _new_ids(payload: dict[str, Any]) -> dict[str | int, str | int]:
    """By each id of the sample a new one of the same form; the same one for each place."""
    first = 10**12 + secrets.randbelow(9 * 10**12)
    olds = dict.fromkeys(old for name, value in _leaves(payload) if (old := _id(name, value)) is not None)
    return {old: _new_id(old, first + number) for number, old in enumerate(olds)}


def _new_id(old: str | int, number: int) -> str | int:
    if isinstance(old, int):
        return number
    return str(number) if old.isdigit() else _LAST_WORD.sub(f"{number:X}" if old.isupper() else f"{number:x}", old)


def _renamed(value: Any, ids: dict[str | int, str | int]) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    if value in ids:
        return ids[value]
    if isinstance(value, str):
        for old, new in ids.items():
            if isinstance(old, str) and len(old) >= _SHORT:
                value = value.replace(old, str(new))
    return value


def _moved(name: str | None, value: Any, at: datetime) -> Any:
    """Times become now, in the form they are written in."""
    if isinstance(value, int) and not isinstance(value, bool) and value in _EPOCH and not _is_id(name, value):
        return int(at.timestamp())
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    zone = {"Z": "Z", None: ""}.get(match[2], "+00:00")
    return f"{at:%Y-%m-%dT%H:%M:%S}{zone}"


def _repriced(value: Any, old: Money, new: Money) -> Any:
    """Wherever the amount or its currency stands, in whichever of its forms."""
    if isinstance(value, bool):
        return value
    if value == old.amount_cents:
        return new.amount_cents
    if isinstance(value, str) and value.removeprefix("-") == money.decimal_text(old):
        return value.replace(money.decimal_text(old), money.decimal_text(new))
    if isinstance(value, str) and value.upper() == old.currency:
        return new.currency if value.isupper() else new.currency.lower()
    return value
