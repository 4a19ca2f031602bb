"""A tenant comes to be whole or not at all, and what went wrong is said in words."""

import hashlib
import secrets
import uuid

import pytest

from impl.platforms import registry
from impl.tenants import create as tenants
from impl.tenants.create import Admin, TenantNotCreated


def admin(login: str | None = None) -> Admin:
    return Admin(login_identifier_hash=login or secrets.token_hex(32), password_hash="$argon2id$test")


async def test_a_tenant_has_an_admin_a_key_and_a_secret(ops_engine, app_engine, ring, owner):
    person, key_hash, secret = (
        admin(),
        hashlib.sha256(secrets.token_bytes()).digest(),
        registry.processor("stripe").new_secret(),
    )
    tenant_id = await tenants.create(ops_engine, name="Corner shop", currency="EUR", admin=person)
    await tenants.equip(app_engine, ring, tenant_id, key_hash=key_hash, secrets={"stripe": secret})
    assert await tenants.exists(app_engine, tenant_id)
    key = await owner.fetchrow("SELECT * FROM tenant_api_keys WHERE tenant_id = $1", tenant_id)
    assert key["key_hash"] == key_hash
    stored = await owner.fetchrow("SELECT * FROM tenant_webhook_secrets WHERE tenant_id = $1", tenant_id)
    assert secret.encode() not in stored["secret_sealed"]
    role = "SELECT role_code FROM tenant_membership_roles WHERE tenant_id = $1"
    assert await owner.fetchval(role, tenant_id) == "admin"


@pytest.mark.parametrize(
    ("name", "currency", "message"),
    [
        ("", "USD", "the name is empty"),
        ("Shop", "KWD", "0 or 2 decimal places"),
        ("Shop", "usd", "0 or 2 decimal places"),
    ],
)
async def test_a_bad_value_is_explained(ops_engine, name, currency, message):
    with pytest.raises(TenantNotCreated, match=message):
        await tenants.create(ops_engine, name=name, currency=currency, admin=admin())


async def test_a_second_user_with_the_same_login_creates_nothing(ops_engine, owner):
    person = admin()
    await tenants.create(ops_engine, name="First", currency="USD", admin=person)
    name = f"Second {secrets.token_hex(4)}"
    with pytest.raises(TenantNotCreated, match="exists already"):
        await tenants.create(ops_engine, name=name, currency="USD", admin=person)
    assert await owner.fetchval("SELECT count(*) FROM tenants WHERE name = $1", name) == 0


async def test_an_unknown_tenant_does_not_exist(app_engine):
    assert not await tenants.exists(app_engine, uuid.uuid4())
