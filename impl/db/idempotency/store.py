"""Run something once per key, however often it is requested.

The key, the effect and the stored answer are one transaction: a crash leaves nothing behind, and a request that failed,
or came too often, may be repeated with the same key. A `ProblemError` of `work` with a 4xx that the contract declares is an
answer too: its effect is undone, and it is kept. A second request with the same key waits a moment for the first.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server import Call, ContractModel, ProblemError
from impl.db.idempotency import errors
from impl.db.sealing import KeyRing, Place, Sealed
from impl.db.transaction import tenant_transaction
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import Clock

LIFETIME: Final = timedelta(days=30)
_LOCK_NOT_AVAILABLE: Final = "55P03"

# The unique key makes a second request wait here until the first has committed or given up, but not for long.
_WAIT_BRIEFLY: Final = text("SET LOCAL lock_timeout = '2s'")
_WAIT_AS_USUAL: Final = text("SET LOCAL lock_timeout TO DEFAULT")
_CLAIM: Final = text("""
    INSERT INTO api_idempotency_keys (tenant_id, operation_id, key, request_hash, expires_at)
    VALUES (:tenant_id, :operation_id, :key, :request_hash, :expires_at)
    ON CONFLICT (tenant_id, operation_id, key) DO NOTHING
""")
_READ: Final = text("""
    SELECT request_hash, status_code, response_sealed, key_id FROM api_idempotency_keys
     WHERE operation_id = :operation_id AND key = :key
""")
_KEEP: Final = text("""
    UPDATE api_idempotency_keys
       SET state = 'done', status_code = :status_code, response_sealed = :response_sealed, key_id = :key_id
     WHERE operation_id = :operation_id AND key = :key
""")

ModelT = TypeVar("ModelT", bound=ContractModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyStore:
    """Dependencies of storing replies by idempotency key, for 30 days."""

    engine: AsyncEngine
    ring: KeyRing
    clock: Clock
    pepper: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RunResult(Generic[ModelT]):
    """The body of the reply, and whether it is the stored one of an earlier request."""

    body: ModelT
    is_replayed: bool


async def run_once(  # noqa: PLR0913  (each is another thing, and all but four are named at the call)
    store: IdempotencyStore,
    call: Call[PersonCaller],
    key: UUID | None,
    work: Callable[[AsyncConnection], Awaitable[ModelT]],
    *,
    answer: type[ModelT],
    status: int = 200,
    is_secret: bool = False,
) -> RunResult[ModelT]:
    """Run `work` in a transaction of the caller's tenant, once per `key`; its result, or the stored one of an earlier run.

    The answer of a secret is not kept: its repetition raises `SecretAlreadyShownError`. Raises `KeyReusedError` when the
    key came with another request, `KeyInProgressError` when the first request takes longer than two seconds, what `work`
    raises, and `RepeatedRefusalError` when that was a refusal and the request is repeated.
    """
    caller = call.principal
    async with tenant_transaction(store.engine, caller.tenant_id, user_id=caller.user_id) as connection:
        if key is None:
            return RunResult(await work(connection), is_replayed=False)
        entry = {"operation_id": call.operation.id, "key": key}
        if not await _claim(store, connection, call, entry):
            return RunResult(await _stored(store, connection, call, entry, answer), is_replayed=True)
        outcome = await _attempt(connection, call, work)
        if isinstance(outcome, ProblemError):
            await _keep(store, connection, caller, entry, outcome.status, errors.stored(outcome))
        else:
            plain = None if is_secret else outcome.model_dump_json().encode()
            await _keep(store, connection, caller, entry, status, plain)
    if isinstance(outcome, ProblemError):
        raise outcome
    return RunResult(outcome, is_replayed=False)


def request_hash(pepper: str, call: Call[PersonCaller]) -> bytes:
    """HMAC-SHA-256 over method, path, query and body: what makes two requests the same.

    Keyed, because a body may be little more than a short secret, which whoever reads the table could guess.
    """
    request = call.request
    head = f"{request.method} {request.path}?".encode()
    return hmac.digest(f"idempotency:{pepper}".encode(), head + request.query + b"\n" + request.body, "sha256")


async def _claim(
    store: IdempotencyStore, connection: AsyncConnection, call: Call[PersonCaller], entry: dict[str, Any]
) -> bool:
    """Whether this request is the first with its key."""
    values = {"tenant_id": call.principal.tenant_id, "request_hash": request_hash(store.pepper, call)}
    values |= {"expires_at": store.clock.now() + LIFETIME}
    await connection.execute(_WAIT_BRIEFLY)
    try:
        insertion = await connection.execute(_CLAIM, entry | values)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise errors.KeyInProgressError from error
        raise
    await connection.execute(_WAIT_AS_USUAL)
    return insertion.rowcount == 1


async def _attempt(
    connection: AsyncConnection, call: Call[PersonCaller], work: Callable[[AsyncConnection], Awaitable[ModelT]]
) -> ModelT | ProblemError:
    """The result of `work`; or the refusal it raises, when that is to be stored, with nothing left of its effect."""
    try:
        async with connection.begin_nested():
            return await work(connection)
    except ProblemError as refusal:
        # What the contract does not declare goes out as a 500, and may be right after the next deploy.
        if errors.is_final(refusal) and refusal.status in call.operation.problems:
            return refusal
        raise


async def _stored(
    store: IdempotencyStore,
    connection: AsyncConnection,
    call: Call[PersonCaller],
    entry: dict[str, Any],
    answer: type[ModelT],
) -> ModelT:
    row = (await connection.execute(_READ, entry)).one_or_none()
    if row is None:  # its 30 days ended this very moment
        raise errors.KeyInProgressError
    if row.request_hash != request_hash(store.pepper, call):
        raise errors.KeyReusedError
    if row.response_sealed is None:
        raise errors.SecretAlreadyShownError
    plain = store.ring.open(Sealed(row.response_sealed, row.key_id), _place(call.principal.tenant_id))
    if row.status_code >= 400:
        raise errors.RepeatedRefusalError(row.status_code, plain)
    return answer.model_validate_json(plain)


async def _keep(
    store: IdempotencyStore,
    connection: AsyncConnection,
    caller: PersonCaller,
    entry: dict[str, Any],
    status: int,
    plain: bytes | None,
) -> None:
    values: dict[str, Any] = {"status_code": status, "response_sealed": None, "key_id": None}
    if plain is not None:
        sealed = store.ring.seal(plain, _place(caller.tenant_id))
        values |= {"response_sealed": sealed.value, "key_id": sealed.key_id}
    await connection.execute(_KEEP, entry | values)


def _place(tenant_id: UUID) -> Place:
    return Place(tenant_id, "api_idempotency_keys", "response_sealed")
