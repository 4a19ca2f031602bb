"""`skeldir attribution …`, credit computed without a service, and `skeldir channels …`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

from impl.attribution import correct as corrections
from impl.attribution import credit_file
from impl.cli import local, tenant
from impl.kernel.errors import ConfigurationError
from impl.settings import Settings


def credit(path: Path) -> None:
    """Print cents by model and channel of the journeys in `path` as JSON."""
    local.say(json.dumps(credit_file.credit_file(path), indent=2))


def correct(settings: Settings, tenant_id: UUID, event_id: UUID, *, channel: str, reason: str) -> None:
    """Correct the channel of an event and print the former one."""
    if not reason.strip():
        raise ConfigurationError("say why with --reason")
    if settings.ops_database_url is not None:
        former = asyncio.run(_correct(settings, tenant_id, event_id, channel, reason))
    else:
        with local.stack(settings) as stack:
            former = asyncio.run(_correct(stack.settings, tenant_id, event_id, channel, reason))
    local.say(f"event {event_id} belongs to {channel}, formerly to {former}")


async def _correct(settings: Settings, tenant_id: UUID, event_id: UUID, channel: str, reason: str) -> str:
    async with tenant.engine(settings.secret("ops_database_url")) as operator:
        return await corrections.correct(operator, tenant_id, event_id, channel=channel, reason=reason.strip())
