"""Roles of payment accounts over HTTP: who may set them, what is kept, and that they are asked to count anew."""

from datetime import UTC, datetime

import pytest

from impl.auth import assembly
from impl.reconciliation.operations import ReconciliationOperations
from tests.auth.server import application, parts
from tests.ingestion.conftest import (  # noqa: F401
    clock,
    dependencies,
    hasher,
    log_in,
    make_member,
    make_site,
    staffed,
    statements,
)

ROLES = "/api/reconciliation/roles"
KEY = "6f1d1c3e-8a55-4f6e-9d0b-2c7a5d1e9b40"
ROLE = {"platform": "paypal", "account": "merchant-7", "role": "confirms", "reason": "All of it is orders."}


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
async def people(staffed, app_engine, database, ring, clock, forgotten):  # noqa: F811
    """People of a tenant before the API of reconciliation."""
    auth = assembly.build(parts(app_engine, database, ring, clock))
    operations = ReconciliationOperations(app_engine, auth.idempotency, clock, forgotten.append)
    staffed.app = application(auth, reconciliation=operations)
    return staffed


async def put(people, changes=None, *, key=""):
    headers = {"X-Idempotency-Key": key} if key else {}
    return await people.ask("PUT", ROLES, role="manager", body=ROLE | (changes or {}), **headers)


async def test_a_role_is_kept_with_who_set_it_when_and_why(people, owner, forgotten):
    assert (await people.ask("GET", ROLES)).json()["roles"] == []
    answer = await put(people, {"valid_from": "2026-11-01T01:00:00+01:00"})
    assert (answer.status_code, answer.json()["valid_from"]) == (200, "2026-11-01T00:00:00Z")
    assert forgotten == [people.tenant_id]
    await put(people, {"platform": "stripe", "account": "acct_1"})
    await put(people, {"valid_from": "2026-10-01T00:00:00Z"})
    listed = (await people.ask("GET", ROLES)).json()["roles"]
    assert [(one["platform"], one["account"]) for one in listed] == [
        ("paypal", "merchant-7"), ("paypal", "merchant-7"), ("stripe", "acct_1"),
    ]  # fmt: skip
    assert [one["valid_from"] for one in listed[:2]] == ["2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"]
    now = people.clock.now().astimezone(UTC)
    assert datetime.fromisoformat(listed[2]["valid_from"]) == now, "without a date it holds from now on"
    jobs = await owner.fetchval(
        "SELECT count(*) FROM queue.pgqueuer WHERE headers ->> 'tenant_id' = $1 AND headers ->> 'job' = $2"
        " AND execute_after > now() + interval '60 seconds'",
        str(people.tenant_id),
        "ledger.recount_account",
    )
    assert jobs == 3, "counted anew once nobody remembers the former role"


async def test_a_repeated_request_sets_one_role(people):
    first, again = await put(people, key=KEY), await put(people, key=KEY)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len((await people.ask("GET", ROLES)).json()["roles"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"platform": "shopify"},
        {"role": "never"},
        {"account": ""},
        {"account": " x"},
        {"reason": "?"},
        {"valid_from": "soon"},
        {"valid_from": "0001-01-01T00:00:00+14:00"},
        {"valid_from": "9999-12-31T23:59:59-14:00"},
    ],
)
async def test_what_is_no_role_is_refused(people, changes):
    assert (await put(people, changes)).status_code == 400


async def test_a_viewer_reads_roles_and_sets_none(people):
    assert (await people.ask("PUT", ROLES, role="viewer", body=ROLE)).status_code == 403
    assert (await people.ask("GET", ROLES)).status_code == 200
