"""The second layer against personal data refuses what the first one missed, however it is disguised."""

from __future__ import annotations

import json
import os
import random
import string
import unicodedata
import uuid
from typing import Any

import asyncpg
import pytest

from impl.ingestion import privacy
from impl.kernel import personal_keys
from tests.fixtures.database import MakeTenant
from tests.fixtures.personal_keys import PERSONAL, SPELLINGS
from tests.gates.rows import RowMaker

DOCUMENTS = int(os.environ.get("SKELDIR_HOSTILE_DOCUMENTS", "2500"))
HARMLESS = [
    "order",
    "note",
    "mail_count",
    "ip_country_code",
    "addressed",
    "shipment",
    "phonetic",
    "emailer_version",
    "名前",
    "clé",
]
# Cyrillic letters that look like these Latin ones.
LOOK_ALIKES = dict(zip("aeopcisx", "\u0430\u0435\u043e\u0440\u0441\u0456\u0455\u0445", strict=True))


class Hostile:
    """Documents made to slip through: deep, wide, disguised, long."""

    def __init__(self, seed: int) -> None:
        self.order = random.Random(seed)

    def document(self) -> dict[str, Any]:
        body: Any = self.value(3)
        if self.order.random() < 0.5:
            key = self.disguise(self.order.choice(PERSONAL))
            pair = self.order.choice(["name", "key"])
            body = {key: body} if self.order.random() < 0.7 else [{pair: key, "value": body}]
        elif self.order.random() < 0.3:
            body = [{"name": self.harmless(), "value": body}, {"name": "email"}, {"name": ["email"], "value": 1}]
        for _ in range(self.order.choice([0, 0, 1, 1, 2, 2, 5, 60])):
            body = (
                [self.scalar(), body]
                if self.order.random() < 0.4
                else {self.harmless(): self.scalar(), self.harmless(): body}
            )
        return body if isinstance(body, dict) else {"items": body}

    def value(self, depth: int) -> Any:
        if depth == 0 or self.order.random() < 0.3:
            return self.scalar()
        if self.order.random() < 0.3:
            return [self.value(depth - 1) for _ in range(self.order.randrange(4))]
        return {self.harmless(): self.value(depth - 1) for _ in range(self.order.randrange(4))}

    def scalar(self) -> Any:
        # A value may look personal: only keys decide, so that nobody learns to trust the guard with values.
        return self.order.choice([None, True, 1, -2.5, "", "someone@example.com", "email", "x" * 50])

    def harmless(self) -> str:
        if self.order.random() < 0.7:
            return self.order.choice(HARMLESS)
        return "".join(self.order.choices(string.ascii_letters, k=self.order.choice([8, 8, 8, 8, 8, 8, 8, 40, 3000])))

    def disguise(self, key: str) -> str:
        return self.order.choice([
            lambda: key,
            key.upper,
            lambda: "".join(part.title() for part in key.split("_")),
            lambda: key.replace("_", self.order.choice(["-", " ", ".", "", "__", "\u200b", "\u00a0"])),
            lambda: "".join(LOOK_ALIKES.get(letter, letter) for letter in key),
            lambda: "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in key),
            lambda: "_" * self.order.choice([1, 500]) + key,
            lambda: "\u200d".join(key),
            lambda: unicodedata.normalize("NFD", key),
        ])()  # fmt: skip


def holds_removed_key(value: Any) -> bool:
    """The oracle: what the receipt's own rule says."""
    if isinstance(value, dict):
        named = [value[key] for key in ("name", "key") if "value" in value and isinstance(value.get(key), str)]
        if any(personal_keys.is_personal(name) for name in named):
            return True
        return any(personal_keys.is_personal(key) or holds_removed_key(child) for key, child in value.items())
    return isinstance(value, list) and any(holds_removed_key(child) for child in value)


TRY_ALL = """
    CREATE FUNCTION pg_temp.try_all(documents jsonb[], tenant uuid, event uuid) RETURNS SETOF text
    LANGUAGE plpgsql AS $$
    DECLARE
        document jsonb;
    BEGIN
        FOREACH document IN ARRAY documents LOOP
            BEGIN
                INSERT INTO revenue_ledger (tenant_id, processor, transaction_id, original_transaction_id, entry_kind,
                    processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at,
                    verification_source, verification_timestamp, metadata)
                VALUES (tenant, 'stripe', gen_random_uuid(), 'o', 'refunded', gen_random_uuid(), event, 0, 0, 'USD',
                    now(), 'stripe_webhook', now(), document);
                RETURN NEXT '';
            EXCEPTION WHEN OTHERS THEN
                RETURN NEXT SQLSTATE;
            END;
        END LOOP;
    END $$;
"""


@pytest.mark.promise("P062", "P063")
async def test_hostile_documents(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    """Each is inserted for real: refused with 23514 exactly when the receipt would have removed something.

    A quarter of what `make faults` tries. Nothing of it stays: other tests search the whole database for a word.
    """
    event = await RowMaker(owner).insert("attribution_events", tenant := await make_tenant())
    hostile = Hostile(20_261_121)
    documents = [hostile.document() for _ in range(DOCUMENTS)]
    expected = ["23514" if holds_removed_key(document) else "" for document in documents]
    answers: list[str] = []
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute(TRY_ALL)
        await owner.execute("ALTER TABLE revenue_ledger DISABLE TRIGGER trg_log_revenue_state_change")
        for start in range(0, DOCUMENTS, 500):
            texts = [json.dumps(document) for document in documents[start : start + 500]]
            tried = "SELECT pg_temp.try_all($1::text[]::jsonb[], $2, $3)"
            answers += [row[0] for row in await owner.fetch(tried, texts, tenant, event["id"])]
    finally:
        await transaction.rollback()
    assert DOCUMENTS * 0.4 < sum(map(bool, expected)) < DOCUMENTS * 0.6, (
        "about half carry a key: both answers are tested"
    )
    rows = zip(answers, expected, documents, strict=True)
    assert [(answer, document) for answer, wanted, document in rows if answer != wanted] == []


@pytest.mark.promise("P063")
@pytest.mark.parametrize("key", PERSONAL)
async def test_every_listed_key_is_found_at_any_depth(owner: asyncpg.Connection, key: str) -> None:
    for spell in SPELLINGS.values():
        document: Any = {spell(key): 1}
        for _ in range(50):
            document = {"a": [0, document]}
        assert await owner.fetchval("SELECT fn_find_personal_key($1)", json.dumps(document)) is not None


async def test_database_and_receipt_normalise_keys_alike(owner: asyncpg.Connection) -> None:
    """The two layers must not disagree about what a key is, over every letter of the scripts they fold."""
    letters = [
        chr(code)
        for code in [*range(0x20, 0x250), *range(0x370, 0x530), *range(0xFF01, 0xFF5F), *range(0x2100, 0x2200)]
    ]
    keys = [f"e{letter}m" for letter in letters if letter.isprintable()]
    rows = await owner.fetch("SELECT k, fn_normalise_key(k) FROM unnest($1::text[]) AS k", keys)
    disagree = [key for key, folded in rows if (personal_keys.normalise(key) in _removed()) != (folded in _removed())]
    assert disagree == []
    ascii_only = [(key, folded) for key, folded in rows if key.isascii() and personal_keys.normalise(key) != folded]
    assert ascii_only == []


def _removed() -> set[str]:
    return {personal_keys.normalise(key) for key in PERSONAL}


async def test_nesting_beyond_the_servers_stack_is_refused_too(owner: asyncpg.Connection) -> None:
    """Fails closed: what cannot be searched is not stored."""
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    with pytest.raises(asyncpg.StatementTooComplexError):
        await owner.fetchval("SELECT fn_find_personal_key($1::jsonb)", deep)


GUARDED = [
    ("attribution_events", "raw_payload"),
    ("dead_events", "raw_payload"),
    ("dead_events_quarantine", "error_detail"),
    ("revenue_ledger", "metadata"),
    ("platform_connections", "connection_metadata"),
    ("worker_failed_jobs", "arguments"),
]


@pytest.mark.promise("P062")
@pytest.mark.parametrize(
    ("document", "place"),
    [
        (
            {"note_attributes": [{"name": "gift", "value": "x"}, {"name": "E-Mail", "value": "a@example.com"}]},
            "$.note_attributes[1].E-Mail",
        ),
        (
            {"meta_data": [{"id": 1, "key": "billing_address", "value": {"city": "x"}}]},
            "$.meta_data[0].billing_address",
        ),
        ({"name": "email", "value": None}, "$.email"),
        ({"name": "email"}, None),
        ({"name": "gift", "value": "email"}, None),
        ({"name": 7, "value": "x"}, None),
    ],
)
async def test_a_pair_is_judged_like_the_key_it_stands_for(
    owner: asyncpg.Connection, document: Any, place: str | None
) -> None:
    """Shopify's `note_attributes` and WooCommerce's `meta_data` name people in values; the receipt removes such pairs too."""
    assert await owner.fetchval("SELECT fn_find_personal_key($1)", json.dumps(document)) == place
    stripped = privacy.strip({"list": [document, document]})["list"]
    assert not holds_removed_key(stripped)


@pytest.mark.parametrize(
    ("document", "is_plain"),
    [
        ({}, True),
        ({"currency": "USD", "processor": None, "channel": True, "campaign_id": 1.5}, True),
        ({"currency": {}}, False),
        ({"currency": []}, False),
        ({"currency": ["USD"]}, False),
        ({"currency": {"a": 1}, "processor": "x"}, False),
        ({"other": 1}, False),
        ([], False),
        (["currency"], False),
        ("currency", False),
        (None, False),
        (7, False),
    ],
)
async def test_only_known_keys_with_plain_values_pass_without_a_search(
    owner: asyncpg.Connection, document: Any, is_plain: bool
) -> None:
    assert await owner.fetchval("SELECT fn_is_plain_payload($1)", json.dumps(document)) is is_plain


@pytest.mark.promise("P062", "P064", "P072")
@pytest.mark.parametrize(("table", "column"), GUARDED)
async def test_the_refusal_names_table_key_and_cure(
    owner: asyncpg.Connection, make_tenant: MakeTenant, table: str, column: str
) -> None:
    maker = RowMaker(owner)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await maker.insert(table, await make_tenant(), **{column: '{"order": {"Customer-Email": "a@example.com"}}'})
    message = str(refused.value)
    assert f"personal data in {table}.{column} $.order.Customer-Email. Remove PII key before retry" in message
    assert "a@example.com" not in message.partition("\n")[0]


@pytest.mark.promise("P062")
@pytest.mark.parametrize(
    "table", ["dead_events", "platform_connections", "worker_failed_jobs", "dead_events_quarantine"]
)
async def test_updates_are_guarded_like_inserts(owner: asyncpg.Connection, make_tenant: MakeTenant, table: str) -> None:
    column = dict(GUARDED)[table]
    row = await RowMaker(owner).insert(table, await make_tenant())
    with pytest.raises(asyncpg.CheckViolationError, match="Remove PII key"):
        await owner.execute(f"""UPDATE {table} SET {column} = '{{"ssn": 1}}' WHERE id = $1""", row["id"])


@pytest.mark.promise("F16")
@pytest.mark.parametrize(
    ("payload", "is_kept"),
    [
        ({"event_type": "x", "currency": "USD", "utm_source": None, "campaign_id": 7}, True),
        ({"event_type": {"nested": 1}}, False),
        ({"channel": ["a"]}, False),
        ({"amount": 1}, False),
        ({"Event_Type": "x"}, False),
        ([], False),
        ("text", False),
    ],
)
@pytest.mark.parametrize("table", ["attribution_events", "dead_events"])
async def test_payloads_hold_ten_plain_keys(
    owner: asyncpg.Connection, make_tenant: MakeTenant, table: str, payload: Any, is_kept: bool
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    values = {"raw_payload": json.dumps(payload), "idempotency_key": uuid.uuid4().hex}
    if is_kept:
        await maker.insert(table, tenant, **values)
    else:
        with pytest.raises(asyncpg.CheckViolationError, match=f"{table}.raw_payload"):
            await maker.insert(table, tenant, **values)
