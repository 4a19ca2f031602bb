"""The secrets that sign a tenant's deliveries: opened once, remembered for a minute."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from impl.db.sealing import KeyRing, Place, Sealed
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock
from impl.platforms import registry

CACHE_SECONDS: Final = 60.0
CACHE_ENTRIES: Final = 2048

# The newest of each label first: those sign almost everything. A secret past its validity is not even opened. Two of each of
# eight labels are valid at most.
_VALID = text(
    """
    SELECT s.label, s.mode, s.account, s.order_prefix, s.version, s.secret_sealed, s.key_id, s.webhook_id, t.sandbox
      FROM tenant_webhook_secrets s JOIN tenants t ON t.id = s.tenant_id
     WHERE s.tenant_id = :tenant_id AND s.processor = :processor AND (s.valid_until IS NULL OR s.valid_until > :now)
     ORDER BY s.valid_until IS NOT NULL, s.label, s.version DESC
     LIMIT 16
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecret:
    """A secret that is valid now, with the endpoint it belongs to."""

    label: str = "default"
    version: int
    account: str = "default"
    """Whose books its deliveries are: a shop, or an account at the processor."""
    order_prefix: str | None = None
    """The text that the shop puts before its order numbers at PayPal."""
    is_test: bool = False
    """Whether its endpoint is one of a test mode, where no real money moves."""
    counts_tests: bool = False
    """Whether the tenant is a sandbox, in which test objects count."""
    secret: bytes = field(repr=False)
    """What deliveries are signed with; for a processor with a key of its own, the id of the tenant's webhook there."""

    @property
    def counts(self) -> bool:
        """Whether what it signs counts."""
        return not self.is_test or self.counts_tests


class SecretStore:
    """Valid webhook secrets by tenant and processor, at most `CACHE_SECONDS` old."""

    def __init__(self, engine: AsyncEngine, ring: KeyRing, clock: Clock) -> None:
        self._engine = engine
        self._ring = ring
        self._clock = clock
        self._known: OrderedDict[tuple[uuid.UUID, str], tuple[float, Sequence[WebhookSecret]]] = OrderedDict()

    async def valid(self, tenant_id: uuid.UUID, processor: str) -> Sequence[WebhookSecret]:
        """The secrets of all labels, the newest of each label first; none when the tenant has not set one."""
        key = (tenant_id, processor)
        # An empty answer is remembered too: deliveries of a tenant without a secret must not cost a query each.
        entry = self._known.get(key)
        now = self._clock.monotonic()
        if entry is not None and now - entry[0] < CACHE_SECONDS:
            self._known.move_to_end(key)
            return entry[1]
        secrets = await self._read(tenant_id, processor)
        self._known[key] = (now, secrets)
        self._known.move_to_end(key)
        while len(self._known) > CACHE_ENTRIES:
            self._known.popitem(last=False)
        return secrets

    def forget(self, tenant_id: uuid.UUID, processor: str) -> None:
        """Read again at the next delivery: the secret has changed."""
        self._known.pop((tenant_id, processor), None)

    async def _read(self, tenant_id: uuid.UUID, processor: str) -> Sequence[WebhookSecret]:
        parameters = {"tenant_id": tenant_id, "processor": processor, "now": self._clock.now()}
        async with tenant_transaction(self._engine, tenant_id) as connection:
            rows = (await connection.execute(_VALID, parameters)).all()
        return tuple(
            WebhookSecret(
                label=row.label,
                version=row.version,
                account=row.account,
                order_prefix=row.order_prefix,
                is_test=row.mode == "test",
                counts_tests=row.sandbox,
                secret=self._plain(tenant_id, processor, row),
            )
            for row in rows
        )

    def _plain(self, tenant_id: uuid.UUID, processor: str, row: Row[Any]) -> bytes:
        if registry.processor(processor).credential == "webhook_id":
            return str(row.webhook_id).encode()
        place = Place(tenant_id, "tenant_webhook_secrets", "secret_sealed")
        return self._ring.open(Sealed(row.secret_sealed, row.key_id), place)
