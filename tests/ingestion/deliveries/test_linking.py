"""Sales that the books of a processor link later, and accounts whose role was set: by a worker, through functions of the database."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound

from impl.db import views
from impl.db.transaction import tenant_transaction
from impl.ingestion.deliveries import linking, recounting
from impl.kernel.callers import PersonCaller
from impl.ledger import Role
from impl.platforms import registry
from impl.reconciliation import roles
from impl.reconciliation.roles import SetRole
from tests.fixtures import waiting_jobs
from tests.ingestion.deliveries.sides import Sides, capture, charge, order

BY_NAME = {processor.name: processor for processor in registry.PROCESSORS}
EVENTS = "SELECT DISTINCT ON (processor) processor, id FROM attribution_events WHERE tenant_id = $1 ORDER BY processor, received_at"


@pytest.fixture
async def sale(street):
    """An order and a payment that name each other nowhere."""
    made = Sides(await street.shop())
    await made.tell_all([order(minute=1), charge(second=2), charge(topic="charge.refunded", second=3, refunded=3000)])
    assert await made.net() == {"woocommerce": 10000, "stripe": 7000}
    return made


async def event_ids(sale):
    """An event of each side."""
    rows = await sale.shop.street.owner.fetch(EVENTS, sale.shop.tenant_id)
    return {row["processor"]: row["id"] for row in rows}


@pytest.fixture
def link(worker_engine):
    """Link the two sides of a sale as the reconciliation of a tenant does."""

    async def run(sale, tenant_id=None, **ids):
        known = await event_ids(sale)
        ids = {"order_event_id": known["woocommerce"], "payment_event_id": known["stripe"]} | ids
        return await linking.link(BY_NAME, waiting_jobs.work_of(worker_engine, tenant_id or sale.shop.tenant_id), **ids)

    return run


async def test_a_payment_that_is_linked_later_moves_to_its_order_on_its_own_day(sale, link, owner):
    assert (await link(sale)).is_new
    assert (await sale.net(), await sale.links()) == ({"woocommerce": 10000, "stripe": -3000}, ["reconciliation"])
    moved = await owner.fetchrow(
        "SELECT m.*, c.occurred_at AS captured_at, c.effect_cents AS captured FROM revenue_ledger m JOIN revenue_ledger c"
        " ON c.tenant_id = m.tenant_id AND c.id = m.reverses WHERE m.tenant_id = $1 AND m.entry_kind = 'moved'",
        sale.shop.tenant_id,
    )
    assert (moved["effect_cents"], moved["captured"], moved["occurred_at"]) == (-10000, 10000, moved["captured_at"])
    event = await owner.fetchrow("SELECT * FROM attribution_events WHERE id = $1", moved["event_id"])
    assert (event["event_type"], event["shown_kind"], event["effect_cents"]) == ("PaymentMoved", "linked", -10000)


async def test_linked_twice_or_told_again_it_changes_nothing(sale, link):
    await link(sale)
    assert not (await link(sale)).is_new
    await sale.tell_all([order(minute=1), charge(second=2)])
    assert await sale.net() == {"woocommerce": 10000, "stripe": -3000}
    # What comes later finds the link: the shop learns of the same refund.
    await sale.tell(*order(minute=5, refunds=[{"id": 9, "reason": "", "total": "-30.00"}]))
    assert sum((await sale.net()).values()) == 7000


async def test_only_an_order_and_a_payment_of_the_same_tenant_are_linked(sale, link, street, worker_engine):
    known = await event_ids(sale)
    with pytest.raises(ValueError, match="make no sale"):
        await link(sale, payment_event_id=known["woocommerce"])
    with pytest.raises(ValueError, match="make no sale"):
        await link(sale, order_event_id=known["stripe"])
    with pytest.raises(NoResultFound):
        await link(sale, tenant_id=street.neighbour.tenant_id)
    statement = text("SELECT * FROM ingest.link_sale(:a, :b, CAST('{}' AS jsonb))")
    async with tenant_transaction(worker_engine, street.neighbour.tenant_id) as connection:
        with pytest.raises(Exception, match="is not there in this tenant"):
            await connection.execute(statement, {"a": known["woocommerce"], "b": known["stripe"]})
    assert await sale.links() == []


async def set_role(engine, tenant_id, role, *, platform="stripe", valid_from="2026-01-01"):
    """As a manager sets it."""
    now = datetime.now(UTC)
    caller = PersonCaller(
        tenant_id=tenant_id, user_id=uuid.uuid4(), jti=uuid.uuid4(), family_id=uuid.uuid4(), issued_at=now
    )
    new = SetRole(
        platform=platform, account="default", role=Role(role), valid_from=datetime.fromisoformat(valid_from + "T00:00:00Z"),
        set_at=now, set_by=caller.user_id, reason="a test",
    )  # fmt: skip
    async with tenant_transaction(engine, tenant_id) as connection:
        await roles.put(connection, caller, new, correlation_id=uuid.uuid4())


@pytest.fixture
def set_and_recount(app_engine, owner, worker_engine):
    """A role, and the job that follows it; how many entries that adds."""

    async def run(tenant_id, role, **how):
        await set_role(app_engine, tenant_id, role, **how)
        count = "SELECT count(*) FROM attribution_events WHERE tenant_id = $1"
        before = await owner.fetchval(count, tenant_id)
        jobs = await waiting_jobs.run(owner, worker_engine, tenant_id, recounting.registry(BY_NAME))
        assert jobs == ["ledger.recount_account"]
        return await owner.fetchval(count, tenant_id) - before

    return run


ROLES = [("counts", {"woocommerce": 10000, "stripe": 7000}), ("confirms", {"woocommerce": 10000, "stripe": -3000})]


@pytest.mark.parametrize(("role", "net"), ROLES)
async def test_a_role_counts_the_payments_of_its_account_anew_and_can_be_taken_back(
    role, net, sale, link, set_and_recount
):
    await link(sale)
    linked = await sale.net()
    changes = await set_and_recount(sale.shop.tenant_id, role)
    assert await sale.net() == net
    assert (changes > 0) is (net != linked), "what was right already adds nothing"
    await set_and_recount(sale.shop.tenant_id, "auto", valid_from="2026-02-01")
    assert await sale.net() == linked


async def test_a_payment_without_an_order_counts_nothing_once_its_account_only_confirms(
    sale, app_engine, owner, worker_engine
):
    await set_role(app_engine, sale.shop.tenant_id, "confirms")
    # Meanwhile a process that has not heard of it counts by the former role.
    await sale.tell(*charge(topic="charge.refunded", second=4, refunded=9000))
    await waiting_jobs.run(owner, worker_engine, sale.shop.tenant_id, recounting.registry(BY_NAME))
    assert await sale.net() == {"woocommerce": 10000}


async def test_a_role_leaves_what_was_captured_before_it_and_other_accounts(sale, set_and_recount):
    before = await sale.net()
    assert await set_and_recount(sale.shop.tenant_id, "confirms", valid_from="2026-11-21") == 0
    assert await set_and_recount(sale.shop.tenant_id, "confirms", platform="paypal") == 0
    assert await sale.net() == before


async def test_a_payment_that_is_not_confirmed_is_found_by_the_number_of_its_order(street, app_engine):
    """It has no entry; what it gave back counts once the order names it by the number it shows."""
    sale = Sides(await street.shop())
    await set_role(app_engine, sale.shop.tenant_id, "confirms", platform="paypal")
    back = {"id": "REF1", "status": "COMPLETED", "amount": {"value": "30.00", "currency_code": "USD"}}
    back |= {"links": [{"href": "https://api.paypal.com/v2/payments/captures/CAP1", "rel": "up"}]}
    refund = capture(id_="REF1", **back)[2] | {"event_type": "PAYMENT.CAPTURE.REFUNDED", "resource_type": "refund"}
    await sale.tell_all([capture(invoice_id="c77.1"), ("paypal", "PAYMENT.CAPTURE.REFUNDED", refund)])
    assert await sale.net() == {}
    paid = {"id": 9, "order_id": 77, "kind": "sale", "status": "success", "gateway": "paypal", "amount": "100.00"}
    paid |= {"currency": "USD", "test": False, "payment_id": "c77.1", "processed_at": "2026-11-20T10:00:00Z"}
    shop_money = {"amount": "100.00", "currency_code": "USD"}
    paid |= {"amount_set": {"shop_money": shop_money, "presentment_money": shop_money}}
    await sale.tell("shopify", "order_transactions/create", paid)
    assert await sale.net() == {"shopify": 10000, "paypal": -3000}


async def test_views_know_a_payment_that_has_moved(sale, link, worker_engine, owner):
    await link(sale)
    tenant_id = sale.shop.tenant_id
    run_id = await owner.fetchval(
        "INSERT INTO reconciliation_runs (tenant_id, state, platforms, period_start, period_end)"
        " VALUES ($1, 'completed', '{stripe}', now(), now() + interval '1 day') RETURNING id",
        tenant_id,
    )
    await owner.execute(
        "INSERT INTO ledger_verifications (tenant_id, entry_id, run_id, processor_amount_cents)"
        " SELECT tenant_id, id, $2, amount_cents FROM revenue_ledger WHERE tenant_id = $1 AND entry_kind <> 'moved'",
        tenant_id,
        run_id,
    )
    async with worker_engine.begin() as connection:
        for name in ("mv_daily_revenue_summary", "mv_realtime_revenue"):
            await views.refresh(connection, name)
    async with tenant_transaction(worker_engine, tenant_id) as connection:
        realtime = (await connection.execute(text("SELECT * FROM v_realtime_revenue"))).one()
        days = (await connection.execute(text("SELECT * FROM v_daily_revenue_summary"))).all()
        current = (await connection.execute(text("SELECT * FROM revenue_ledger_current ORDER BY processor"))).all()
    assert (realtime.revenue_cents, realtime.is_verified) == (7000, True), "a moved entry is verified as its capture is"
    assert {day.entry_kind: day.effect_cents for day in days} == {"captured": 20000, "moved": -10000, "refunded": -3000}
    assert sum(day.effect_cents for day in days) == realtime.revenue_cents
    assert [(one.processor, one.state, one.net_amount_cents, one.is_verified) for one in current] == [
        ("stripe", "captured", -3000, True),
        ("woocommerce", "captured", 10000, True),
    ]
    states = await owner.fetch(
        "SELECT t.to_state FROM revenue_state_transitions t JOIN revenue_ledger l ON l.id = t.entry_id"
        " WHERE l.tenant_id = $1 AND l.entry_kind = 'moved'",
        tenant_id,
    )
    assert [row["to_state"] for row in states] == ["captured"]
