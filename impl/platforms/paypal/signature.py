"""PayPal's signature: SHA256withRSA over `transmission id|transmission time|webhook id|CRC-32 of the raw body`.

A CRC-32 finds accidents: whoever has seen one delivery makes other bodies with the same one. `freshness` and the binding of ids
to bodies (`impl.ingestion.deliveries.transmissions`) keep such bodies out.

The webhook's id is in no header: it is what binds a delivery to one tenant, and the tenant tells it to us beforehand.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from impl.platforms.errors import SignatureMismatch

TRANSMISSION_ID: Final = "paypal-transmission-id"
TRANSMISSION_TIME: Final = "paypal-transmission-time"
TRANSMISSION_SIG: Final = "paypal-transmission-sig"
AUTH_ALGO: Final = "paypal-auth-algo"
CERT_URL: Final = "paypal-cert-url"
HEADERS: Final = frozenset({TRANSMISSION_ID, TRANSMISSION_TIME, TRANSMISSION_SIG, AUTH_ALGO, CERT_URL})

_ALGORITHM = b"SHA256WITHRSA"
_MAX_SIGNATURE = 2048
_MAX_ID = 255


@dataclass(frozen=True, slots=True)
class Proof:
    """The parts of a signature, from the headers."""

    id: bytes
    time: bytes
    signature: bytes

    def message(self, webhook_id: bytes, body: bytes) -> bytes:
        """The bytes that PayPal signs."""
        return b"|".join((self.id, self.time, webhook_id, b"%d" % zlib.crc32(body)))


NO_PROOF: Final = Proof(b"", b"", b"")


def read(headers: Mapping[str, bytes]) -> Proof | None:
    """The proof in `headers`; None when any part is missing or cannot be PayPal's."""
    id_, time = headers.get(TRANSMISSION_ID, b""), headers.get(TRANSMISSION_TIME, b"")
    encoded = headers.get(TRANSMISSION_SIG, b"")
    is_shaped = 0 < len(id_) <= _MAX_ID and 0 < len(time) <= _MAX_ID and 0 < len(encoded) <= _MAX_SIGNATURE
    if not is_shaped or b"|" in id_ + time or headers.get(AUTH_ALGO, b"").upper() != _ALGORITHM:
        return None
    try:
        return Proof(id_, time, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return None


def verify(body: bytes, proof: Proof | None, key: RSAPublicKey, webhook_ids: Sequence[bytes]) -> int:
    """Index of the webhook for which `key` signed `body`.

    Raises `SignatureMismatch`. Every webhook is tried, and one that nobody has where there is none, so that the causes cannot be
    told apart by time.
    """
    matched = -1
    for index, webhook_id in enumerate(webhook_ids or (b"no such webhook",)):
        if _is_signed(key, proof or NO_PROOF, webhook_id, body) and matched < 0:
            matched = index
    if matched < 0 or proof is None or not webhook_ids:
        raise SignatureMismatch("no signature matches")
    return matched


def _is_signed(key: RSAPublicKey, proof: Proof, webhook_id: bytes, body: bytes) -> bool:
    # RSA refuses a signature of another length without computing anything; one of the right length costs what a real one does.
    signature = proof.signature if len(proof.signature) * 8 == key.key_size else bytes(key.key_size // 8)
    try:
        key.verify(signature, proof.message(webhook_id, body), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def sign(body: bytes, key: RSAPrivateKey, *, webhook_id: str, id: str, time: str) -> bytes:  # noqa: A002 - PayPal's word
    """Value of `PAYPAL-TRANSMISSION-SIG` that the owner of `key` would send for `body`."""
    message = Proof(id.encode(), time.encode(), b"").message(webhook_id.encode(), body)
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256()))
