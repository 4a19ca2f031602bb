"""Plays scripts against the service and compares its books with the oracle's; finds a shorter script that fails in the same way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx2

from tests.ingestion.deliveries.processors import PROCESSORS
from tests.ingestion.deliveries.street import Shop, set_secret
from tests.stories.places import PLACES
from tests.stories.script import Script
from tests.stories.story import Books, Sums, Told, books

AT_ONCE = 8
MOST_PLAYS = 60
TRIES = 3
_SUMS = """
    SELECT original_transaction_id AS name, currency,
        coalesce(sum(effect_cents) FILTER (WHERE entry_kind IN ('captured', 'moved')), 0)::bigint AS captured,
        coalesce(-sum(effect_cents) FILTER (WHERE entry_kind = 'refunded'), 0)::bigint AS refunded,
        coalesce(-sum(effect_cents) FILTER (WHERE entry_kind = 'chargeback'), 0)::bigint AS charged_back
    FROM revenue_ledger WHERE tenant_id = $1 GROUP BY 1, 2
"""
_ROLE = """
    INSERT INTO processor_roles (tenant_id, platform, platform_account_id, role, valid_from, set_by, reason)
    VALUES ($1, $2, $3, $4, '2020-01-01', $1, 'a story')
"""
MakeShop = Callable[[], Awaitable[Shop]]


async def read(owner: asyncpg.Connection, tenant_id: UUID) -> Books:
    """What the ledger of the tenant adds up to."""
    rows = await owner.fetch(_SUMS, tenant_id)
    lines = [(row["name"], row["currency"], (row["captured"], row["refunded"], row["charged_back"])) for row in rows]
    return books(*((name, currency.strip(), Sums(*sums)) for name, currency, sums in lines))


async def play(shop: Shop, scripts: Iterable[Script]) -> list[str]:
    """Send all of them, each in its own order; what was answered that must not be."""
    scripts, gate, problems = list(scripts), asyncio.Semaphore(AT_ONCE), list[str]()
    await equip(shop, {told.label for script in scripts for wave in script.waves for told in wave})

    async def one(script: Script) -> None:
        async with gate:
            for wave in script.waves:
                answers = await asyncio.gather(*(send(shop, told) for told in wave))
                problems.extend(f"{script.name}: {answer}" for answer in answers if answer)

    await asyncio.gather(*(one(script) for script in scripts))
    return problems


async def equip(shop: Shop, labels: Iterable[str]) -> None:
    """Give the shop the secrets that the stories of several shops need."""
    # A payment may name the order of a shop that has told nothing yet.
    numbered = (
        {"numbered"} if any(PLACES[label].processor != "woocommerce" for label in {*labels} - {"default"}) else set()
    )
    for label in sorted({*labels, *numbered} - {"default"}):
        place = PLACES[label]
        endpoint = {"account": place.account, "mode": place.mode, "order_prefix": place.order_prefix}
        shop.secrets[label] = await set_secret(shop, place.processor, label=label, **endpoint)
        if place.role != "auto":
            await shop.street.owner.execute(_ROLE, shop.tenant_id, place.processor, place.account, place.role)


def _secret(shop: Shop, told: Told) -> str:
    return shop.secrets[told.shown.processor if told.label == "default" else told.label]


async def send(shop: Shop, told: Told) -> str:
    """What is wrong with the answer; nothing when it is right."""
    processor = PROCESSORS[told.shown.processor]
    secret, topic = _secret(shop, told), told.shown.topic
    headers = processor.sign(told.body, secret, topic=topic, delivery_id=told.delivery_id, at=datetime.now(UTC))
    headers |= {"Content-Type": "application/json", "X-Skeldir-Tenant-Key": shop.header_key}
    answer = await _post(shop, f"/api/webhooks/{processor.name}", content=told.body, headers=headers)
    if answer.status_code != 200:
        return f"{topic} is answered {answer.status_code} {answer.text}"
    outcome: dict[str, Any] = answer.json()
    if outcome["outcome"] == "dead" and not told.shown.is_refused:
        return f"{topic} is dead: {outcome}"
    notes = outcome.get("schema_notes") or []
    if [note for note in notes if note["pointer"] != told.shown.noted] or bool(notes) is not bool(told.shown.noted):
        return f"{topic} is noted at {told.shown.noted!r}, not so: {notes}"
    return ""


async def _post(shop: Shop, path: str, **values: Any) -> httpx2.Response:
    """As a processor does, again where no answer came: a connection may end while it is idle."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(httpx2.TransportError):
            return await shop.street.client.post(path, **values)
    return await shop.street.client.post(path, **values)


async def judge(shop: Shop, scripts: Sequence[Script]) -> list[str]:
    """Play and compare: what is wrong with the books, or with an answer."""
    problems = await play(shop, scripts)
    ledger = await read(shop.street.owner, shop.tenant_id)
    names = {name for script in scripts for name in script.story.names}
    problems += [f"{key} {sums} is nobody's" for key, sums in ledger.items() if key[0] not in names]
    for script in scripts:
        expected = script.expected
        found = script.story.fold({key: sums for key, sums in ledger.items() if key[0] in script.story.names})
        if expected is not None and found != expected:
            problems.append(f"{script.name}: the ledger has {found}, the oracle {expected}")
    return problems


async def explain(make_shop: MakeShop, scripts: Sequence[Script]) -> str:
    """Of the scripts that fail by themselves the first, as short as it still fails."""
    for script in scripts:
        problems = await judge(await make_shop(), [script])
        if problems:
            shortest, problems = await shorten(make_shop, script, problems)
            return "\n".join([*problems, str(shortest), f"(the whole story: {script.name})"])
    return f"none of {', '.join(script.name for script in scripts)} fails alone"


async def shorten(make_shop: MakeShop, script: Script, problems: list[str]) -> tuple[Script, list[str]]:
    """Leave out deliveries one by one, as long as it still fails and the oracle still has an opinion."""
    plays, is_shorter = 0, True
    while is_shorter and plays < MOST_PLAYS:
        is_shorter = False
        places = [(wave, place) for wave in range(len(script.waves)) for place in range(len(script.waves[wave]))]
        for wave, place in reversed(places):
            shorter = script.without(wave, place)
            if shorter.expected is None:
                continue
            plays += 1
            left = await judge(await make_shop(), [shorter])
            if left:
                script, problems, is_shorter = shorter, left, True
                break
    return script, problems
