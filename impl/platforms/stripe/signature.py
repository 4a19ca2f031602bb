"""Stripe's webhook signature: hex HMAC-SHA256 of `{t}.{raw body}`, in `Stripe-Signature: t=…,v1=…[,v1=…]`.

Works on bytes throughout: a header that is not ASCII, a body that is not UTF-8 and a timestamp with a million digits are
all just wrong. Any `v1` may match any valid secret (Stripe and the tenant both rotate); every pair is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from impl.platforms.errors import SignatureMismatch

TOLERANCE_SECONDS = 300
"""A signature older, or further ahead of our clock, than this is refused."""

MAX_SIGNATURES = 16
"""Stripe sends one `v1` per active secret; more than this is not Stripe."""

_HEX_SHA256 = 64
_MAX_TIMESTAMP_DIGITS = 12


def sign(body: bytes, secret: bytes, *, timestamp: int) -> str:
    """Header value that Stripe would send for `body` at Unix time `timestamp`."""
    return f"t={timestamp},v1={_digest(body, secret, str(timestamp).encode())}"


def verify(body: bytes, header: bytes | None, secrets: Sequence[bytes], *, now: float) -> int:
    """Index of the secret that signed `body`.

    Raises `SignatureMismatch` when the header is missing or malformed, when no `v1` matches any of `secrets`, or when the
    timestamp is more than `TOLERANCE_SECONDS` away from `now` (Unix seconds) in either direction. At least one HMAC is computed
    whatever is wrong, so that the causes cannot be told apart by time; with no secrets a dummy one is used.
    """
    timestamp, signatures = _read(header or b"")
    matched = -1
    for index, secret in enumerate(secrets or (b"no such tenant",)):
        expected = _digest(body, secret, timestamp).encode()
        for signature in signatures or (b"",):
            if hmac.compare_digest(expected, signature) and matched < 0:
                matched = index
    if matched < 0 or not secrets or not signatures:
        raise SignatureMismatch("no signature matches")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureMismatch("the timestamp is outside the tolerance")
    return matched


def _digest(body: bytes, secret: bytes, timestamp: bytes) -> str:
    return hmac.new(secret, timestamp + b"." + body, hashlib.sha256).hexdigest()


def _read(header: bytes) -> tuple[bytes, list[bytes]]:
    """Timestamp and `v1` signatures of the header; no signatures when anything about it is malformed."""
    timestamps: list[bytes] = []
    signatures: list[bytes] = []
    for item in header.split(b","):
        name, _, value = item.strip().partition(b"=")
        if name == b"t":
            timestamps.append(value)
        elif name == b"v1" and len(value) == _HEX_SHA256:
            signatures.append(value)
    if len(timestamps) != 1 or not _is_timestamp(timestamps[0]) or len(signatures) > MAX_SIGNATURES:
        return b"0", []
    return timestamps[0], signatures


def _is_timestamp(value: bytes) -> bool:
    return 0 < len(value) <= _MAX_TIMESTAMP_DIGITS and value.isdigit()
