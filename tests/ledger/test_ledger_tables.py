"""The ledger keeps what it was given: derived state, one entry per fact, and nothing ever changed."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impl.db import bootstrap
from impl.db.transaction import binding
from tests.fixtures.database import Database, MakeTenant
from tests.gates.rows import RowMaker, insert_statement

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One change of money of one transaction."""

    transaction: str
    kind: str
    key: str
    amount: int
    sign: int

    @property
    def effect(self) -> int:
        return self.sign * self.amount


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """What may happen to up to three transactions: at most one authorization and capture, any refunds and chargebacks."""
    lines: list[Line] = []
    for transaction in range(draw(st.integers(1, 3))):
        name = f"ch_{transaction}"
        amounts = st.integers(0, 10**6)
        if draw(st.booleans()):
            lines.append(Line(name, "authorized", "auth", draw(amounts), 0))
        if draw(st.booleans()):
            lines.append(Line(name, "captured", "capture", draw(amounts), 1))
        for number, amount in enumerate(draw(st.lists(amounts, max_size=3))):
            lines.append(Line(name, "refunded", f"refund-{number}", amount, -1))
        if draw(st.booleans()):
            amount = draw(amounts)
            lines.append(Line(name, "chargeback", "dispute", amount, -1))
            if draw(st.booleans()):
                lines.append(Line(name, "chargeback", "won", amount, 1))
    return lines


def expected(lines: list[Line]) -> dict[str, tuple[str, int, int, int, int]]:
    """The oracle: state and sums per transaction, written without SQL."""
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.transaction].append(line)
    found = {}
    for name, group in grouped.items():
        of = {kind: sum(x.effect for x in group if x.kind == kind) for kind in ("captured", "refunded", "chargeback")}
        kinds, net = {line.kind for line in group}, sum(line.effect for line in group)
        if of["chargeback"] < 0:
            state = "chargeback"
        elif of["refunded"] < 0 and net <= 0:
            state = "refunded"
        elif of["captured"] > 0:
            state = "captured"
        else:
            state = "void" if "captured" in kinds else "authorized"
        found[name] = (state, of["captured"], -of["refunded"], -of["chargeback"], net)
    return found


INSERT = """
    INSERT INTO revenue_ledger (tenant_id, id, processor, transaction_id, original_transaction_id, entry_kind,
        processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source,
        verification_timestamp, reverses, ordinal)
    VALUES ($1, $2, 'stripe', $3, $4, $5, $6, $7, $8, $9, 'USD', $10, 'stripe_webhook', $10, $11,
        CASE $5 WHEN 'captured' THEN 1 END)
    ON CONFLICT DO NOTHING RETURNING id
"""
CURRENT = """
    SELECT original_transaction_id, state, captured_cents, refunded_cents, chargeback_cents, net_amount_cents
    FROM revenue_ledger_current
"""


class Book:
    """A tenant's ledger, written as the API writes it."""

    def __init__(self, connection: asyncpg.Connection, tenant: uuid.UUID, event: uuid.UUID) -> None:
        self.connection, self.tenant, self.event = connection, tenant, event
        self.ids: dict[tuple[str, str], uuid.UUID] = {}

    async def post(self, line: Line) -> bool:
        """Whether the line was new."""
        dispute = self.ids.get((line.transaction, "dispute")) if line.key == "won" else None
        # Authorization and capture bear the transaction's own id, which may occur once; others have ids of their own.
        own = line.transaction if line.kind in {"authorized", "captured"} else f"{line.transaction}-{line.key}"
        id_ = await self.connection.fetchval(
            INSERT, self.tenant, uuid.uuid4(), own, line.transaction, line.kind, line.key, self.event,
            line.amount, line.effect, NOW, dispute,
        )  # fmt: skip
        if id_:
            self.ids[line.transaction, line.key] = id_
        return id_ is not None


@pytest.fixture(scope="module")
async def ledger(database: Database, make_tenant: MakeTenant) -> AsyncIterator[Book]:
    owner, app = (
        await bootstrap.connect(database.url("migration_owner")),
        await bootstrap.connect(database.url("app_user")),
    )
    tenant = await make_tenant()
    event = await RowMaker(owner).insert("attribution_events", tenant)
    yield Book(app, tenant, event["id"])
    for connection in (owner, app):
        await connection.close()


def shuffled(lines: list[Line], seed: int) -> list[Line]:
    """Any order, with repetitions; only a won dispute cannot come before its dispute."""
    order = random.Random(seed)
    mixed = lines + order.choices(lines, k=len(lines)) if lines else []
    order.shuffle(mixed)
    return sorted(mixed, key=lambda line: line.key == "won")


@pytest.mark.promise("F10")
@settings(max_examples=settings().max_examples // 2)  # each writes to the database many times
@given(lines=histories(), seed=st.integers(0, 2**32))
async def test_any_order_and_repetition_gives_the_same_state(ledger: Book, lines: list[Line], seed: int) -> None:
    """The view equals an oracle that never saw SQL; the log of states ends where the view stands; sums agree."""
    for attempt in (seed, seed + 1):
        async with rolled_back(ledger):
            fresh = Book(ledger.connection, ledger.tenant, ledger.event)
            new = [await fresh.post(line) for line in shuffled(lines, attempt)]
            assert sum(new) == len(lines)
            rows = {row[0]: tuple(row)[1:] for row in await ledger.connection.fetch(CURRENT)}
            assert rows == expected(lines)
            total = await ledger.connection.fetchval("SELECT coalesce(sum(effect_cents), 0) FROM revenue_ledger")
            assert total == sum(row[4] for row in rows.values())
            await check_log(ledger, rows)


async def check_log(ledger: Book, rows: dict[str, Any]) -> None:
    steps = await ledger.connection.fetch("""
        SELECT e.original_transaction_id, t.from_state, t.to_state
        FROM revenue_state_transitions t JOIN revenue_ledger e ON e.tenant_id = t.tenant_id AND e.id = t.entry_id
    """)
    by_transaction: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, before, after in steps:
        by_transaction[name].append((before, after))
    for name, pairs in by_transaction.items():
        begun = [after for before, after in pairs if before == "none"]
        assert len(begun) == 1, "a history begins once"
        entered = sorted([before for before, _ in pairs] + [rows[name][0]])
        left = sorted([after for _, after in pairs] + ["none"])
        assert entered == left, "every step begins where another ended, and the last one ends at the view's state"


class rolled_back:  # noqa: N801 - reads like a statement
    """A transaction bound to the ledger's tenant, undone at the end."""

    def __init__(self, ledger: Book) -> None:
        self.ledger = ledger

    async def __aenter__(self) -> None:
        self.transaction = self.ledger.connection.transaction()
        await self.transaction.start()
        await self.ledger.connection.execute(binding(self.ledger.tenant))

    async def __aexit__(self, *_: object) -> None:
        await self.transaction.rollback()


async def test_several_entries_of_one_statement_each_take_their_step(ledger: Book) -> None:
    async with rolled_back(ledger):
        await ledger.connection.execute(
            """
            INSERT INTO revenue_ledger (tenant_id, processor, transaction_id, original_transaction_id, entry_kind,
                processor_event_id, event_id, amount_cents, effect_cents, currency, occurred_at, verification_source,
                verification_timestamp, ordinal)
            SELECT $1, 'stripe', 'x' || n, 'x', kind, 'e' || n, $2, 5, effect, 'USD', $3, 'stripe_webhook', $3,
                CASE kind WHEN 'captured' THEN 1 END
            FROM (VALUES (1, 'authorized', 0), (2, 'captured', 5), (3, 'refunded', -5)) AS v (n, kind, effect)
            """,
            ledger.tenant, ledger.event, NOW,
        )  # fmt: skip
        steps = await ledger.connection.fetch("SELECT from_state, to_state FROM revenue_state_transitions")
        assert sorted(map(tuple, steps)) == [
            ("authorized", "captured"),
            ("captured", "refunded"),
            ("none", "authorized"),
        ]


async def test_currencies_of_one_transaction_are_kept_apart(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    for ordinal, (currency, key) in enumerate((("USD", "a"), ("EUR", "b")), 1):
        await maker.insert(
            "revenue_ledger",
            tenant,
            ordinal=ordinal,
            currency=currency,
            processor_event_id=key,
            transaction_id=key,
            original_transaction_id="o",
        )
    rows = await owner.fetch(
        "SELECT currency, net_amount_cents FROM revenue_ledger_current WHERE tenant_id = $1 ORDER BY currency", tenant
    )
    assert [tuple(row) for row in rows] == [("EUR", 1000), ("USD", 1000)]


@pytest.mark.parametrize(
    ("kind", "effect", "is_reversal"),
    [("authorized", 1000, False), ("voided", 1000, False), ("captured", 999, False), ("captured", 0, False),
     ("refunded", 1000, False), ("chargeback", 1000, False), ("chargeback", 999, True), ("refunded", 999, True),
     ("moved", -1000, False), ("moved", 1000, True)],
)  # fmt: skip
async def test_an_effect_that_contradicts_its_kind_is_refused(
    owner: asyncpg.Connection, make_tenant: MakeTenant, kind: str, effect: int, is_reversal: bool
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    first = await maker.insert("revenue_ledger", tenant)
    reverses = {"reverses": first["id"]} if is_reversal else {}
    with pytest.raises(asyncpg.CheckViolationError, match="ck_revenue_ledger__effect_cents"):
        await maker.insert("revenue_ledger", tenant, entry_kind=kind, effect_cents=effect, **reverses)


async def test_one_payment_is_captured_once_whatever_name_it_comes_under(
    owner: asyncpg.Connection, make_tenant: MakeTenant
) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    await maker.insert("revenue_ledger", tenant, payment_reference="pi_1")
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_revenue_ledger__payment_reference"):
        await maker.insert("revenue_ledger", tenant, payment_reference="pi_1")


@pytest.mark.promise("P073", "F05", "F10")
@pytest.mark.parametrize("table", ["attribution_events", "revenue_ledger", "touches", "ledger_verifications",
    "revenue_state_transitions", "webhook_deliveries", "llm_call_audit", "privacy_audit",
    "channel_assignment_corrections"])  # fmt: skip
@pytest.mark.parametrize("statement", ["UPDATE {t} SET created_at = now()", "DELETE FROM {t}"])
async def test_nobody_changes_what_is_append_only_not_even_the_owner(
    owner: asyncpg.Connection, make_tenant: MakeTenant, table: str, statement: str
) -> None:
    await RowMaker(owner).insert(table, await make_tenant())
    with pytest.raises(asyncpg.PostgresError) as refused:
        await owner.execute(statement.format(t=table))
    assert refused.value.sqlstate == "23001"


@pytest.mark.promise("P073", "F05")
@pytest.mark.parametrize("table", ["attribution_events", "revenue_ledger", "touches", "webhook_deliveries"])
async def test_nobody_empties_a_ledger_at_once(owner: asyncpg.Connection, table: str) -> None:
    with pytest.raises(asyncpg.PostgresError) as refused:
        await owner.execute(f"TRUNCATE {table} CASCADE")
    assert refused.value.sqlstate == "23001"


@pytest.mark.promise("P065", "P066")
async def test_an_event_is_unique_per_tenant_and_processor(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    maker, tenant, other = RowMaker(owner), await make_tenant(), await make_tenant()
    first = await maker.insert("attribution_events", tenant, idempotency_key="k" * 255)
    with pytest.raises(asyncpg.UniqueViolationError):
        await maker.insert("attribution_events", tenant, idempotency_key=first["idempotency_key"])
    await maker.insert("attribution_events", tenant, idempotency_key=first["idempotency_key"], processor="paypal")
    await maker.insert("attribution_events", other, idempotency_key=first["idempotency_key"])
    with pytest.raises(asyncpg.NotNullViolationError):
        await maker.insert("attribution_events", tenant, idempotency_key=None)
    with pytest.raises(asyncpg.StringDataRightTruncationError):
        await maker.insert("attribution_events", tenant, idempotency_key="k" * 256)


async def test_a_verification_needs_the_very_amount(owner: asyncpg.Connection, make_tenant: MakeTenant) -> None:
    maker, tenant = RowMaker(owner), await make_tenant()
    values = await maker.values("ledger_verifications", tenant)
    wrong = values | {"processor_amount_cents": 999}
    with pytest.raises(asyncpg.CheckViolationError, match="so it is not verified"):
        await owner.execute(insert_statement("ledger_verifications", wrong), *wrong.values())
    await owner.execute(insert_statement("ledger_verifications", values), *values.values())
    state = await owner.fetchrow("SELECT * FROM revenue_ledger_current WHERE tenant_id = $1", tenant)
    assert state["is_verified"] is True
    await maker.insert("revenue_ledger", tenant, ordinal=2, original_transaction_id=state["original_transaction_id"])
    state = await owner.fetchrow("SELECT * FROM revenue_ledger_current WHERE tenant_id = $1", tenant)
    assert state["is_verified"] is False, "one entry without a verification makes the sum unverified"
