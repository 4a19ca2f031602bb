"""What becomes of an effect, and of its key, when the answer is a refusal (api.md 1.8)."""

import asyncio
import dataclasses
import hashlib
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text

from generated.server import (
    ForbiddenError,
    Issue,
    NotFoundError,
    NotWrittenError,
    ProblemError,
    RateLimitedError,
    ServiceUnavailableError,
    UnauthorizedError,
)
from generated.server.models.common import SuccessResponse
from impl.auth.keys import webhook_secrets
from impl.auth.keys.webhook_secrets import NewSecret
from impl.db.idempotency.errors import RepeatedRefusalError
from impl.db.idempotency.store import IdempotencyStore, request_hash, run_once
from impl.db.transaction import tenant_transaction
from impl.kernel.clock import SystemClock
from impl.platforms import registry


@pytest.fixture
def store(app_engine, ring):
    return IdempotencyStore(engine=app_engine, ring=ring, clock=SystemClock(), pepper="pepper")


@pytest.fixture
async def call(make_tenant):
    request = SimpleNamespace(method="POST", path="/api/thing", query=b"", body=b"{}")
    principal = SimpleNamespace(tenant_id=await make_tenant(), user_id=uuid4())
    operation = SimpleNamespace(id="makeThing", problems=dict.fromkeys((401, 403, 404, 429, 501, 503)))
    return SimpleNamespace(principal=principal, operation=operation, request=request)


@pytest.fixture
def ask(store, call):
    """Asks with `key` for something that stores a secret and then refuses; `ask.started` has the refusals it came to."""
    started = []

    async def ask(key, refusal):
        async def work(connection):
            started.append(refusal)
            await webhook_secrets.put(
                connection,
                store.ring,
                call.principal,
                NewSecret(processor=registry.processor("stripe"), secret="long enough", previous=timedelta(0)),
                now=store.clock.now(),
            )
            raise refusal

        await run_once(store, call, key, work, answer=SuccessResponse)

    ask.started = started
    return ask


async def secrets_of(store, call):
    async with tenant_transaction(store.engine, call.principal.tenant_id) as connection:
        return (await connection.execute(text("SELECT count(*) FROM tenant_webhook_secrets"))).scalar_one()


async def test_a_refusal_undoes_what_was_done_and_is_kept(store, call, ask):
    key, issue = uuid4(), Issue("/body/id", "id", "It is unknown.", "unknown")
    first = NotFoundError("No such thing.", errors=[issue], headers={"X-Why": "unknown"})
    with pytest.raises(NotFoundError):
        await ask(key, first)
    with pytest.raises(RepeatedRefusalError) as again:
        await ask(key, ServiceUnavailableError())
    assert len(ask.started) == 1
    assert await secrets_of(store, call) == 0
    for name in ("status", "code", "slug", "title", "detail", "errors"):
        assert getattr(again.value, name) == getattr(first, name), name
    assert again.value.headers == {"X-Why": "unknown", "Idempotency-Replayed": "true"}
    assert (NotFoundError.status, RepeatedRefusalError.status) == (404, 500)  # it is the instance that has the answer's


class TeapotError(ProblemError, status=418, code="TEAPOT", slug="teapot"):
    """The contract knows nothing of this."""


class UnheardError(ProblemError, status=303, code="ELSEWHERE", slug="elsewhere"):
    """No problem at all."""


@pytest.mark.parametrize(
    "passing",
    [
        RateLimitedError(),
        ServiceUnavailableError(),
        NotWrittenError(),
        UnauthorizedError(),
        ForbiddenError(),
        TeapotError(),
        UnheardError(),
    ],
    ids=lambda problem: problem.code,
)
async def test_what_may_be_otherwise_later_leaves_the_key_free(store, call, ask, passing):
    key = uuid4()
    for _ in range(2):
        with pytest.raises(type(passing)):
            await ask(key, passing)
    assert len(ask.started) == 2
    assert await secrets_of(store, call) == 0


async def test_without_a_key_nothing_is_kept(store, call, ask):
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await ask(None, NotFoundError())
    assert len(ask.started) == 2
    assert await secrets_of(store, call) == 0


async def test_of_three_at_once_one_is_refused_and_two_repeat_it(ask):
    key = uuid4()
    said = await asyncio.gather(*(ask(key, NotFoundError()) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in said) == ["NotFoundError"] + ["RepeatedRefusalError"] * 2
    assert len(ask.started) == 1


async def test_what_is_done_waits_for_locks_as_ever_and_its_status_is_kept(store, call):
    """Two seconds are for the key alone."""
    seen = []

    async def work(connection):
        seen.append((await connection.execute(text("SHOW lock_timeout"))).scalar_one())
        return SuccessResponse(success=True, correlation_id=uuid4())

    async with tenant_transaction(store.engine, call.principal.tenant_id) as connection:
        usual = (await connection.execute(text("SHOW lock_timeout"))).scalar_one()
    await run_once(store, call, uuid4(), work, answer=SuccessResponse, status=201)
    async with tenant_transaction(store.engine, call.principal.tenant_id) as connection:
        kept = (await connection.execute(text("SELECT status_code, state FROM api_idempotency_keys"))).one()
    assert (seen, tuple(kept)) == ([usual], (201, "done"))


async def test_what_is_kept_of_a_request_cannot_be_guessed_without_the_pepper(store, call):
    """A body may be little more than a short secret."""
    other = dataclasses.replace(store, pepper="another")
    assert request_hash(store.pepper, call) != request_hash(other.pepper, call)
    plain = hashlib.sha256(b"POST /api/thing?\n{}").digest()
    assert plain not in {request_hash(store.pepper, call), request_hash("", call)}
