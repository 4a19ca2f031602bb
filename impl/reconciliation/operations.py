"""Fills the contract of reconciliation, as far as it is built: roles of payment accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.governance import problems
from generated.server import Call, ProblemError, reconciliation
from generated.server.models import reconciliation as models
from impl.db.idempotency.store import IdempotencyStore, run_once
from impl.db.transaction import tenant_transaction
from impl.kernel.callers import PersonCaller
from impl.kernel.clock import Clock
from impl.ledger import Role
from impl.reconciliation import roles
from impl.reconciliation.roles import SetRole

_FIRST_YEAR: Final = 2000
_AHEAD: Final = timedelta(days=366)
ForgetTerms = Callable[[UUID], None]
"""Told the tenant when a role was set, so that this process counts by it at once."""


class TimeOfRoleError(ProblemError, kind=problems.VALIDATION_ERROR):
    """`valid_from` must lie between the year 2000 and a year from now."""


@final
class ReconciliationOperations(reconciliation.ReconciliationStub):
    """Roles of payment accounts; the rest answers that it is not built."""

    def __init__(
        self, engine: AsyncEngine, idempotency: IdempotencyStore, clock: Clock, forget_terms: ForgetTerms
    ) -> None:
        self._engine, self._idempotency, self._clock, self._forget_terms = engine, idempotency, clock, forget_terms

    async def get_processor_roles(
        self, params: reconciliation.GetProcessorRolesParams, *, call: Call[PersonCaller]
    ) -> reconciliation.GetProcessorRolesReply:
        tenant_id = call.principal.tenant_id
        async with tenant_transaction(self._engine, tenant_id) as connection:
            known = await roles.known(connection, tenant_id)
        body = models.ProcessorRoles(tenant_id=tenant_id, roles=[to_api_role(one) for one in known])
        return reconciliation.GetProcessorRoles200(body=body)

    async def put_processor_role(
        self,
        params: reconciliation.PutProcessorRoleParams,
        body: models.ProcessorRoleRequest,
        *,
        call: Call[PersonCaller],
    ) -> reconciliation.PutProcessorRoleReply:
        caller, now = call.principal, self._clock.now()
        new = SetRole(
            platform=body.platform,
            account=body.account,
            role=Role(body.role),
            valid_from=_valid_from(body.valid_from, now),
            set_at=now,
            set_by=caller.user_id,
            reason=body.reason,
        )

        async def work(connection: AsyncConnection) -> models.ProcessorRole:
            return to_api_role(await roles.put(connection, caller, new, correlation_id=call.correlation_id))

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.ProcessorRole)
        self._forget_terms(caller.tenant_id)
        return reconciliation.PutProcessorRole200(
            body=result.body, idempotency_replayed="true" if result.is_replayed else None
        )


def _valid_from(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    # The year first: a time at the end of the calendar has no other zone.
    if not _FIRST_YEAR <= at.year <= now.year + 1 or at > now + _AHEAD:
        raise TimeOfRoleError
    return at.astimezone(UTC)


def to_api_role(role: SetRole) -> models.ProcessorRole:
    """A role as the contract words it."""
    return models.ProcessorRole(
        # The contract lists the processors that tell payments.
        platform=cast("Any", role.platform),
        account=role.account,
        role=role.role.value,
        valid_from=role.valid_from,
        set_at=role.set_at,
        set_by=role.set_by,
        reason=role.reason,
    )
