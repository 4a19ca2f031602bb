"""A tenant with a Stripe secret, and a receipt that stands on real PostgreSQL."""

import dataclasses
import uuid
from datetime import UTC, datetime

import httpx2
import pytest

from impl.auth import assembly
from impl.auth.keys import tenant_keys
from impl.db import bootstrap
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.handler import DeliveryHandler
from impl.ingestion.deliveries.receive import Receiver
from impl.kernel.clock import FixedClock, SystemClock
from impl.platforms import registry
from impl.tenants import create as tenants
from tests.auth.server import application, parts
from tests.fixtures import receipt
from tests.fixtures.limits import Boundless
from tests.ingestion.deliveries.processors import configured
from tests.ingestion.deliveries.street import Street, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclasses.dataclass
class Shop:
    """One tenant, delivering to one receiver."""

    receiver: Receiver
    tenant_id: uuid.UUID
    webhook_secret: str

    async def deliver(self, body: bytes, *, secret=None, at=NOW, **how):
        inbound = receipt.from_stripe(self.tenant_id, body, secret or self.webhook_secret, at, **how)
        return await receive.receive(self.receiver, registry.processor("stripe"), inbound)


@pytest.fixture
def make_shop(app_engine, ring, make_tenant):
    async def make(*, is_equipped=True):
        clock = FixedClock(NOW)
        shop = Shop(
            receive.build(app_engine, ring, clock), await make_tenant(), registry.processor("stripe").new_secret()
        )
        if is_equipped:
            key_hash = tenant_keys.hash_of(tenant_keys.new())
            await tenants.equip(
                app_engine, ring, shop.tenant_id, key_hash=key_hash, secrets={"stripe": shop.webhook_secret}
            )
        return shop

    return make


@pytest.fixture
async def shop(make_shop):
    return await make_shop()


@pytest.fixture(scope="session")
async def street(app_engine, database, ring, make_tenant):
    """The real service on a real port, with every processor's addresses."""
    clock = SystemClock()
    receiver = receive.build(app_engine, ring, clock)
    # Hundreds of forgeries from one address are the point here; that they are slowed down is tested with authentication.
    auth = assembly.build(parts(app_engine, database, ring, clock))
    auth = dataclasses.replace(auth, limiter=Boundless(auth.limiter.logins))
    app = application(
        auth,
        receive_delivery=DeliveryHandler(receiver, configured(clock)),
    )
    owner = await bootstrap.connect(database.url("migration_owner"))
    async with serving(app) as base_url, httpx2.AsyncClient(base_url=base_url, timeout=120) as client:
        made = Street(client, owner, app_engine, ring, make_tenant)
        made.neighbour = await made.shop()
        yield made
    await owner.close()
