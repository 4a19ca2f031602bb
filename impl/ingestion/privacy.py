"""Layer one against personal data: remove it from a delivery before anything is stored.

Layer two is the database's trigger, which refuses what escapes. Both are made from contracts/governance/personal_keys.yaml.
"""

from __future__ import annotations

from typing import Any

from impl.kernel.personal_keys import is_personal

MAX_DEPTH = 100
"""A payload nested deeper than this is refused: no processor sends one."""


class CannotStrip(ValueError):
    """The payload cannot be searched for personal data, so it is not kept."""


_CONTAINERS = (dict, list)
_REMEMBERED_KEYS = 8192
_REMEMBERED_LENGTH = 64  # processors repeat the same short keys; what is longer must not fill the memory

HINTS = frozenset("skeldir_session_id skeldir_journey_key utm_source utm_medium utm_campaign".split())
"""The only pairs of a free-form list that are read; a shop writes its customers' names and wishes into the others."""


class _Verdicts(dict[str, bool]):
    """Whether keys are personal, remembered: processors repeat the same few hundred."""

    def __missing__(self, key: str) -> bool:
        verdict = is_personal(key)
        if len(key) <= _REMEMBERED_LENGTH and len(self) < _REMEMBERED_KEYS:
            self[key] = verdict
        return verdict


_VERDICTS = _Verdicts()


def strip(value: Any) -> Any:
    """`value` without any entry whose key is personal, at any depth, and without free-form pairs that are no `HINTS`.

    The input is not changed. Raises `CannotStrip` for nesting beyond `MAX_DEPTH`.
    """
    return _strip(value, MAX_DEPTH)


def _strip(value: Any, depth: int) -> Any:
    if depth == 0:
        raise CannotStrip(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        rest: dict[Any, Any] = {}
        # A loop and no comprehension, which would be one more call for each object of a body.
        for key, child in value.items():
            if not _VERDICTS[key]:
                rest[key] = _strip(child, depth - 1) if isinstance(child, _CONTAINERS) else child
        return rest
    if isinstance(value, list):
        return [_strip(child, depth - 1) for child in value if not _is_foreign_pair(child)]
    return value


def _is_foreign_pair(item: Any) -> bool:
    """Whether `item` is `{name, value}` (Shopify) or `{key, value}` (WooCommerce) of something that is no hint."""
    if not isinstance(item, dict) or "value" not in item:
        return False
    name = item.get("name", item.get("key"))
    return isinstance(name, str) and name not in HINTS
