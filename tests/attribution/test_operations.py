"""The operations over HTTP: a merchant's channels, comparison, trace, spend, recompute and explanations."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from impl.attribution import pages, tasks
from impl.attribution.models.shapley import TooManyChannelsError
from tests.attribution.merchant import AT, HOUR, get, recompute, work_of
from tests.attribution.shop import DAY, TODAY, Shop
from tests.fixtures.service import correlation, log_in, stripe_delivery

pytestmark = pytest.mark.xdist_group("attribution-http")


async def test_channels_add_up_and_are_the_same_on_demand_and_stored(merchant_shop, http):
    shop, _, headers = merchant_shop
    demand = await get(http, headers, "channels", model="linear")
    assert [
        (row["channel_name"], row["revenue_cents"], row["attributed_conversions"]) for row in demand["channels"]
    ] == [
        ("Email", 501, 0.5),
        ("Organic", 500, 0.5),
    ]
    assert (demand["total_revenue_cents"], demand["currency"], demand["is_complete"]) == (1001, "USD", True)
    assert demand["other_currencies"] == [{"currency": "EUR", "amount_cents": 500, "exponent": 2}]
    start = TODAY - 40 * DAY
    job = await recompute(
        http, shop, headers, model="linear", window_start=start.isoformat(), window_end=(TODAY + DAY).isoformat()
    )
    assert (job["status"], job["conversions"], job["allocations"]) == ("succeeded", 2, 3)
    assert job["allocated_cents"] == [
        {"currency": "EUR", "amount_cents": 500, "exponent": 2},
        {"currency": "USD", "amount_cents": 1001, "exponent": 2},
    ]
    stored = await get(http, headers, "channels", model="linear")
    figures = ("channels", "total_revenue_cents", "other_currencies", "model_version", "is_complete")
    assert {name: stored[name] for name in figures} == {name: demand[name] for name in figures}


async def test_what_arrives_after_a_recompute_is_told_at_once(merchant_shop, http):
    """A day that has changed is not complete, and is computed on demand until a worker has done it."""
    shop, _, headers = merchant_shop
    window = {"window_start": (TODAY - 3 * DAY).isoformat(), "window_end": TODAY.isoformat()}
    await recompute(http, shop, headers, model="last_touch", **window)
    await shop.event("r", AT + HOUR, -1, kind="refunded", of="s")
    await shop.owner.execute(
        "INSERT INTO attribution_changes (tenant_id, days) VALUES ($1, $2)", shop.tenant_id, [AT.date()]
    )
    body = await get(http, headers, "channels")
    assert body["total_revenue_cents"] == 1000
    long = {"start_date": (TODAY - 60 * DAY).date().isoformat()}
    body = await get(http, headers, "channels", **long)
    assert (body["total_revenue_cents"], body["is_complete"]) == (1001, False)
    assert body["warnings"] == ["Days of the period that are not complete: 1. Their figures will change."]
    assert body["computed_through"].startswith(AT.date().isoformat())


async def test_a_long_period_that_nobody_computed_is_refused(merchant_shop, http):
    _, _, headers = merchant_shop
    start = (TODAY - 60 * DAY).date().isoformat()
    answer = await http.get(
        "/api/attribution/channels", headers=headers, params={"start_date": start, "model": "shapley"}
    )
    # Only the day with the sale lacks a job; but no job means nothing is stored.
    assert (answer.status_code, answer.json()["code"]) == (409, "ATTRIBUTION_NOT_COMPUTED")
    early = {"start_date": "2026-01-01", "end_date": "2025-01-01"}
    answer = await http.get("/api/attribution/channels", headers=headers, params=early)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_every_model_of_a_comparison_sums_to_the_same_total(merchant_shop, http):
    _, _, headers = merchant_shop
    models = "first_touch,last_touch,last_non_direct,linear,time_decay,position_based,markov,shapley"
    body = await get(http, headers, f"compare?models={models}")
    assert [one["model"] for one in body["models"]] == models.split(",")
    assert {one["total_revenue_cents"] for one in body["models"]} == {1001}
    for one in body["models"]:
        assert sum(row["revenue_cents"] for row in one["channels"]) == 1001
    first = body["models"][0]["channels"]
    assert [(row["channel_code"], row["difference_cents"]) for row in first] == [("email", 1001)]


async def test_a_trace_goes_from_a_cent_to_its_touch_entry_and_delivery(make_merchant, owner, worker_engine, http):
    made = make_merchant()
    shop, headers = Shop(owner, worker_engine, made.tenant_id), await log_in(http, made)
    session, now = uuid.uuid4(), datetime.now(UTC)
    touch = {"touch_id": "t", "session_id": str(session), "occurred_at": (now - HOUR).isoformat(), "channel": "email"}
    key = {"X-Skeldir-Tenant-Key": made.tenant_key, **correlation()}
    assert (await http.post("/api/events", json={"touches": [touch]}, headers=key)).json()["accepted"] == 1
    delivery = stripe_delivery(
        made, id="ch_1", amount=999, metadata={"skeldir_session_id": str(session)}, created=int(now.timestamp())
    )
    receipt = (await http.post("/api/webhooks/stripe", **delivery)).json()
    await tasks.mark_changes(worker_engine, timedelta(0))
    await tasks.recompute_marked(shop.work())
    identity, _ = tasks._identity(await work_of(shop))
    await tasks._recompute(shop.work(), identity, None)
    body = await get(http, headers, f"events/{receipt['event_id']}/trace")
    assert body["event"]["session_linked"] is True
    (credit,) = body["credits"]
    assert (credit["model"], credit["channel_code"], credit["allocated_revenue_cents"]) == ("last_touch", "email", 999)
    assert [one["touch_id"] for one in credit["touches"]] == ["t"]
    (entry,) = body["entries"]
    assert (entry["entry_kind"], entry["effect_cents"], entry["is_verified"]) == ("captured", 999, False)
    assert (body["delivery"]["provider"], body["delivery"]["topic"]) == ("stripe", "charge.succeeded")
    answer = await http.get(f"/api/attribution/explain/attribution_score/{credit['allocation_id']}", headers=headers)
    assert "credits 9.99 USD of 9.99 USD to the channel email, which is 100.00 percent" in answer.json()["explanation"]
    assert answer.json()["confidence"] == "high"
    unknown = await http.get(f"/api/attribution/events/{uuid.uuid4()}/trace", headers=headers)
    assert unknown.status_code == 404


async def test_spend_is_imported_whole_and_gives_roas_and_cost_per_conversion(merchant_shop, http):
    shop, _, headers = merchant_shop
    row = {"channel_code": "email", "on": AT.date().isoformat(), "currency": "USD", "spend_cents": 250}
    await shop.owner.execute(
        "INSERT INTO channel_spend (tenant_id, channel_code, spend_on, currency, spend_cents, source)"
        " VALUES ($1, 'email', $2, 'USD', 9999, 'platform')", shop.tenant_id, AT.date(),
    )  # fmt: skip
    for body, expected in (
        ([row], (1, 0, 0)),
        ([row], (0, 0, 1)),
        ([{**row, "spend_cents": 200}, {**row, "channel_code": "organic"}], (1, 1, 0)),
    ):
        answer = await http.put("/api/attribution/spend", json={"rows": body}, headers=headers)
        counts = answer.json()
        assert (counts["accepted"], counts["replaced"], counts["unchanged"]) == expected, counts
    email = (await get(http, headers, "channels", model="linear"))["channels"][0]
    assert (email["spend_cents"], email["roas"], email["cpa_cents"]) == (200, 2.505, 400)
    bad = [{**row, "channel_code": "nonsense"}, {**row, "currency": "QQQ"}, {**row, "on": "2999-01-01"}, row, row]
    answer = await http.put("/api/attribution/spend", json={"rows": bad}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "/body/rows/0/channel_code", "/body/rows/1/currency", "/body/rows/2/on", "/body/rows/4/channel_code"
    ]  # fmt: skip


async def test_a_figure_of_channels_can_be_explained_by_its_id(merchant_shop, make_merchant, http):
    _, _, headers = merchant_shop
    row = (await get(http, headers, "channels", model="linear"))["channels"][0]
    body = await get(http, headers, f"explain/channel_performance/{row['explain_id']}")
    assert (
        "the model linear credits 5.01 USD to Email, which is 50.05 percent of 10.01 USD in all" in body["explanation"]
    )
    assert 150 <= len(body["explanation"]) <= 500
    for citation in body["citations"]:
        assert citation["value"] in body["explanation"]
    stranger = await log_in(http, make_merchant())
    for figure, who in ((row["explain_id"], stranger), (str(uuid.uuid4()), headers)):
        answer = await http.get(f"/api/attribution/explain/channel_performance/{figure}", headers=who)
        assert answer.status_code == 404


async def test_a_window_that_is_closed_or_odd_is_refused(merchant_shop, http):
    _, _, headers = merchant_shop
    old = (TODAY - 91 * DAY).isoformat()
    cases = [
        ({"window_start": old, "window_end": (TODAY - 90 * DAY).isoformat()}, 409, "WINDOW_CLOSED"),
        ({"window_start": TODAY.isoformat(), "window_end": TODAY.isoformat()}, 400, "VALIDATION_ERROR"),
        ({"window_start": "2026-11-01T00:00:00", "window_end": TODAY.isoformat()}, 400, "REQUEST_VALIDATION_FAILED"),
        ({"window_start": "0001-01-01T00:00:00+05:00", "window_end": TODAY.isoformat()}, 400, "VALIDATION_ERROR"),
    ]
    fine = {"window_start": (TODAY - DAY).isoformat(), "window_end": TODAY.isoformat()}
    cases += [
        ({**fine, "model": "markov", "lookback_days": 46}, 400, "VALIDATION_ERROR"),
        ({**fine, "model": "position_based", "parameters": {"weights": [0.5, 0.5, 0.5]}}, 400, "VALIDATION_ERROR"),
        ({**fine, "model": "linear", "parameters": {"half_life_days": 3}}, 400, "VALIDATION_ERROR"),
    ]
    for body, status, code in cases:
        answer = await http.post("/api/attribution/recompute", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    tuned = {
        **fine,
        "model": "time_decay",
        "lookback_days": 7,
        "impression_lookback_days": 0,
        "parameters": {"half_life_days": 0.5},
    }
    answer = await http.post("/api/attribution/recompute", json=tuned, headers=headers)
    assert answer.json()["model_version"] == "1.0.0+lookback7.impressions0.halflife43200s"


async def test_the_trace_of_what_moved_says_what_it_reverses(merchant_shop, http):
    shop, sale, headers = merchant_shop
    moved = await shop.event("m", AT, -1001, kind="moved", of="s", reverses=sale)
    body = await get(http, headers, f"events/{moved.id}/trace")
    (entry,) = body["entries"]
    assert (entry["entry_kind"], entry["effect_cents"], entry["reverses"]) == ("moved", -1001, str(sale.entry_id))
    assert body["credits"] == []
    assert "delivery" not in body


async def test_a_job_that_failed_says_why(merchant_shop, http, monkeypatch):
    shop, _, headers = merchant_shop
    window = {"window_start": (TODAY - 3 * DAY).isoformat(), "window_end": TODAY.isoformat()}
    answer = await http.post("/api/attribution/recompute", json={**window, "model": "shapley"}, headers=headers)
    work = await work_of(shop)

    async def judge(*_):
        raise TooManyChannelsError("a journey of 13 channels; shapley takes at most 12")

    monkeypatch.setattr(pages, "learn", judge)
    with pytest.raises(TooManyChannelsError):
        await tasks.recompute_window(work)
    job = (await http.get(answer.headers["Location"], headers=headers)).json()
    assert (job["status"], job["error_code"]) == ("failed", "ATTRIBUTION_TOO_MANY_CHANNELS")
    assert job["error_message"] == "a journey of 13 channels; shapley takes at most 12"


async def test_a_figure_whose_days_are_not_complete_is_explained_with_low_confidence(merchant_shop, http):
    shop, _, headers = merchant_shop
    window = {"window_start": (TODAY - 3 * DAY).isoformat(), "window_end": TODAY.isoformat()}
    await recompute(http, shop, headers, model="last_touch", **window)
    await shop.owner.execute(
        "INSERT INTO attribution_changes (tenant_id, days) VALUES ($1, $2)", shop.tenant_id, [AT.date()]
    )
    long = await get(http, headers, "channels", start_date=(TODAY - 60 * DAY).date().isoformat())
    figure = long["channels"][0]["explain_id"]
    body = await get(http, headers, f"explain/channel_performance/{figure}")
    assert body["confidence"] == "low"
