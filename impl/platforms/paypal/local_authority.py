"""A certificate authority of this machine's own that stands in for PayPal's: for the demo, for tests, for trying things out.

Only who may choose the settings of a local service can make it believe in one, and settings of stage and prod refuse that. The
rule of PayPal's hosts holds here as everywhere: a delivery names an address of PayPal's, which is answered from a file.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from impl.kernel.errors import ConfigurationError
from impl.platforms.paypal import signature

NAME: Final = "messageverificationcerts.paypal.com"
URL: Final = "https://api.paypal.com/v1/notifications/certs/CERT-local-stand-in"
_YEARS: Final = timedelta(days=3650)
_CHAIN, _ROOT, _KEY = "chain.pem", "root.pem", "key.pem"

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A stand-in for PayPal: a root, a chain, and the key that signs deliveries."""

    root: x509.Certificate
    chain: bytes
    """PEM of the signing certificate, as PayPal's address would give it."""
    key: rsa.RSAPrivateKey = field(repr=False)

    async def fetch(self, url: str) -> bytes:
        """The certificates at PayPal's address `url`."""
        return self.chain

    def headers(self, body: bytes, webhook_id: str, at: datetime, *, url: str = URL) -> dict[str, str]:
        """Headers that PayPal would send along with `body`."""
        id_, time = str(uuid.uuid4()), f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {
            signature.TRANSMISSION_ID: id_,
            signature.TRANSMISSION_TIME: time,
            signature.TRANSMISSION_SIG: signature.sign(
                body, self.key, webhook_id=webhook_id, id=id_, time=time
            ).decode(),
            signature.AUTH_ALGO: "SHA256withRSA",
            signature.CERT_URL: url,
        }


def make(now: datetime) -> Authority:
    """A new authority, good from a day before `now` for ten years."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    root = issue(root_key.public_key(), "Skeldir local stand-in for PayPal's authority", root_key, now, is_root=True)
    leaf = issue(key.public_key(), NAME, root_key, now, root=root)
    return Authority(root, leaf.public_bytes(serialization.Encoding.PEM), key)


def issue(  # noqa: PLR0913 - what stands in a certificate
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    name: str,
    signing_key: SigningKey,
    now: datetime,
    *,
    root: x509.Certificate | None = None,
    is_root: bool = False,
    valid_for: timedelta = _YEARS,
) -> x509.Certificate:
    """A certificate of `key` in `name`, signed with `signing_key`, the key of `root`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject if root else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + valid_for)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(_usage(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if not is_root:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, critical=False).add_extension(purposes, critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def ensure(folder: Path, now: datetime) -> Authority:
    """The authority of `folder`, made now when there is none; the key is readable by its owner only."""
    if not (folder / _ROOT).exists():
        folder.mkdir(parents=True, exist_ok=True)
        authority = make(now)
        _write(folder / _KEY, _pem(authority.key))
        _write(folder / _CHAIN, authority.chain)
        _write(folder / _ROOT, authority.root.public_bytes(serialization.Encoding.PEM))
    return read(folder)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, text: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(text)
    unfinished.replace(path)


def read(folder: Path) -> Authority:
    """The authority of `folder`. Raises `ConfigurationError` when there is none, or a damaged one."""
    try:
        root = x509.load_pem_x509_certificate((folder / _ROOT).read_bytes())
        key = serialization.load_pem_private_key((folder / _KEY).read_bytes(), password=None)
        chain = (folder / _CHAIN).read_bytes()
    except (OSError, ValueError) as error:
        message = f"no usable stand-in for PayPal in {folder} ({error}); remove the folder, and `skeldir run` makes one"
        raise ConfigurationError(message) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError(f"{folder / _KEY} is not an RSA key; remove the folder, and `skeldir run` makes one")
    return Authority(root, chain, key)
