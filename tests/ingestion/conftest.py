"""One tenant with its site and its people, before the events API on real PostgreSQL."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from impl.auth import assembly
from impl.auth.keys import tenant_keys
from impl.ingestion.journeys import Journeys
from impl.ingestion.operations import EventsOperations
from impl.ingestion.touches.receive import TouchDependencies
from impl.platforms import registry
from impl.tenants import create as tenants
from tests.auth.conftest import clock, dependencies, hasher, log_in, make_member, statements  # noqa: F401
from tests.auth.server import application, client, parts


@dataclass
class Site:
    """A tenant as its own site and its own people see it."""

    tenant_id: UUID
    key: str
    app: Any
    clock: Any
    tokens: dict
    secret: str

    async def send(self, *touches, **body):
        return await self.post("/api/events", body or {"touches": list(touches)}, **{"X-Skeldir-Tenant-Key": self.key})

    async def post(self, path, body=None, **headers):
        async with client(self.app) as web:
            if isinstance(body, bytes):
                return await web.post(path, content=body, headers={"Content-Type": "application/json"} | headers)
            return await web.post(path, json=body, headers=headers)

    async def ask(self, method, path, *, role="viewer", body=None, **headers):
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "X-Correlation-ID": str(uuid4())} | headers
        async with client(self.app) as web:
            return await web.request(method, path, json=body, headers=headers)

    def touch(self, **changes):
        made = {"touch_id": uuid4().hex, "session_id": str(uuid4()), "occurred_at": self.clock.now().isoformat()}
        return {name: value for name, value in (made | changes).items() if value is not None}


@pytest.fixture
def make_site(app_engine, database, ring, clock, make_member, log_in):  # noqa: F811
    """`await make_site(roles=…)` gives a tenant with a key for its site and a logged-in person per role."""

    async def make(*roles):
        tenant_id = (await make_member("admin")).tenant_id
        tokens = {}
        for role in roles:
            member = await make_member(role, tenant_id)
            tokens[role] = (await log_in(member)).access_token
        key = tenant_keys.new()
        secret = registry.processor("stripe").new_secret()
        await tenants.equip(app_engine, ring, tenant_id, key_hash=tenant_keys.hash_of(key), secrets={"stripe": secret})
        auth = assembly.build(parts(app_engine, database, ring, clock))
        touched = TouchDependencies(
            engine=app_engine, ring=ring, journeys=Journeys(app_engine, ring, clock), clock=clock
        )
        events = EventsOperations(touched, auth.idempotency)
        app = application(auth, events=events)
        return Site(tenant_id, key, app, clock, tokens, secret)

    return make


@pytest.fixture
async def site(make_site):
    return await make_site()


@pytest.fixture
async def staffed(make_site):
    """A site with people who look at dead events and repair them."""
    return await make_site("viewer", "manager")
