"""PayPal: deliveries signed with a certificate of PayPal's own, for a webhook whose id the tenant tells us."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from impl.kernel.clock import Clock
from impl.kernel.errors import ConfigurationError
from impl.kernel.facts import Fact, Position, Shown
from impl.platforms import notices
from impl.platforms.fields import Fields
from impl.platforms.notices import OnNotice
from impl.platforms.notification import Notification, ObjectVersion, short_text
from impl.platforms.paypal import certificates, freshness, local_authority, transport
from impl.platforms.paypal import position as positions
from impl.platforms.paypal import signature as proofs
from impl.platforms.paypal.certificates import Certificates, PinnedCertificates
from impl.platforms.paypal.events import NAME, TOPICS, to_facts
from impl.platforms.paypal.local_authority import Authority
from impl.platforms.processor import Example, Guide, Headers, Processor, Signature
from impl.settings import Settings

__all__ = ["PayPal", "to_facts"]


class PayPal(Processor):
    """The processor PayPal."""

    name = NAME
    title = "PayPal"
    signature_scheme = "paypal_sha256_rsa"
    signature = Signature(header="PAYPAL-TRANSMISSION-SIG")
    guide = Guide(
        place="developer.paypal.com → Apps & Credentials → Live → your app → Webhooks → Add Webhook",
        steps=("For a first try use Sandbox in place of Live, and `--mode test`.",),
        credential="the Webhook ID that the list of webhooks shows",
    )
    headers = proofs.HEADERS
    topics = TOPICS
    credential = "webhook_id"

    def __init__(self, source: Certificates | None = None, authority: Authority | Path | None = None) -> None:
        """`source` has the certificates to believe, `authority` (or its folder) signs in PayPal's place."""
        self._certificates, self._authority = source, authority

    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the webhook id, of those in `secrets`, for which PayPal signed the checksum of `body`.

        Raises `ProcessorUnreachable` when PayPal cannot be asked for its certificate, `SignatureMismatch`, also when the
        transmission is too old or its body newer than itself, and
        `ConfigurationError` where no certificates were given.
        """
        if self._certificates is None:
            raise ConfigurationError("PayPal's deliveries are verified with its certificates; use `configured`")
        proof = proofs.read(headers)
        # Nobody without a webhook makes us ask PayPal for a certificate.
        is_worth_asking = proof is not None and bool(secrets)
        address = headers.get(proofs.CERT_URL)
        key = await self._certificates.key(address, secrets[0]) if is_worth_asking else None
        index = proofs.verify(body, proof if key else None, key or self._stand_in, secrets)
        assert proof is not None
        freshness.check(proof.time, body, now=now)
        return index

    def transmission_id(self, headers: Headers) -> str | None:
        """The id of the transmission, which PayPal signs beside a CRC-32 of the body."""
        return short_text(headers.get(proofs.TRANSMISSION_ID))

    @cached_property
    def _stand_in(self) -> RSAPublicKey:
        """Stands in where there is no trusted key, so that a refusal costs the same work."""
        return next(key for root in certificates.pinned_roots() if isinstance(key := root.public_key(), RSAPublicKey))

    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The event type, when the payload names one that can be kept."""
        return short_text(payload.get("event_type")) if isinstance(payload, dict) else None

    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """The event id, when the payload names one that can be kept."""
        return short_text(payload.get("id")) if isinstance(payload, dict) else None

    def read(self, notification: Notification) -> tuple[Fact, ...]:
        """The facts that the resource of an event shows. Raises `UnusableDelivery`, or `NothingToRecord`."""
        return to_facts(notification)

    def _object_version(self, topic: str, payload: Fields) -> ObjectVersion | None:
        """With its topic, because a resource does not repeat what an earlier event said about it."""
        resource = payload.object("resource")
        name, where = resource.name(resource.first("id", "dispute_id")), (resource, "update_time")
        fields, field = where if resource.has("update_time") else (payload, "create_time")
        return ObjectVersion(name=f"{topic}:{name}", at=fields.instant(field))

    def position(self, facts: Sequence[Shown]) -> Position:
        """Captured, refunded and charged back amounts of one payment."""
        return positions.position(facts)

    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """The five headers that PayPal sends. Raises `ConfigurationError` where nobody stands in for PayPal."""
        authority = self._authority
        if isinstance(authority, Path) and authority.exists():
            authority = self._authority = local_authority.read(authority)
        if not isinstance(authority, Authority):
            raise ConfigurationError("nobody here can sign for PayPal; `skeldir run` makes a local stand-in")
        return authority.headers(body, secret, at)

    def examples(self, now: datetime) -> Sequence[Example]:
        """One payment that is captured."""
        at, day, topic = f"{now.astimezone(UTC):%Y-%m-%dT00:00:00Z}", f"{now:%Y%m%d}", "PAYMENT.CAPTURE.COMPLETED"
        event: dict[str, Any] = self.sample(topic) | {"id": f"WH-DEMO-{day}"}
        capture = {"id": f"DEMO{day}", "amount": {"value": "60.00", "currency_code": "USD"}, "create_time": at}
        event["resource"] |= capture
        return (Example(title="60.00 are captured", topic=topic, delivery_id=event["id"], payload=event),)

    def configured(self, settings: Settings, clock: Clock, on_notice: OnNotice = notices.unheard) -> PayPal:
        """Believes PayPal's own certificates; on a local machine those of the stand-in for its authority, if there is one.

        Raises `ConfigurationError` for an unusable file of roots or issuers.
        """
        folder = _authority_folder(settings)
        if settings.paypal_test_authority is not None:
            authority = local_authority.read(folder)
            return PayPal(PinnedCertificates(authority.fetch, [authority.root], clock), authority)
        roots = certificates.pinned_roots(settings.paypal_roots)
        issuers = certificates.known_issuers(settings.paypal_issuers)
        certificates.report_expiry([*roots, *issuers], clock.now(), on_notice)
        source = PinnedCertificates(
            transport.fetch,
            roots,
            clock,
            issuers=issuers,
            is_sandbox_allowed=settings.environment != "prod",
            on_notice=on_notice,
        )
        return PayPal(source, folder)

    def local_settings(self, settings: Settings, now: datetime) -> dict[str, Any]:
        """The folder of the local stand-in, which is made when there is none."""
        folder = _authority_folder(settings)
        local_authority.ensure(folder, now)
        return {"paypal_test_authority": folder}

    def new_secret(self) -> str:
        """An id such as PayPal gives a webhook."""
        return uuid.uuid4().hex[:17].upper()


def _authority_folder(settings: Settings) -> Path:
    return settings.paypal_test_authority or settings.data_dir / "paypal"
