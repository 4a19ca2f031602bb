"""`skeldir keys …`: the keys that encrypt stored secrets, and the keys that sign access tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from impl.auth.keys import signing_keys
from impl.auth.keys.signing_key_store import DatabaseKeyStore
from impl.cli import local
from impl.db import engine as engines
from impl.db import rotation
from impl.db.sealing import KeyRing
from impl.kernel.clock import SystemClock
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings


def reseal(settings: Settings) -> None:
    """Re-encrypt every stored secret with the newest key of the ring, and print the number of rows by table."""
    if settings.migration_database_url is not None:
        _reseal(settings)
        return
    with local.stack(settings) as stack:
        _reseal(stack.settings)


def _reseal(settings: Settings) -> None:
    ring = KeyRing(settings.key_ring())
    counts = asyncio.run(rotation.reseal(settings.secret("migration_database_url"), ring))
    for table, count in counts.items():
        local.say(f"{table}: {count} rows re-encrypted")
    local.say(
        f"all stored secrets are encrypted with the key {ring.newest!r}; you can remove older keys from SKELDIR_SEALING_KEYS"
    )


def rotate(settings: Settings) -> None:
    """Add a signing key and print when it starts to sign."""

    async def work(store: DatabaseKeyStore) -> str:
        key = await store.rotate()
        signs_at = key.created_at + signing_keys.SIGNS_AFTER
        return f"{key.kid} is accepted now and signs from {signs_at:%H:%M:%S} UTC"

    _with_store(settings, work)


def retire(settings: Settings, kid: str) -> None:
    """Stop accepting the signing key `kid`. Raises `ConfigurationError` if there is no such key."""

    async def work(store: DatabaseKeyStore) -> str:
        accepted = [key.kid for key in await store.load()]
        if kid not in accepted:
            raise ConfigurationError(f"there is no signing key {kid!r}; the accepted keys are {', '.join(accepted)}")
        await store.retire(kid)
        return f"every process rejects {kid} within {signing_keys.MAX_AGE_SECONDS:g} s"

    _with_store(settings, work)


def show(settings: Settings) -> None:
    """List the accepted signing keys, newest first."""

    async def work(store: DatabaseKeyStore) -> str:
        return "\n".join(f"{key.kid}  since {key.created_at:%Y-%m-%d %H:%M:%S} UTC" for key in await store.load())

    _with_store(settings, work)


def _with_store(settings: Settings, work: Callable[[DatabaseKeyStore], Awaitable[str]]) -> None:
    if settings.app_database_url is not None:
        local.say(asyncio.run(_worked(settings, work)))
        return
    with local.stack(settings) as stack:
        local.say(asyncio.run(_worked(stack.settings, work)))


async def _worked(settings: Settings, work: Callable[[DatabaseKeyStore], Awaitable[str]]) -> str:
    engine = engines.create(settings.secret("app_database_url"), application_name="skeldir-cli", pool_size=1)
    try:
        return await work(DatabaseKeyStore(engine, KeyRing(settings.key_ring()), SystemClock()))
    finally:
        await engine.dispose()
