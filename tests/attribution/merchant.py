"""Requests of a merchant about its attribution, and the worker between them."""

from __future__ import annotations

import json
from datetime import timedelta

from impl.attribution import tasks
from tests.attribution.shop import DAY, TODAY

HOUR = timedelta(hours=1)
AT = TODAY - 2 * DAY + 12 * HOUR


async def get(http, headers, path, **params):
    answer = await http.get(f"/api/attribution/{path}", headers=headers, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def recompute(http, shop, headers, **body):
    answer = await http.post("/api/attribution/recompute", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == answer.json()["status_url"]
    identity, _ = tasks._identity(await work_of(shop))
    await tasks._recompute(shop.work(), identity, None)
    return (await http.get(answer.headers["Location"], headers=headers)).json()


async def work_of(shop):
    payload = await shop.owner.fetchval(
        "DELETE FROM queue.pgqueuer WHERE id = (SELECT max(id) FROM queue.pgqueuer WHERE headers ->> 'job' = $1"
        " AND headers ->> 'tenant_id' = $2) RETURNING payload",
        tasks.RECOMPUTE.name, str(shop.tenant_id),
    )  # fmt: skip
    return shop.work(**json.loads(payload))
