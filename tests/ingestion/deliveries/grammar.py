"""Hostile deliveries out of a grammar: good samples with parts replaced, dropped, doubled, nested, and bytes bent."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.ingestion.deliveries.processors import DOORS, Door

ATOMS: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    2**63,
    10**400,
    "",
    "0",
    "-0.00",
    "129.999",
    "1e5",
    "٣.١٤",
    "99999999999999999999",
    "USD",
    "usd",
    "ZZZ",
    "2026-02-30T25:61:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:60Z",
    "\u0000",
    "a\u0000b",
    "\u202e",
    "\U0001f4b0" * 80,
    "'; DROP TABLE tenants; --",
    "{{7*7}}",
    "../../etc/passwd",
    "x" * 5000,
    [],
    {},
    [[]],
    {"": {"": []}},
    {"__proto__": 1, "email": "a@b.example"},
]
MAX_BYTES = 1_048_576
RAW = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"{",
    b"}",
    b'{"a":',
    b"NaN",
    b"-",
    b'"\\ud800"',
    b"[" * 3000,
    b'{"a":' * 300,
    b"\xef\xbb\xbf{}",
]


def delivery(random: Random, door: Door) -> bytes:
    """A body that its processor would never send."""
    if random.random() < 0.15:
        return random.choice(RAW) + random.randbytes(random.randint(0, 40))
    payload: Any = door.payload()
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        payload = _bent(random, payload, 0)
    body = json.dumps(payload).encode()
    # What is longer is refused before it is read, which the matrix proves.
    return (_bytes_bent(random, body) if random.random() < 0.2 else body)[:MAX_BYTES]


def _bent(random: Random, value: Any, depth: int) -> Any:
    """`value` with one part of it changed, nearer to the top more often."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        return _object_bent(random, value, key, depth)
    if isinstance(value, list) and value and random.random() < 0.8:
        place = random.randrange(len(value))
        changed = [*value[:place], _bent(random, value[place], depth + 1), *value[place + 1 :]]
        return changed * random.choice((1, 1, 1, 50))
    return _atom(random)


def _object_bent(random: Random, value: dict[str, Any], key: str, depth: int) -> dict[str, Any]:
    match random.randrange(5):
        case 0:
            return {name: child for name, child in value.items() if name != key}
        case 1:
            return value | {key: _atom(random)}
        case 2:
            return value | {str(_atom(random))[:200]: value[key]}
        case 3:
            return value | {key: {"nested": value[key]}}
        case _:
            return value | {key: _bent(random, value[key], depth + 1)}


def _atom(random: Random) -> Any:
    return random.choice(ATOMS)


def _bytes_bent(random: Random, body: bytes) -> bytes:
    place = random.randrange(len(body))
    return (
        body[:place] + random.choice((b"", b"\x00", b"\xc3", b'"', b"\\", b"}{")) + body[place + random.randint(0, 3) :]
    )


def headers_bent(random: Random, headers: dict[str, bytes], signature: str) -> dict[str, bytes]:
    """The same headers, now and then with one of those that are not signed replaced by what may stand in a header."""
    free = [name for name in headers if name.endswith(("-topic", "-webhook-id", "-delivery-id"))]
    if not free or random.random() < 0.7:
        return headers
    hostile = (b"", b"\xff\xfe", b"orders/paid/", b"x" * 300, b"order.updated, order.updated", "é".encode("latin-1"))
    return headers | {random.choice(free): random.choice(hostile)}


def door(random: Random, processor: str) -> Door:
    """Any address of the processor."""
    return random.choice([one for one in DOORS if one.name == processor])
