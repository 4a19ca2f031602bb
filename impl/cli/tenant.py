"""`skeldir tenant create` and `skeldir tenant update`."""

from __future__ import annotations

import asyncio
import getpass
import sys
import uuid
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from impl.auth import passwords
from impl.auth.keys import tenant_keys
from impl.cli import local
from impl.db import engine as engines
from impl.db.sealing import KeyRing
from impl.kernel import money
from impl.kernel.errors import ConfigurationError
from impl.platforms import registry
from impl.settings import Role, Settings
from impl.tenants import create as tenants
from impl.tenants import update as changes
from impl.tenants.create import Admin

FIRST: Final = registry.PROCESSORS[0]
"""The processor that a new tenant can try at once, without entering a secret."""
MIN_PASSWORD_LENGTH = 8
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A new tenant with the secrets that are shown only once."""

    tenant_id: uuid.UUID
    email: str
    password: str = field(repr=False)
    tenant_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    """For `FIRST`."""


def create(settings: Settings, *, name: str, email: str, currency: str) -> None:
    """Create a tenant and print its login and secrets."""
    password = read_password("Password of the first admin: ")
    if settings.ops_database_url is not None:
        _print(make(settings, name=name, email=email, password=password, currency=currency))
        return
    with local.stack(settings) as stack:
        _print(make(stack.settings, name=name, email=email, password=password, currency=currency))


def update(settings: Settings, tenant_id: uuid.UUID, *, sandbox: bool | None, journeys: bool | None) -> None:
    """Change the tenant and say what holds from now on."""
    if sandbox is None and journeys is None:
        raise ConfigurationError("nothing to change; use --sandbox, --no-sandbox, --journeys or --no-journeys")
    if settings.ops_database_url is not None:
        _run(_update(settings, tenant_id, sandbox=sandbox, journeys=journeys))
    else:
        with local.stack(settings) as stack:
            _run(_update(stack.settings, tenant_id, sandbox=sandbox, journeys=journeys))
    for name, value in (("sandbox", sandbox), ("journeys", journeys)):
        if value is not None:
            local.say(f"{name} is {'on' if value else 'off'} for tenant {tenant_id}")


def make(
    settings: Settings,
    *,
    name: str,
    email: str,
    password: str,
    currency: str = "USD",
    secrets: Mapping[str, str] | None = None,
) -> NewTenant:
    """Create the tenant with its `secrets` by processor; without one of `FIRST`, that processor gets a new one.

    Raises `SkeldirError` that says what to change.
    """
    settings.require(Role.OPERATOR)
    check_email(email)
    check_password(password)
    person = (email.strip(), password)
    return _run(_make(settings, name.strip(), person, money.currency(currency), secrets or {}))


def exists(settings: Settings, tenant_id: uuid.UUID) -> bool:
    """Whether the tenant exists in the database of `settings`."""

    async def query() -> bool:
        async with engine(settings.secret("app_database_url")) as app:
            return await tenants.exists(app, tenant_id)

    return _run(query())


def new_password() -> str:
    """A random password."""
    return token_urlsafe(12)


async def _make(
    settings: Settings, name: str, person: tuple[str, str], currency: str, secrets: Mapping[str, str]
) -> NewTenant:
    email, password = person
    login = passwords.login_identifier_hash(settings.secret("login_pepper"), email)
    admin = Admin(login_identifier_hash=login, password_hash=await passwords.Passwords().hash(password))
    key, secrets = tenant_keys.new(), {FIRST.name: FIRST.new_secret(), **secrets}
    async with engine(settings.secret("ops_database_url")) as operator:
        tenant_id = await tenants.create(operator, name=name, currency=currency, admin=admin)
    async with engine(settings.secret("app_database_url")) as app:
        ring, key_hash = KeyRing(settings.key_ring()), tenant_keys.hash_of(key)
        await tenants.equip(app, ring, tenant_id, key_hash=key_hash, secrets=secrets)
    return NewTenant(tenant_id, email, password, key, secrets[FIRST.name])


async def _update(settings: Settings, tenant_id: uuid.UUID, *, sandbox: bool | None, journeys: bool | None) -> None:
    async with engine(settings.secret("ops_database_url")) as operator:
        await changes.update(operator, tenant_id, sandbox=sandbox, journeys_enabled=journeys)


@asynccontextmanager
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine of one connection for one command."""
    created = engines.create(url, application_name="skeldir-cli", pool_size=1)
    try:
        yield created
    finally:
        await created.dispose()


def _run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    return asyncio.run(work)


def read_password(prompt: str) -> str:
    """A password from the terminal, or from standard input if there is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


def check_email(email: str) -> None:
    """Raises `ConfigurationError` for what cannot be a login."""
    local_part, _, domain = email.strip().rpartition("@")
    if not local_part or not domain or len(email) > 254:
        raise ConfigurationError("the e-mail address must look like name@example.com and have at most 254 characters")


def check_password(password: str) -> None:
    """Raises `ConfigurationError` for a password that is too short or too long."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= 1024:
        raise ConfigurationError(f"the password must have {MIN_PASSWORD_LENGTH} to 1024 characters")


def _print(tenant: NewTenant) -> None:
    local.say(f"tenant_id       {tenant.tenant_id}")
    local.say(f"admin           {tenant.email}")
    local.say(f"tenant_key      {tenant.tenant_key}   (for your site's touches; shown only once)")
    local.say(f"\nConnect a processor: skeldir connect stripe --tenant-id {tenant.tenant_id} --email {tenant.email}")
