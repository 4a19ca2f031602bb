"""Personal data planted in every field that the processors publish is nowhere afterwards: rows, payloads, messages (red team A6)."""

import itertools
import json
import re

import pytest

from generated.governance import mappings
from impl.db.sealing import Sealed
from impl.ingestion import payloads
from impl.platforms import registry
from tests.fixtures import published
from tests.ingestion.deliveries.processors import DOORS

pytestmark = pytest.mark.promise("P061")
NUMBER = re.compile(r"\b7700\d{5}\b")
LISTED = {name for keep in mappings.KEEP.values() for names in keep.values() for name in names}
LEAST = 497
"""As many as the red team planted."""
ROWS = ("webhook_deliveries", "attribution_events", "revenue_ledger", "dead_events", "webhook_transmissions")
DISPATCHERS = {door.name: door for door in DOORS if door.is_dispatcher}


@pytest.fixture
async def planted(street):
    """A shop to which every published object was delivered, under a known topic and an unknown one; how much was planted."""
    shop, count = await street.shop(), itertools.count()

    def fill(name, kind):
        number = next(count)
        # Numbers of objects are kept and shown; a number under another name is somebody's.
        digits = 1 if name in LISTED else 770_000_000 + number
        return {"number": digits, "bool": True}.get(kind, f"zq{number} Jane Doe")

    for name in registry.NAMES:
        door = DISPATCHERS[name]
        for (index, object_), topic in itertools.product(
            enumerate(published.objects(name)), (door.event, "Jane Doe zq")
        ):
            body = published.body(name, object_, fill) | named(name, topic, f"{index}-{topic}")
            raw = json.dumps(body).encode()
            headers = door.headers(raw, shop.secret(door))
            headers |= {header: topic.encode() for header in headers if header.endswith("-topic")}
            assert (await shop.post(door, raw, headers=headers)).status_code == 200
    return shop, next(count)


def named(processor, topic, name):
    """What makes the body an event of that topic."""
    match processor:
        case "stripe":
            return {"id": f"evt_{name}", "type": topic, "object": "event", "created": 1_795_262_400}
        case "paypal":
            return {"id": f"WH-{name}", "event_type": topic}
        case _:
            return {"name": "zq Jane Doe"}


async def test_nothing_planted_is_found_in_any_row_or_payload(planted, street):
    shop, count = planted
    assert count >= LEAST
    found = []
    for table in ROWS:
        rows = await street.owner.fetch(f"SELECT t::text AS row FROM {table} t WHERE tenant_id = $1", shop.tenant_id)
        found += [row["row"] for row in rows if "Jane" in row["row"] or NUMBER.search(row["row"])]
    assert found == []
    rows = await street.owner.fetch("SELECT * FROM dead_events WHERE tenant_id = $1", shop.tenant_id)
    assert len(rows) > len(registry.NAMES) * 4
    assert all(row["payload_sealed"] for row in rows)
    for row in rows:
        content = json.dumps(payloads.unseal(street.ring, shop.tenant_id, Sealed(row["payload_sealed"], row["key_id"])))
        assert "Jane" not in content
        assert not NUMBER.search(content)
        assert json.loads(row["error_detail"])["not_kept"]
