"""Moments in examples age, and services refuse what is too old or still to come: they are brought_to to the present."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
AGO = timedelta(minutes=1)


def now() -> str:
    """A minute ago, by RFC 3339."""
    return f"{datetime.now(UTC) - AGO:%Y-%m-%dT%H:%M:%SZ}"


def with_moments_at(value: Any, names: Container[str], moment: str) -> Any:
    """`value` with every moment that is a member called one of `names` set to `moment`."""
    if isinstance(value, list):
        return [with_moments_at(item, names, moment) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: moment
        if name in names and isinstance(part, str) and _MOMENT.match(part)
        else with_moments_at(part, names, moment)
        for name, part in value.items()
    }
