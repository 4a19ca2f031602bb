"""The observer of the service: called with every exchange, it logs first and then counts refused deliveries."""

from __future__ import annotations

from typing import final
from uuid import UUID

from generated.server import Exchange, Operation, RawRequest
from impl.auth.keys.tenant_keys import TenantKey
from impl.auth.limits.refusals import REASONS, Refusals
from impl.telemetry.exchanges import ExchangeLog


@final
class ServiceObserver:
    """Logs every exchange, and counts the refused deliveries of tenants whose key is valid."""

    def __init__(self, exchanges: ExchangeLog, refusals: Refusals) -> None:
        self._exchanges, self._refusals = exchanges, refusals

    def started(self, operation: Operation | None, request: RawRequest, correlation_id: UUID) -> None:
        """Bind the correlation id."""
        self._exchanges.started(operation, request, correlation_id)

    def finished(self, exchange: Exchange) -> None:
        """Log the reply, and count it if it refuses a delivery."""
        self._exchanges.finished(exchange)
        # A delivery that was taken costs this one look-up.
        reason = REASONS.get(exchange.status)
        if reason is None or exchange.operation is None or not isinstance(exchange.principal, TenantKey):
            return
        mapping = exchange.operation.extensions.get("x-mapping")
        if mapping is not None:
            self._refusals.note(exchange.principal.tenant_id, mapping["map"], reason)
