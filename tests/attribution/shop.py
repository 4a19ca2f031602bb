"""A tenant whose events, entries and touches a test writes as the owner, and whose credits a worker computes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from impl.attribution import recompute, tasks
from impl.attribution.recompute import Identity, Window
from impl.attribution.versions import ModelVersion
from impl.jobs.kinds import Work

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
KINDS = {
    "captured": "PaymentCaptured",
    "refunded": "PaymentRefunded",
    "chargeback": "PaymentDisputed",
    "moved": "PaymentMoved",
}


@dataclass
class Sale:
    """An event with its entry."""

    id: uuid.UUID
    entry_id: uuid.UUID
    name: str
    at: datetime
    cents: int
    session: uuid.UUID | None = None


@dataclass
class Shop:
    """One tenant with its rows, and how it is computed."""

    owner: asyncpg.Connection
    engine: object
    tenant_id: uuid.UUID
    seed: int = 0

    def _id(self, name: str) -> uuid.UUID:
        return uuid.uuid5(self.tenant_id, f"{self.seed}:{name}")

    async def event(
        self,
        name: str,
        at: datetime,
        cents: int,
        *,
        kind: str = "captured",
        session: uuid.UUID | None = None,
        journey: bytes | None = None,
        previous: bytes | None = None,
        channel: str = "direct",
        of: str | None = None,
        reverses: Sale | None = None,
        processor: str = "stripe",
        currency: str = "USD",
        ordinal: int = 1,
        campaign: str | None = None,
        reference: str | None = None,
    ) -> Sale:
        """An event that adds `cents` (below 0: takes them) to the sale `of`, by default its own."""
        sale = Sale(self._id(name), self._id(f"{name}:entry"), name, at, cents, session)
        await self.owner.execute(
            """
            INSERT INTO attribution_events (tenant_id, id, processor, idempotency_key, event_type, occurred_at, revenue_cents,
                effect_cents, currency, session_id, journey_hash, journey_hash_previous, channel_code, raw_payload, transaction_id,
                campaign_id, payment_reference)
            VALUES ($1, $2, $3, $4, $5, $6, abs($7::bigint), $7, $8, $9, $10, $11, $12, '{}', $13, $14, $15)
            """,
            self.tenant_id, sale.id, processor, f"{name}", KINDS[kind], at, cents, currency, session, journey, previous, channel,
            of or name, campaign, reference,
        )  # fmt: skip
        await self.owner.execute(
            """
            INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind, ordinal,
                processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source,
                verification_timestamp, reverses, payment_reference)
            VALUES ($1, $2, $3::text, $4::text, $5, $6, $7, $4::text, $8, abs($9::bigint), $9, $10, $11, $3::text || '_webhook', $11, $12, $13)
            """,
            self.tenant_id, sale.entry_id, processor, name, of or name, kind, ordinal if kind == "captured" else None, sale.id,
            cents, currency, at, reverses.entry_id if reverses else None, reference if kind == "captured" else None,
        )  # fmt: skip
        return sale

    async def link(self, order: str, payment: str, *, shop: str = "shopify", processor: str = "stripe") -> None:
        await self.owner.execute(
            "INSERT INTO sale_links (tenant_id, order_processor, order_site, order_id, order_name, payment_processor, payment_id, how)"
            " VALUES ($1, $2, 'shop.example', $3, $3, $4, $5, 'order')",
            self.tenant_id, shop, order, processor, payment,
        )  # fmt: skip

    async def touches(self, *rows: tuple[str, datetime, str, uuid.UUID, bytes | None, str]) -> None:
        """Rows of (touch id, time, channel, session, journey hash, kind)."""
        await self.owner.executemany(
            "INSERT INTO touches (tenant_id, touch_id, occurred_at, channel_code, session_id, journey_hash, kind, campaign_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [(self.tenant_id, *row[:6], row[6] if len(row) > 6 else None) for row in rows],
        )

    def identity(self, start: datetime, end: datetime, version: ModelVersion) -> Identity:
        return Identity(tenant_id=self.tenant_id, window=Window(start, end), version=version)

    async def compute(
        self, start: datetime, end: datetime, version: ModelVersion, *, pages: list[int] | None = None
    ) -> bytes:
        """Compute as the worker's job does; the digest of the window."""
        identity, work = self.identity(start, end, version), self.work()
        async with tasks.transactions.of_tenant(work) as connection:
            await recompute.request(connection, identity, uuid.uuid4())
        await tasks._recompute(work, identity, None)
        row = await self.job(identity)
        assert row["status"] == "succeeded", dict(row)
        return row["digest"]

    async def digest(self, start: datetime, end: datetime, version: ModelVersion) -> bytes:
        """The digest of what is stored."""
        async with tasks.transactions.of_tenant(self.work()) as connection:
            result = await recompute.digest(connection, self.identity(start, end, version))
        return result["digest"]

    def work(self, **arguments: object) -> Work:
        return Work(
            job_id=1,
            kind=tasks.RECOMPUTE,
            engine=self.engine,
            arguments=arguments,
            correlation_id=uuid.uuid4(),
            attempt=1,
            tenant=self.tenant_id,
        )

    async def job(self, identity: Identity) -> asyncpg.Record:
        return await self.owner.fetchrow(
            "SELECT * FROM attribution_recompute_jobs WHERE tenant_id = $1 AND window_start = $2 AND window_end = $3"
            " AND model_type = $4 AND model_version = $5",
            self.tenant_id, identity.window.start, identity.window.end, identity.version.model, identity.version.text,
        )  # fmt: skip

    async def credits(self, version: ModelVersion) -> dict[uuid.UUID, dict[str, int]]:
        """Cents by event and channel."""
        rows = await self.owner.fetch(
            "SELECT event_id, channel_code, allocated_revenue_cents AS cents FROM attribution_allocations"
            " WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 ORDER BY event_id, channel_code",
            self.tenant_id, version.model, version.text,
        )  # fmt: skip
        result: dict[uuid.UUID, dict[str, int]] = {}
        for row in rows:
            result.setdefault(row["event_id"], {})[row["channel_code"]] = row["cents"]
        return result
