"""Layer one against personal data: remove it from a delivery before anything is stored.

Layer two is the database's trigger, which refuses what escapes. Both use the same key list.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

PII_KEYS = frozenset(
    """
    email email_address phone phone_number ssn social_security_number ip_address ip first_name last_name full_name address
    street_address billing_address shipping_address customer_email customer_phone receipt_email
    """.split()
)
"""Keys that name a person; removed at any depth, refused by trigger."""

FORBIDDEN_KEYS = frozenset(
    """
    vendor_payload billing_details raw_body raw_body_sha256 raw_body_bytes parse_error device_fingerprint user_agent ip_hash
    session_id
    """.split()
)
"""Keys that durable JSON never holds, though they name nobody by themselves."""

MAX_DEPTH = 100
"""A payload nested deeper than this is refused: no processor sends one."""

_NOISE = re.compile(r"[\W_]+")

# Letters of other scripts that look like Latin ones: Cyrillic a e o p c y x i s j d h k m t b, Greek alpha epsilon iota nu
# omicron rho upsilon, in that order. Not every look-alike there is, but those a keyboard has.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u043a\u043c\u0442\u0432"
    "\u03b1\u03b5\u03b9\u03bd\u03bf\u03c1\u03c5",
    "aeopcyxisjdhkmtbaeivopu",
)


class CannotStrip(ValueError):
    """The payload cannot be searched for personal data, so it is not kept."""


def normalise(key: str) -> str:
    """The letters and digits of `key`, folded: `firstName`, `First-Name`, `FIRST NAME` and `first_name` are `firstname`."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
    return _NOISE.sub("", folded.translate(_LOOK_ALIKES))


_REMOVED = frozenset(normalise(key) for key in PII_KEYS | FORBIDDEN_KEYS)

_CONTAINERS = (dict, list)
_REMEMBERED_KEYS = 8192
_REMEMBERED_LENGTH = 64  # processors repeat the same short keys; what is longer must not fill the memory

HINTS = frozenset("skeldir_session_id skeldir_journey_key utm_source utm_medium utm_campaign".split())
"""The only pairs of a free-form list that are read; a shop writes its customers' names and wishes into the others."""


class _Verdicts(dict[str, bool]):
    """What was found out about keys: processors repeat the same few hundred."""

    def __missing__(self, key: str) -> bool:
        verdict = normalise(key) in _REMOVED
        if len(key) <= _REMEMBERED_LENGTH and len(self) < _REMEMBERED_KEYS:
            self[key] = verdict
        return verdict


_VERDICTS = _Verdicts()


def is_removed(key: str) -> bool:
    """Whether a value under `key` may not be kept."""
    return _VERDICTS[key]


def strip(value: Any) -> Any:
    """`value` without any entry whose key is on either list, at any depth, and without free-form pairs that are no `HINTS`.

    The input is not changed. Raises `CannotStrip` for nesting beyond `MAX_DEPTH`.
    """
    return _strip(value, MAX_DEPTH)


def _strip(value: Any, depth: int) -> Any:
    if depth == 0:
        raise CannotStrip(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return {
            key: _strip(child, depth - 1) if isinstance(child, _CONTAINERS) else child
            for key, child in value.items()
            if not _VERDICTS[key]
        }
    if isinstance(value, list):
        return [_strip(child, depth - 1) for child in value if not _is_foreign_pair(child)]
    return value


def _is_foreign_pair(item: Any) -> bool:
    """Whether `item` is `{name, value}` (Shopify) or `{key, value}` (WooCommerce) of something that is no hint."""
    if not isinstance(item, dict) or "value" not in item:
        return False
    name = item.get("name", item.get("key"))
    return isinstance(name, str) and name not in HINTS
