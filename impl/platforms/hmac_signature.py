"""The signature that Shopify and WooCommerce share: base64 of HMAC-SHA256 over the raw body.

Works on bytes throughout: a header that is not ASCII and a body that is not UTF-8 are just wrong or right, never an error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from impl.platforms.errors import SignatureMismatch


def sign(body: bytes, secret: bytes) -> bytes:
    """Header value that the processor would send for `body`."""
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256))


def verify(body: bytes, header: bytes | None, secrets: Sequence[bytes]) -> int:
    """Index of the secret that signed `body`.

    Raises `SignatureMismatch` when the header is missing or matches none of `secrets`. Every secret is tried, and a dummy one
    where there is none, so that the causes cannot be told apart by time.
    """
    matched = -1
    for index, secret in enumerate(secrets or (b"no such tenant",)):
        if hmac.compare_digest(sign(body, secret), header or b"") and matched < 0:
            matched = index
    if matched < 0 or not secrets:
        raise SignatureMismatch("no signature matches")
    return matched
