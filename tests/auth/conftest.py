"""People of tenants, the dependencies of logging in, and a clock that stands still."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, text

from impl.auth import passwords, sessions
from impl.auth.keys.signing_key_store import DatabaseKeyStore
from impl.auth.keys.signing_keys import SigningKeys
from impl.auth.passwords import Passwords
from impl.auth.tokens.access_tokens import TokenAudience
from impl.kernel.clock import FixedClock

PEPPER = "pepper"
TOKEN_AUDIENCE = TokenAudience("https://api.skeldir.example", "skeldir-api")


@dataclass(frozen=True)
class Member:
    tenant_id: UUID
    user_id: UUID
    email: str
    password: str


class CountingHasher:
    """Argon2id with small parameters, which counts how often it was asked."""

    def __init__(self, **parameters):
        self.hasher = PasswordHasher(**({"time_cost": 1, "memory_cost": 64, "parallelism": 1} | parameters))
        self.hashed = self.verified = 0
        self.work = []
        """Algorithm, version and parameters of each hash that was checked."""

    def hash(self, password):
        self.hashed += 1
        return self.hasher.hash(password)

    def verify(self, stored, password):
        self.verified += 1
        self.work.append(tuple(stored.split("$")[1:4]))
        return self.hasher.verify(stored, password)

    def check_needs_rehash(self, stored):
        return self.hasher.check_needs_rehash(stored)


@pytest.fixture
def clock():
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def dependencies(app_engine, clock, hasher, ring):
    keys = SigningKeys(DatabaseKeyStore(app_engine, ring, clock), clock)
    return sessions.LoginDependencies(
        engine=app_engine,
        clock=clock,
        keys=keys,
        token_audience=TOKEN_AUDIENCE,
        passwords=Passwords(hasher),
        pepper=PEPPER,
    )


@pytest.fixture
def make_member(ops_engine, make_tenant, hasher):
    """Makes a person with a role as an operator does: `await make_member(role="admin", tenant_id=…)`."""

    async def make(role="viewer", tenant_id=None, email=None, password="correct horse", user_id=None):
        member = Member(
            tenant_id or await make_tenant(),
            user_id or uuid4(),
            email or f"{secrets.token_hex(6)}@example.com",
            password,
        )
        values = {"user": member.user_id, "tenant": member.tenant_id, "role": role}
        values |= {"login": passwords.login_identifier_hash(PEPPER, member.email), "hash": hasher.hasher.hash(password)}
        async with ops_engine.begin() as connection:
            await connection.execute(text("SELECT ops.create_user(:login, :hash, 'password', :user)"), values)
            if role is not None:
                await connection.execute(text("SELECT ops.set_membership(:tenant, :user, :role)"), values)
        return member

    return make


@pytest.fixture
def log_in(dependencies):
    """Starts a session of a member."""

    async def log_in(member, **changes):
        known = {"email": member.email, "password": member.password, "tenant_id": member.tenant_id}
        return await sessions.login(dependencies, **(known | changes))

    return log_in


@pytest.fixture
def statements(app_engine):
    """Every statement that reaches the database from here on."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(app_engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(app_engine.sync_engine, "before_cursor_execute", note)
