"""Whose key signed a PayPal delivery: the certificate at an address of PayPal's, verified up to a pinned root.

Three rules keep a forger out. The address must be one of PayPal's own, letter for letter, so that nobody makes us ask another
host. What is found there must be a certificate in PayPal's name with a chain to a root in `roots.pem`. And both must hold now:
a verified key is remembered for at most 24 hours and never beyond the validity of any certificate of its chain.

PayPal may serve its certificate alone, without whoever issued it (its own Java SDK wanted PayPal's name in every certificate of
the file). `issuers.pem` holds those who issue for PayPal under our roots: they fill a gap and are trusted only through a root.
Both files can be replaced by settings. An issuer that is in neither is reported to operators, also while it is still trusted
because PayPal served it along: the day on which PayPal leaves it out would otherwise be the day on which deliveries stop.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol, final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from impl.kernel.clock import Clock
from impl.kernel.errors import ConfigurationError, SkeldirError
from impl.kernel.expiring import ExpiringCache
from impl.platforms import notices
from impl.platforms.errors import ProcessorUnreachable
from impl.platforms.notices import OnNotice, OperatorNotice
from impl.telemetry import metrics

log = structlog.get_logger()

CACHE_SECONDS: Final = 24 * 3600.0
REFUSED_SECONDS: Final = 60.0
"""How long an address that gave nothing usable is not asked again."""
CACHE_ENTRIES: Final = 64
MAX_CERTIFICATES: Final = 6
MIN_KEY_BITS: Final = 2048
FETCHES_AT_ONCE: Final = 16
FETCHES_OF_ONE: Final = 2
"""Addresses that are asked at once for one subject: whoever names slow ones takes no slot from others."""
UNREACHABLE_SECONDS: Final = 10.0
"""How long an address that could not be asked is not asked again."""

_LIVE = re.compile(rb"https://api(?:-m)?\.paypal\.com/v1/notifications/certs/[A-Za-z0-9_-]{1,128}")
_SANDBOX = re.compile(rb"https://api(?:-m)?\.sandbox\.paypal\.com/v1/notifications/certs/[A-Za-z0-9_-]{1,128}")
_NAMES = {_LIVE: "messageverificationcerts.paypal.com", _SANDBOX: "messageverificationcerts.sandbox.paypal.com"}

_HERE = Path(__file__).parent
_SHOWN_LENGTH = 200
_EXPIRES_SOON = timedelta(days=90)
_UNLISTED = (
    "PayPal's certificate is issued by {issuer}, which is not in the file of issuers. It was accepted because PayPal served its"
    " issuer along; add the issuer to the file that SKELDIR_PAYPAL_ISSUERS names."
)
_UNTRUSTED = (
    "PayPal's certificate is issued by {issuer}, and no known root stands behind it. Deliveries signed with it are refused, and"
    " PayPal repeats them for three days; check the issuer, then name its root with SKELDIR_PAYPAL_ROOTS."
)
_EXPIRES = (
    "{issuer}, by which PayPal's certificates are verified, expires on {at}. Replace the file with SKELDIR_PAYPAL_ROOTS or"
    " SKELDIR_PAYPAL_ISSUERS, or update the program."
)

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets what is at an address, bounded in size and time. Raises `CertificateUnavailable`."""


class CertificateUnavailable(SkeldirError):
    """There is no usable certificate at the address; the message says why, for the log."""


class CouldNotAsk(CertificateUnavailable):
    """PayPal did not answer, or not with what was asked for: that says nothing about the delivery."""


class UntrustedCertificate(CertificateUnavailable):
    """The certificate at the address leads to no root that we know."""

    def __init__(self, message: str, issuer: x509.Name) -> None:
        super().__init__(message)
        self.issuer = issuer


class Certificates(Protocol):
    """Where keys come from."""

    async def key(self, address: bytes | None, subject: bytes = b"") -> RSAPublicKey | None:
        """The key of the certificate at `address`; None when that is not PayPal's, or nothing there can be trusted.

        Raises `ProcessorUnreachable` when PayPal cannot be asked now, or too much is asked for `subject` already.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """The key at an address, and how long it is good."""

    key: RSAPublicKey
    valid_until: datetime
    issuer: x509.Name


@final
class PinnedCertificates:
    """Keys from PayPal's hosts only, trusted only under `roots`. For one event loop."""

    def __init__(
        self,
        fetch: Fetch,
        roots: Sequence[x509.Certificate],
        clock: Clock,
        *,
        issuers: Sequence[x509.Certificate] = (),
        is_sandbox_allowed: bool = False,
        on_notice: OnNotice = notices.unheard,
    ) -> None:
        self._fetch, self._clock, self._store, self._issuers = fetch, clock, Store(list(roots)), issuers
        self._issuer_names, self._on_notice = {one.subject for one in (*roots, *issuers)}, on_notice
        self._hosts = (_LIVE, _SANDBOX) if is_sandbox_allowed else (_LIVE,)
        self._known = ExpiringCache[str, _Known](clock, seconds=CACHE_SECONDS, capacity=CACHE_ENTRIES)
        self._refused = ExpiringCache[str, bool](clock, seconds=REFUSED_SECONDS, capacity=CACHE_ENTRIES)
        self._unreachable = ExpiringCache[str, bool](clock, seconds=UNREACHABLE_SECONDS, capacity=CACHE_ENTRIES)
        self._asking: dict[str, asyncio.Task[RSAPublicKey | None]] = {}
        self._subjects: dict[str, bytes] = {}
        """For whom each address is being asked."""

    async def key(self, address: bytes | None, subject: bytes = b"") -> RSAPublicKey | None:
        """See `Certificates.key`. However many deliveries name one address at once, it is asked once."""
        host = next((host for host in self._hosts if host.fullmatch(address or b"")), None)
        if host is None:
            return None
        url = (address or b"").decode("ascii")
        known = self._known.get(url)
        if known is not None and self._clock.now() <= known.valid_until:
            return known.key
        if self._unreachable.get(url):
            raise ProcessorUnreachable("PayPal could not be asked a moment ago")
        return None if self._refused.get(url) else await self._ask_once(url, _NAMES[host], subject)

    async def _ask_once(self, url: str, name: str, subject: bytes) -> RSAPublicKey | None:
        asking = self._asking.get(url)
        if asking is None:
            of_one = sum(one == subject for one in self._subjects.values())
            if len(self._asking) >= FETCHES_AT_ONCE or of_one >= FETCHES_OF_ONE:
                raise ProcessorUnreachable("too many of PayPal's certificates are asked for at once")
            asking = self._asking[url] = asyncio.create_task(self._ask(url, name))
            self._subjects[url] = subject
            asking.add_done_callback(lambda _: self._forget(url))
        # A delivery whose sender gives up must not take the answer from the others.
        return await asyncio.shield(asking)

    def _forget(self, url: str) -> None:
        self._asking.pop(url, None)
        self._subjects.pop(url, None)

    async def _ask(self, url: str, name: str) -> RSAPublicKey | None:
        try:
            certificate = verify(await self._fetch(url), name, self._store, self._clock.now(), issuers=self._issuers)
        except CouldNotAsk as error:
            log.warning("paypal_certificate_unreachable", reason=str(error))
            self._unreachable.put(url, True)
            raise ProcessorUnreachable(str(error)) from error
        except CertificateUnavailable as error:
            log.warning("paypal_certificate_refused", reason=str(error))
            self._refused.put(url, True)
            if isinstance(error, UntrustedCertificate):
                self._check_issuer(error.issuer, is_trusted=False)
            return None
        self._known.put(url, certificate)
        self._check_issuer(certificate.issuer, is_trusted=True)
        return certificate.key

    def _check_issuer(self, issuer: x509.Name, *, is_trusted: bool) -> None:
        """Tell operators of an issuer that is in neither file."""
        if issuer in self._issuer_names:
            return
        name = issuer.rfc4514_string()[:_SHOWN_LENGTH]
        metrics.CERTIFICATE_ISSUERS_UNKNOWN.inc()
        log.warning("paypal_issuer_unknown", issuer=name, is_trusted=is_trusted)
        message = (_UNLISTED if is_trusted else _UNTRUSTED).format(issuer=name)
        detail = {"issuer": name, "is_trusted": str(is_trusted).lower()}
        self._on_notice(OperatorNotice(source="paypal", code="unknown_issuer", message=message, detail=detail))


def verify(pem: bytes, name: str, store: Store, now: datetime, *, issuers: Sequence[x509.Certificate] = ()) -> _Known:
    """The key of the first certificate of `pem`, when it is in `name` and chains to a root of `store` at `now`.

    The chain goes through the other certificates of `pem` or through `issuers`. Raises `CertificateUnavailable`.
    """
    try:
        leaf, *others = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CertificateUnavailable("what is at the address is no certificate") from error
    if len(others) >= MAX_CERTIFICATES:
        raise CertificateUnavailable("the chain is too long to be PayPal's")
    verifier = PolicyBuilder().store(store).time(now.astimezone(UTC)).build_server_verifier(x509.DNSName(name))
    try:
        chain = verifier.verify(leaf, [*others, *issuers])
    except VerificationError as error:
        message = f"the certificate is not {name}'s, or no pinned root stands behind {leaf.issuer.rfc4514_string()}"
        raise UntrustedCertificate(message, leaf.issuer) from error
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise CertificateUnavailable(f"the certificate's key is not an RSA key of {MIN_KEY_BITS} bits or more")
    return _Known(key, min(one.not_valid_after_utc for one in chain), leaf.issuer)


def pinned_roots(path: Path | None = None) -> list[x509.Certificate]:
    """The roots under which PayPal's certificates are issued, from `path` or else `roots.pem`. Raises `ConfigurationError`."""
    return _authorities(path or _HERE / "roots.pem", "SKELDIR_PAYPAL_ROOTS")


def known_issuers(path: Path | None = None) -> list[x509.Certificate]:
    """Who issues PayPal's certificates under those roots, from `path` or else `issuers.pem`. Raises `ConfigurationError`."""
    return _authorities(path or _HERE / "issuers.pem", "SKELDIR_PAYPAL_ISSUERS")


def _authorities(path: Path, setting: str) -> list[x509.Certificate]:
    try:
        authorities = x509.load_pem_x509_certificates(path.read_bytes())
        constraints = [one.extensions.get_extension_for_class(x509.BasicConstraints).value for one in authorities]
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        message = f"{setting}: {path} is no PEM file of certificate authorities ({type(error).__name__})"
        raise ConfigurationError(message) from error
    if not all(one.ca for one in constraints):
        raise ConfigurationError(f"{setting}: {path} holds a certificate that is no certificate authority")
    return authorities


def report_expiry(authorities: Sequence[x509.Certificate], now: datetime, on_notice: OnNotice) -> None:
    """Tell operators of roots and issuers that expire soon, while there is time to replace the files."""
    metrics.CERTIFICATES_EXPIRE_AT.set(min(one.not_valid_after_utc for one in authorities).timestamp())
    for one in authorities:
        if one.not_valid_after_utc - now < _EXPIRES_SOON:
            name, at = one.subject.rfc4514_string()[:_SHOWN_LENGTH], one.not_valid_after_utc.date().isoformat()
            log.warning("paypal_issuer_expires", issuer=name, expires_on=at)
            message = _EXPIRES.format(issuer=name, at=at)
            detail = {"issuer": name, "expires_on": at}
            on_notice(OperatorNotice(source="paypal", code="issuer_expires", message=message, detail=detail))
