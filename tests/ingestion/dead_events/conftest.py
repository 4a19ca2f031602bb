"""A worker and a receipt beside the events API."""

import json
from uuid import UUID, uuid4

import pytest

from impl.db.sealing import Place
from impl.ingestion.dead_events import tasks
from impl.ingestion.dead_events.reading import Reader
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.interpret import Inbound
from impl.jobs.kinds import Work
from impl.platforms import registry


@pytest.fixture
def repair(ring):
    return Reader(ring, {one.name: one for one in registry.PROCESSORS})


@pytest.fixture
def work_off(worker_engine, owner, repair):
    """Runs the waiting jobs of a tenant as a worker does, and gives back how many there were."""

    async def run(tenant_id):
        jobs = tasks.registry(repair)
        mine = "headers ->> 'tenant_id' = $1"
        rows = await owner.fetch(f"DELETE FROM queue.pgqueuer WHERE {mine} RETURNING *", str(tenant_id))
        for row in rows:
            headers = json.loads(row["headers"])
            kind, job = jobs[headers["job"]]
            session = headers["session"]
            await job(
                Work(
                    job_id=row["id"], kind=kind, engine=worker_engine, arguments=json.loads(row["payload"]),
                    correlation_id=uuid4(), attempt=1, tenant=tenant_id, session=session,
                    user_id=headers["user_id"] and UUID(headers["user_id"]),
                )
            )  # fmt: skip
            assert headers["correlation_id"]
        return len(rows)

    return run


@pytest.fixture
def deliver(app_engine, ring, clock):
    """Delivers to a receipt of its own, as a processor signs it; `topic` where a header names it."""

    async def deliver(site, body, processor=None, *, topic=None):
        processor = processor or registry.processor("stripe")
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = processor.sign(body, site.secret, topic=topic or "", delivery_id=uuid4().hex, at=clock.now())
        headers = {name.lower(): value.encode() for name, value in signed.items()}
        inbound = Inbound(tenant_id=site.tenant_id, body=body, headers=headers, check=lambda topic: ())
        return await receive.receive(receive.build(app_engine, ring, clock), processor, inbound)

    return deliver


@pytest.fixture
def equip(owner, ring):
    """`await equip(site, "shopify", account=…)` gives the tenant a secret of a further processor, the same as its others."""

    async def equip(site, processor, *, account="default"):
        sealed = ring.seal(site.secret.encode(), Place(site.tenant_id, "tenant_webhook_secrets", "secret_sealed"))
        await owner.execute(
            "INSERT INTO tenant_webhook_secrets"
            " (tenant_id, processor, credential, version, secret_sealed, key_id, account)"
            " VALUES ($1, $2, 'secret', 1, $3, $4, $5)",
            site.tenant_id, processor, sealed.value, sealed.key_id, account,
        )  # fmt: skip

    return equip
