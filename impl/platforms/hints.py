"""What the tenant's own site said about the origin of a sale, out of the free-form pairs that processors carry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from impl.kernel.events import Hints

_MAX_JOURNEY_KEY = 256
_MAX_UTM = 255


def read(pairs: object, *, name: str = "name") -> Hints:
    """Hints in `pairs`: an object, or a list of objects with the keys `name` and `value`. Anything else says nothing.

    A session id that is no UUID is dropped, as is text that is too long to be a hint. The first of two equal names counts.
    """
    if isinstance(pairs, list):
        items = [item for item in reversed(pairs) if isinstance(item, dict) and isinstance(item.get(name), str)]
        pairs = {item[name]: item.get("value") for item in items}
    return _of_mapping(pairs) if isinstance(pairs, Mapping) else Hints()


def _of_mapping(pairs: Mapping[str, object]) -> Hints:
    texts = {key: value for key, value in pairs.items() if isinstance(value, str) and value and value.isprintable()}
    return Hints(
        session_id=_uuid(texts.get("skeldir_session_id")),
        journey_key=_bounded(texts.get("skeldir_journey_key"), _MAX_JOURNEY_KEY),
        utm_source=_bounded(texts.get("utm_source"), _MAX_UTM),
        utm_medium=_bounded(texts.get("utm_medium"), _MAX_UTM),
        utm_campaign=_bounded(texts.get("utm_campaign"), _MAX_UTM),
    )


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _bounded(text: str | None, limit: int) -> str | None:
    return text if text and len(text) <= limit else None
