"""One transmission, one body: for processors that sign only a checksum of the body, which signs made-up bodies as well."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db import direct
from impl.db.errors import SealingError
from impl.db.sealing import KeyRing, Place, Sealed
from impl.ingestion.deliveries import concurrency
from impl.ingestion.deliveries.delivery import Delivery
from impl.platforms.errors import SignatureMismatch
from impl.platforms.notices import OnNotice, OperatorNotice
from impl.telemetry import metrics

log = structlog.get_logger()

KEPT_DAYS: Final = 5
"""Longer than any transmission is believed (`impl.platforms.paypal.freshness`), so that none outlives what it is bound to."""
_BIND: Final = "SELECT * FROM bind_transmission($1, $2, $3, $4, $5, $6)"
_FORGED: Final = (
    "A delivery of tenant {tenant_id} has the signature of another one: somebody has seen that one and made up a body with the"
    " same checksum. It was refused. Have the tenant register its webhook anew, and look for whoever can read its traffic."
)


async def bind(
    engine: AsyncEngine, ring: KeyRing, delivery: Delivery, transmission_id: str, body: bytes, key: bytes
) -> None:
    """Bind the transmission to its body, by a hash keyed with the tenant's `key` and sealed.

    Raises `SignatureMismatch` when it came with other bytes before.
    """
    place = Place(delivery.tenant_id, "webhook_transmissions", "body_hash_sealed")
    body_hash = hmac.digest(key, body, hashlib.sha256)
    sealed = ring.seal(body_hash, place)
    values = (
        delivery.tenant_id,
        delivery.processor,
        transmission_id,
        sealed.value,
        sealed.key_id,
        delivery.received_at,
    )
    async with concurrency.connection_budget(engine):
        bound = await direct.fetch_row(engine, _BIND, *values)
    try:
        known = ring.open(Sealed(bound["bound_hash"], bound["bound_key_id"]), place)
    except SealingError:
        # Of a key that was taken out of the ring too early: what cannot be compared is not believed.
        known = b""
    if not hmac.compare_digest(known, body_hash):
        raise SignatureMismatch("the transmission came with another body before")


def alarm(on_notice: OnNotice, delivery: Delivery) -> None:
    """Tell operators that somebody forges deliveries of a tenant."""
    tenant_id = str(delivery.tenant_id)
    metrics.DELIVERIES_FORGED.inc()
    log.error("delivery_forged", processor=delivery.processor, tenant_id=tenant_id)
    message = _FORGED.format(tenant_id=tenant_id)
    on_notice(
        OperatorNotice(
            source=delivery.processor, code="transmission_reused", message=message, detail={"tenant_id": tenant_id}
        )
    )
