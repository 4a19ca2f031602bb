"""Redaction: removes secrets, tokens, payloads and personal data from log lines.

Two filters, because each alone has gaps. The name of a field decides first (`password`, `raw_payload`, `customer_email`);
then the text of every value, of every message and of every exception is searched for what looks like a secret or an
address wherever it stands. Both prefer hiding too much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from uuid import UUID

from impl.kernel import personal_keys

HIDDEN: Final = "[redacted]"
MAX_TEXT_CHARACTERS: Final = 4096
MAX_DEPTH: Final = 12
MAX_ITEMS: Final = 100

_SECRET_PARTS = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|tenant_key|private_key|signature|credential|pepper|bearer|dsn",
)
_HARMLESS_ENDINGS = (
    "_id",
    "_ids",
    "_count",
    "_total",
    "_seconds",
    "_at",
    "_kind",
    "_type",
    "_scheme",
    "_bytes",
    "_version",
)
# Names that are personal in a log line and need no place in the list that deliveries are stripped by.
_PERSONAL_IN_LOGS = frozenset({"username", "clientaddr", "remoteaddr", "xforwardedfor"})
_PAYLOAD_PARTS = re.compile(r"payload|(?:^|_)(?:body|raw|document)$")

_ADDRESSES: Final = (
    re.compile(r"(?<![\w.+%-])[\w.!#$&'*+/=?^`{|}~-]++(?:@|%40)[\w-]++(?:\.[\w-]++)*+", re.IGNORECASE),
    re.compile(r"\"[^\"\n]{1,64}\"@[\w.-]++"),
)

_TEXT_RULES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL), HIDDEN),
    # The database and the validators quote the row or the input in their messages.
    (re.compile(r"DETAIL:.*", re.DOTALL), f"DETAIL: {HIDDEN}"),
    (re.compile(r"\[parameters:.*", re.DOTALL), f"[parameters: {HIDDEN}]"),
    (re.compile(r"input_value=.*?(?=, input_type=|\Z)", re.DOTALL), f"input_value={HIDDEN}"),
    (re.compile(r"(query argument \$\d++: ).*"), rf"\1{HIDDEN}"),
    (re.compile(r"((?:invalid input|malformed)[^:\n]*+: ).*"), rf"\1{HIDDEN}"),
    (re.compile(r"(\bvalue )\".*?\"( is out of range)"), rf"\1{HIDDEN}\2"),
    (re.compile(r"(?<=://)[^\s/@]++@"), f"{HIDDEN}@"),
    (re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{6,}+(?:\.[\w-]*+)*"), HIDDEN),
    (re.compile(r"\b[0-9a-f-]{36}\.[0-9a-f-]{36}\.[\w-]++", re.IGNORECASE), HIDDEN),
    (re.compile(r"\b(?:sk|rk|pk|whsec|shpat|shpss|skt|ghp|xoxb|xoxp)_[\w-]{6,}+"), HIDDEN),
    (re.compile(r"\bv[01]=[0-9a-f]{16,}+", re.IGNORECASE), HIDDEN),
    *((pattern, HIDDEN) for pattern in _ADDRESSES),
    # Random text of 256 bits and more, in any usual alphabet; ids and words do not mix the three kinds this way.
    (re.compile(r"(?<![\w+/-])(?=[\w+/-]*[0-9])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9_+/-]{43,}+={0,2}"), HIDDEN),
)

# Most values of a log line: ids, times, methods, names. None of the rules can match them, so none is tried.
_PLAIN = re.compile(
    r"[0-9a-f-]{36}|[0-9T:.Z+-]{1,35}|[A-Z]{1,8}|(?!eyJ)[a-zA-Z]{1,42}|[a-z]{3,}(?:_[a-z]{3,}){1,4}|(?:/[a-z_]{1,32}){1,8}"
)

_NUMBERS: Final = frozenset({int, float, bool})
_NAMED_VALUE = re.compile(r"(?<![\w-])([\w-]++)(['\"]?\s*+[=:]\s*+)(\"[^\"\n]*+\"?+|'[^'\n]*+'?+|[^\s\"'&,;}]++)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def has_address(text: str) -> bool:
    """Whether an e-mail address stands anywhere in `text`."""
    return ("@" in text or "%40" in text) and any(pattern.search(text) for pattern in _ADDRESSES)


@lru_cache(maxsize=1024)
def is_hidden_key(key: str) -> bool:
    """Whether a field of this name is hidden whatever its value is."""
    if personal_keys.is_personal(key) or personal_keys.normalise(key) in _PERSONAL_IN_LOGS:
        return True
    name = _CAMEL.sub("_", key).lower().replace("-", "_").replace(" ", "_")
    if _PAYLOAD_PARTS.search(name):
        return True
    return bool(_SECRET_PARTS.search(name)) and not name.endswith(_HARMLESS_ENDINGS)


def text(value: str) -> str:
    """`value` without what looks like a secret or an address, cut to `MAX_TEXT_CHARACTERS`."""
    if _PLAIN.fullmatch(value):
        return value
    # Twice the limit is searched, so that a secret which the cut would split is still matched whole, at a bounded cost.
    result = value[: 2 * MAX_TEXT_CHARACTERS]
    if len(result) < len(value):
        result = result.rpartition(" ")[0] or result
    for pattern, replacement in _TEXT_RULES:
        result = pattern.sub(replacement, result)
    result = _NAMED_VALUE.sub(_hide_named_value, result)
    if len(result) <= MAX_TEXT_CHARACTERS and len(value) <= 2 * MAX_TEXT_CHARACTERS:
        return result
    return f"{result[:MAX_TEXT_CHARACTERS]}… ({len(value)} characters)"


def _hide_named_value(match: re.Match[str]) -> str:
    name, equals, _ = match.groups()
    return f"{name}{equals}{HIDDEN}" if is_hidden_key(name) else match.group()


def value(item: Any, depth: int = 0) -> Any:
    """`item` as plain JSON data without secrets, at any depth. Objects of unknown types become their text."""
    if isinstance(item, str):
        return text(item)
    if item is None or isinstance(item, bool | int | float):
        return item
    if isinstance(item, UUID | Decimal | date):
        return str(item)
    if isinstance(item, bytes | bytearray | memoryview):
        return f"[{len(item)} bytes]"
    if depth >= MAX_DEPTH:
        return "[too deep]"
    return _collection(item, depth)


def _collection(item: Any, depth: int) -> Any:
    if isinstance(item, Mapping):
        return mapping(item, depth)
    if isinstance(item, Sequence | set | frozenset):
        return [value(each, depth + 1) for each in list(item)[:MAX_ITEMS]]
    if isinstance(item, BaseException):
        return f"{type(item).__name__}: {text(str(item))}"
    return text(str(item))


def mapping(fields: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    """`fields` with hidden names emptied and every other value searched."""
    result: dict[str, Any] = {}
    for key, item in islice(fields.items(), MAX_ITEMS):
        name, is_hidden = _field(str(key))
        if is_hidden and item is not None:
            result[name] = HIDDEN
        # `value` would find out the same, two calls later: an eighth of the time that an access line takes here.
        elif type(item) in _NUMBERS or (type(item) is str and _PLAIN.fullmatch(item)):
            result[name] = item
        else:
            result[name] = value(item, depth + 1)
    return result


@lru_cache(maxsize=1024)
def _field(key: str) -> tuple[str, bool]:
    """Redacted name of a field, and whether its value is hidden. Cached, because lines repeat the same few fields."""
    name = text(key)
    return name, is_hidden_key(name)
