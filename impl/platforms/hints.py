"""Hints of the tenant's own site about the origin of a sale, out of the free-form pairs that processors carry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from impl.kernel.events import Hints
from impl.telemetry import redaction

JOURNEY_KEY: Final = "skeldir_journey_key"
_MAX_JOURNEY_KEY = 256
_MAX_TEXT = 255
_MAX_PAIRS = 50


def read(pairs: object, *, name: str = "name") -> Hints:
    """Hints in `pairs`: an object, or a list of objects with the keys `name` and `value`. Anything else says nothing.

    A session id that is no UUID is dropped, as is text that is too long to be a hint or holds an e-mail address. The first of
    two equal names counts.
    """
    if isinstance(pairs, list):
        items = [item for item in reversed(pairs) if isinstance(item, dict) and isinstance(item.get(name), str)]
        pairs = {item[name]: item.get("value") for item in items}
    return _of_mapping(pairs) if isinstance(pairs, Mapping) else Hints()


def plain(text: str) -> str | None:
    """`text` when it can be a hint: printable, not too long, and without the address of a person."""
    is_hint = 0 < len(text) <= _MAX_TEXT and text.isprintable() and not redaction.has_address(text)
    return text if is_hint else None


def without_journey_key(value: Any) -> tuple[Any, str | None]:
    """`value` without any journey key, wherever processors carry one, and the first that stood there."""
    keys: list[str] = []
    rest = _without(value, keys)
    return rest, next((key for key in keys if _bounded(key, _MAX_JOURNEY_KEY)), None)


def _without(value: Any, keys: list[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, keys) for item in value if not _takes(item, keys)]
    if isinstance(value, dict):
        if isinstance(value.get(JOURNEY_KEY), str):
            keys.append(value[JOURNEY_KEY])
        return {name: _without(child, keys) for name, child in value.items() if name != JOURNEY_KEY}
    return _query_without(value, keys) if isinstance(value, str) and JOURNEY_KEY in value else value


def _takes(item: Any, keys: list[str]) -> bool:
    """Whether `item` is a pair that holds a journey key, which is then in `keys`."""
    if not isinstance(item, dict) or JOURNEY_KEY not in (item.get("name"), item.get("key")):
        return False
    keys.append(str(item.get("value")))
    return True


def _query_without(text: str, keys: list[str]) -> str:
    """URL-encoded pairs without the journey key; nothing of a text that is no such pairs."""
    try:
        pairs = parse_qsl(text, max_num_fields=_MAX_PAIRS)
    except ValueError:
        return ""
    keys += [value for name, value in pairs if name == JOURNEY_KEY]
    return urlencode([pair for pair in pairs if JOURNEY_KEY not in pair[0] and JOURNEY_KEY not in pair[1]])


def _of_mapping(pairs: Mapping[str, object]) -> Hints:
    texts = {key: value for key, value in pairs.items() if isinstance(value, str) and value and value.isprintable()}
    return Hints(
        session_id=_uuid(texts.get("skeldir_session_id")),
        journey_key=_bounded(texts.get(JOURNEY_KEY), _MAX_JOURNEY_KEY),
        utm_source=plain(texts.get("utm_source", "")),
        utm_medium=plain(texts.get("utm_medium", "")),
        utm_campaign=plain(texts.get("utm_campaign", "")),
    )


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _bounded(text: str | None, limit: int) -> str | None:
    return text if text and len(text) <= limit else None
