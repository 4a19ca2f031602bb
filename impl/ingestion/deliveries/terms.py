"""The rules by which the sales of a tenant are counted: positions of its processors, and the roles of its accounts."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from impl.db.transaction import tenant_transaction
from impl.kernel.clock import Clock
from impl.ledger import Role, Terms, always_auto
from impl.platforms import gateways
from impl.platforms.processor import Processor

CACHE_SECONDS: Final = 60.0
CACHE_ENTRIES: Final = 2048
_ROLES: Final = text(
    # Few rows, of which almost every tenant has none.
    """
    SELECT platform, platform_account_id, role, valid_from FROM processor_roles
    WHERE tenant_id = :tenant_id ORDER BY valid_from, created_at
    """
)


async def of_tenant(connection: AsyncConnection, tenant_id: uuid.UUID, processors: Mapping[str, Processor]) -> Terms:
    """The terms of the tenant that `connection` is bound to."""
    rows = (await connection.execute(_ROLES, {"tenant_id": tenant_id})).all()
    rules = {name: processor.position for name, processor in processors.items()}
    role_of = partial(_role, rows) if rows else always_auto
    return Terms(rules, role_of, gateways.processor_of)


def _role(rows: Sequence[Any], processor: str, account: str, at: datetime) -> Role:
    """The role that was set last for the account and is valid at that time."""
    roles = [
        row.role
        for row in rows
        if (row.platform, row.platform_account_id) == (processor, account) and row.valid_from <= at
    ]
    return Role(roles[-1]) if roles else Role.AUTO


class TermsStore:
    """Terms by tenant, at most `CACHE_SECONDS` old."""

    def __init__(self, engine: AsyncEngine, processors: Iterable[Processor], clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._processors = {processor.name: processor for processor in processors}
        self._known: OrderedDict[uuid.UUID, tuple[float, Terms]] = OrderedDict()

    def forget(self, tenant_id: uuid.UUID) -> None:
        """Read again at the next delivery: a role was set."""
        self._known.pop(tenant_id, None)

    async def of(self, tenant_id: uuid.UUID) -> Terms:
        """The terms of a tenant."""
        now, entry = self._clock.monotonic(), self._known.get(tenant_id)
        if entry is not None and now - entry[0] < CACHE_SECONDS:
            return entry[1]
        async with tenant_transaction(self._engine, tenant_id) as connection:
            terms = await of_tenant(connection, tenant_id, self._processors)
        self._known[tenant_id] = (now, terms)
        self._known.move_to_end(tenant_id)
        while len(self._known) > CACHE_ENTRIES:
            self._known.popitem(last=False)
        return terms
