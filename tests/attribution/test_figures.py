"""What stands behind the figures of channels: campaigns, rows, traces, paths, spend files, chains and intervals."""

from __future__ import annotations

import json
import random
import uuid
from datetime import timedelta

import pytest

from impl.attribution import versions
from impl.attribution.models import LEARNERS, RULES
from tests.attribution.merchant import AT, HOUR, get, recompute
from tests.attribution.shop import DAY, TODAY, Shop
from tests.attribution.test_statements import BASE, VECTORS, write
from tests.fixtures.service import log_in

pytestmark = pytest.mark.xdist_group("attribution-http")
MODELS = [model.name for model in (*RULES, *LEARNERS)]
PERIOD = {"start_date": (TODAY - 20 * DAY).date().isoformat(), "end_date": TODAY.date().isoformat()}


async def refused(http, headers, path, **params):
    answer = await http.get(f"/api/attribution/{path}", headers=headers, params=params)
    assert answer.status_code == 400, answer.text
    return answer.json()


@pytest.fixture
async def busy(owner, worker_engine, make_merchant, http):
    """A merchant with sixty random sales in two currencies, refunds, and touches with and without campaigns."""
    made = make_merchant()
    shop = Shop(owner, worker_engine, made.tenant_id)
    chance = random.Random(3)
    for number in range(60):
        at = TODAY - chance.randrange(1, 20) * DAY + timedelta(seconds=chance.randrange(86_000))
        session = uuid.uuid4()
        rows = [
            (f"{number}-{place}", at - timedelta(hours=chance.randrange(1, 200)), chance.choice(["email", "organic", "direct"]),
             session, None, "visit", chance.choice([None, "spring", "autumn"]))
            for place in range(chance.randrange(5))
        ]  # fmt: skip
        await shop.touches(*rows)
        currency = chance.choice(["USD", "USD", "EUR", "JPY"])
        await shop.event(f"s{number}", at, chance.randrange(1, 2000), session=session, currency=currency)
        if chance.random() < 0.3:
            await shop.event(f"r{number}", at + HOUR, -1, kind="refunded", of=f"s{number}", currency=currency)
    return shop, await log_in(http, made)


async def test_a_campaign_gets_the_part_of_its_touches(make_merchant, owner, worker_engine, http):
    """By touch for rules, alike for all touches of the channel where a model learns; equal remainders to the lower name."""
    made = make_merchant()
    shop, headers = Shop(owner, worker_engine, made.tenant_id), await log_in(http, made)
    session = uuid.uuid4()
    rows = [("email", "b"), ("organic", None), ("email", "a"), ("email", None)]
    await shop.touches(*(
        (str(place), AT - (4 - place) * HOUR, channel, session, None, "visit", campaign)
        for place, (channel, campaign) in enumerate(rows)
    ))  # fmt: skip
    await shop.event("s", AT, 1001, session=session)

    async def campaigns(model):
        body = await get(http, headers, "channels", model=model, group_by="campaign")
        return {(one["channel_code"], one["campaign"]): one["revenue_cents"] for one in body["campaigns"]}

    # The last two touches lie in one session and channel, so they are one: email/b, organic, email/a.
    assert await campaigns("linear") == {("email", "a"): 334, ("email", "b"): 333, ("organic", "(none)"): 334}
    assert await campaigns("last_touch") == {("email", "a"): 1001}
    assert await campaigns("position_based") == {("email", "a"): 401, ("email", "b"): 400, ("organic", "(none)"): 200}
    assert await campaigns("shapley") == {("email", "a"): 251, ("email", "b"): 250, ("organic", "(none)"): 500}


@pytest.mark.parametrize("model", MODELS)
async def test_campaigns_and_rows_add_up_to_their_channels(busy, http, model):
    """To the cent, on demand and stored, in every currency; and the rows are the same ones either way."""
    shop, headers = busy
    window = {"window_start": (TODAY - 20 * DAY).isoformat(), "window_end": (TODAY + DAY).isoformat()}
    seen, other = [], "last_touch" if model == "linear" else "linear"
    for _ in range(2):
        body = await get(http, headers, "channels", model=model, group_by="campaign", **PERIOD)
        rows = await all_rows(http, headers, model=model, **PERIOD)
        for channel in body["channels"]:
            (code,) = channel["channel_codes"]
            of_campaigns = [one for one in body["campaigns"] if one["channel_code"] == code]
            assert sum(one["revenue_cents"] for one in of_campaigns) == channel["revenue_cents"]
            own = [row for row in rows if row["channel_code"] == code and row["currency"] == body["currency"]]
            assert sum(row["allocated_revenue_cents"] for row in own) == channel["revenue_cents"]
            assert sum(row["is_conversion"] for row in own) == channel["conversion_count"]
        for total in body["other_currencies"]:
            of_currency = await all_rows(http, headers, model=model, currency=total["currency"], **PERIOD)
            assert sum(row["allocated_revenue_cents"] for row in of_currency) == total["amount_cents"]
        query = "&".join(f"{name}={value}" for name, value in PERIOD.items())
        compared = await get(http, headers, f"compare?models={model},{other}&{query}")
        assert compared["models"][0]["total_revenue_cents"] == body["total_revenue_cents"]
        seen.append((body["channels"], body["campaigns"], rows))
        await recompute(http, shop, headers, model=model, **window)
    assert seen[0] == seen[1]
    assert len({row["allocation_id"] for row in seen[0][2]}) == len(seen[0][2]) > 60
    assert [row["occurred_at"] for row in seen[0][2]] == sorted(
        (row["occurred_at"] for row in seen[0][2]), reverse=True
    )


async def all_rows(http, headers, **params):
    rows, page = [], {}
    while page.get("has_more", True):
        cursor = {"cursor": page["next_cursor"]} if page else {}
        body = await get(http, headers, "conversions", **params, limit=17, **cursor)
        rows, page = rows + body["items"], body["page"]
    return rows


async def test_pages_belong_to_their_list(busy, http):
    _, headers = busy
    first = await get(http, headers, "conversions", limit=1, channel_code="email", **PERIOD)
    assert {row["channel_code"] for row in first["items"]} == {"email"}
    cursor = first["page"]["next_cursor"]
    body = await refused(http, headers, "conversions", limit=1, channel_code="organic", cursor=cursor, **PERIOD)
    assert body["errors"][0]["code"] == "invalid_cursor"
    long = {"start_date": (TODAY - 60 * DAY).date().isoformat()}
    answer = await http.get("/api/attribution/conversions", headers=headers, params={**long, "model": "shapley"})
    assert (answer.status_code, answer.json()["code"]) == (409, "ATTRIBUTION_NOT_COMPUTED")
    body = await refused(http, headers, "channels", group_by="campaign", **(long | {"end_date": (TODAY - 50 * DAY).date().isoformat()}), model_version="2.0.0")  # fmt: skip
    assert body["code"] == "VALIDATION_ERROR"


async def test_a_version_names_its_parameters(busy, http):
    """The figure of a version is the figure of the recompute that asked for its parameters."""
    shop, headers = busy
    window = {"window_start": (TODAY - 20 * DAY).isoformat(), "window_end": (TODAY + DAY).isoformat()}
    usual = await get(http, headers, "channels", model="position_based", **PERIOD)
    tuned = "1.0.0+lookback7.weights10-20-70"
    demand = await get(http, headers, "channels", model="position_based", model_version=tuned, **PERIOD)
    assert (demand["model_version"], demand["lookback_days"]) == (tuned, 7)
    assert demand["channels"] != usual["channels"]
    assert "explain_id" in usual["channels"][0]
    assert "explain_id" not in demand["channels"][0], "an explanation knows no other parameters"
    job = await recompute(
        http, shop, headers, model="position_based", lookback_days=7, parameters={"weights": [0.1, 0.2, 0.7]}, **window
    )
    assert job["model_version"] == tuned
    stored = await get(http, headers, "channels", model="position_based", model_version=tuned, **PERIOD)
    assert stored["channels"] == demand["channels"]


def test_only_versions_that_can_be_requested_are_read():
    for model, text in (
        ("linear", "1.0.0+lookback91"), ("linear", "1.0.0+lookback0"), ("markov", "1.0.0+lookback46"),
        ("linear", "1.0.0+halflife3"), ("time_decay", "1.0.0+halflife100"), ("time_decay", "1.0.0+halflife60s"),
        ("position_based", "1.0.0+weights50-50-50"), ("linear", "1.0.0+weights10-20-70"), ("linear", "1.0.1"),
        ("linear", "1.0.0+impressions31"), ("linear", "1.0.0+" + "lookback" + "9" * 100),
    ):  # fmt: skip
        with pytest.raises(versions.InvalidParameterError):
            versions.chosen(model, 30, text)
    with pytest.raises(versions.InvalidParameterError, match="looks back 7 days"):
        versions.chosen("linear", 14, "1.0.0+lookback7")
    assert versions.chosen("linear", 30, "1.0.0+lookback7") == versions.chosen("linear", 7, None)


async def path(shop, name, channels, at):
    session = uuid.uuid4()
    await shop.touches(*(
        (f"{name}-{place}", at - (len(channels) - place) * DAY, channel, session if place else uuid.uuid4(), b"%32d" % hash(name), "visit")
        for place, channel in enumerate(channels)
    ))  # fmt: skip
    await shop.event(name, at, 100, journey=b"%32d" % hash(name), channel="referral")


async def test_paths_of_few_sales_are_not_shown(make_merchant, owner, worker_engine, http):
    made = make_merchant()
    shop, headers = Shop(owner, worker_engine, made.tenant_id), await log_in(http, made)
    for number in range(12):
        await path(shop, f"a{number}", ["email", "organic", "direct"], AT)
    for number in range(9):
        await path(shop, f"b{number}", ["organic"], AT)
    body = await get(http, headers, "paths")
    assert body["paths"] == [{"channels": ["email", "organic", "direct"], "conversions": 12, "revenue_cents": 1200}]
    assert "other" not in body
    await path(shop, "c", [], AT)
    await shop.event("r", AT + HOUR, -50, kind="refunded", of="c")
    body = await get(http, headers, "paths")
    assert body["other"] == {"conversions": 10, "revenue_cents": 1000}
    assert [(one["from_touches"], one["conversions"]) for one in body["path_lengths"]] == [(0, 1), (1, 9), (3, 12)]
    assert [(one["from_days"], one["to_days"], one["conversions"]) for one in body["time_lags"]] == [
        (1, 1, 9),
        (2, 3, 12),
    ]
    roles = {one["channel_code"]: one for one in body["channels"]}
    names = ("first_conversions", "middle_conversions", "last_conversions", "assisted_conversions")
    assert [[roles[code][name] for name in names] for code in ("email", "organic", "direct", "referral")] == [
        [12, 0, 0, 12], [9, 12, 9, 12], [0, 0, 12, 0], [1, 0, 1, 0]
    ]  # fmt: skip
    early = (TODAY - 175 * DAY).date().isoformat()
    refusal = await refused(http, headers, "paths", start_date=early)
    assert refusal["detail"].startswith("touches of before are no longer linked; start on")


async def test_a_recompute_shows_its_chain(make_merchant, owner, worker_engine, http):
    """Removal effects of the vector that a reference computed, and a matrix whose rows sum to 1."""
    made = make_merchant()
    shop, headers = Shop(owner, worker_engine, made.tenant_id), await log_in(http, made)
    document = json.loads((VECTORS / "t13_markov_textbook.json").read_text())
    await write(shop, document["journeys"])
    window = {"window_start": BASE.isoformat(), "window_end": (BASE + 10 * DAY).isoformat(), "lookback_days": 45}
    job = await recompute(http, shop, headers, model="markov", **window)
    effects = {one["channel_code"]: one["effect"] for one in job["removal_effects"]}
    assert effects == pytest.approx(document["expected"]["removal_effect"], abs=1e-9)
    sums = {}
    for one in job["transitions"]:
        sums[one["from_state"]] = sums.get(one["from_state"], 0) + one["probability"]
    assert sums == pytest.approx(dict.fromkeys(["(start)", *effects], 1.0))
    assert sum(one["paths"] for one in job["transitions"] if one["to_state"] == "(conversion)") == sum(
        one["converted"] for one in document["journeys"]
    )
    assert job["warnings"], "the training set of an example is thin"
    other = await recompute(http, shop, headers, model="shapley", **window)
    assert "removal_effects" not in other
    query = f"start_date={BASE.date()}&end_date={(BASE + 10 * DAY).date()}&lookback_days=45"
    compared = await get(http, headers, f"compare?models=markov,linear&{query}")
    assert [("training" in one, bool(one.get("warnings"))) for one in compared["models"]] == [
        (True, True),
        (False, False),
    ]


async def test_intervals_are_of_models_that_learn_and_the_same_every_time(busy, http):
    _, headers = busy
    first = await get(http, headers, "channels", model="markov", intervals="true", **PERIOD)
    again = await get(http, headers, "channels", model="markov", intervals="true", **PERIOD)
    assert again["channels"] == first["channels"]
    for channel in first["channels"]:
        low, high = channel["interval"]["lower_cents"], channel["interval"]["upper_cents"]
        assert low < high
        assert low - 1000 < channel["revenue_cents"] < high + 1000
    assert "interval" not in (await get(http, headers, "channels", model="markov", **PERIOD))["channels"][0]
    refusal = await refused(http, headers, "channels", model="linear", intervals="true")
    assert refusal["detail"] == "intervals are of models that learn, and linear is a rule"
    early = {"start_date": (TODAY - 60 * DAY).date().isoformat(), "end_date": (TODAY - 50 * DAY).date().isoformat()}
    assert (await get(http, headers, "channels", model="shapley", intervals="true", **early))["channels"] == []


async def test_spend_comes_as_a_file_too(merchant_shop, http):
    shop, _, headers = merchant_shop
    day = AT.date().isoformat()
    csv = {**headers, "Content-Type": "text/csv"}
    head = "channel_code,on,currency,spend_cents\n"
    good = f'﻿{head}email,{day},USD,250\r\n"organic", {day} ,USD,100\n\n'
    answer = await http.put("/api/attribution/spend", content=good.encode(), headers=csv)
    assert answer.json() == {"tenant_id": str(shop.tenant_id), "accepted": 2, "replaced": 0, "unchanged": 0}
    bad = f"{head}email,{day},USD,250\nemail,{day},USD\nnowhere,{day},USD,1\norganic,2026-13-01,USD,-1\nemail,{day},USD,1\n"
    answer = await http.put("/api/attribution/spend", content=bad.encode(), headers=csv)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "VALIDATION_ERROR")
    assert body["detail"].startswith("4 rows cannot be imported, so none was")
    assert [(one["pointer"], one["code"]) for one in body["errors"]] == [
        ("/body/3/row", "invalid_row"), ("/body/4/channel_code", "unknown_channel"), ("/body/5/on", "invalid_date"),
        ("/body/5/spend_cents", "invalid_amount"), ("/body/6/channel_code", "repeated"),
    ]  # fmt: skip
    assert body["errors"][-1]["message"] == "Line 6: The same channel, day and currency as line 2."
    many = head + "".join(f"nowhere,{day},QQQ,{number}\n" for number in range(300))
    body = (await http.put("/api/attribution/spend", content=many.encode(), headers=csv)).json()
    assert body["detail"].startswith("300 rows cannot be imported")
    assert [one["pointer"] for one in body["errors"]] == [f"/body/{line}/channel_code" for line in range(2, 102)]
    stored = await shop.owner.fetchval(
        "SELECT sum(spend_cents) FROM channel_spend WHERE tenant_id = $1", shop.tenant_id
    )
    assert stored == 350


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (b"a,b\n1,2\n", "/body/1/header"),
        (b"channel_code,on,currency,spend_cents\n", "/body/2/rows"),
        (b"channel_code,on,currency,spend_cents\nemail,2026-01-01,\xff\xfe,1\n", "/body/2/text"),
        (b'channel_code,on,currency,spend_cents\n"email', "/body/2/text"),
        (b"channel_code,on,currency,spend_cents\n" + b"email,2026-01-01,USD,1\n" * 10_001, "/body/10002/rows"),
    ],
    ids=["header", "empty", "encoding", "quotes", "long"],
)
async def test_a_file_that_cannot_be_read_says_where(merchant_shop, http, text, pointer):
    _, _, headers = merchant_shop
    answer = await http.put("/api/attribution/spend", content=text, headers={**headers, "Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_a_trace_shows_who_confirmed_and_a_model_that_is_not_stored(merchant_shop, http):
    shop, sale, headers = merchant_shop
    body = await get(http, headers, f"events/{sale.id}/trace")
    assert body["credits"] == []
    assert "verification" not in body
    run = uuid.uuid4()
    await shop.owner.execute(
        "INSERT INTO reconciliation_runs (tenant_id, id, state, platforms, period_start, period_end)"
        " VALUES ($1, $2, 'completed', '{stripe}', now() - interval '1 day', now())", shop.tenant_id, run,
    )  # fmt: skip
    await shop.owner.execute(
        "INSERT INTO ledger_verifications (tenant_id, entry_id, run_id, processor_amount_cents) VALUES ($1, $2, $3, 1001)",
        shop.tenant_id, sale.entry_id, run,
    )  # fmt: skip
    body = await get(http, headers, f"events/{sale.id}/trace", model="markov")
    assert (body["verification"]["run_id"], body["verification"]["processor_amount_cents"]) == (str(run), 1001)
    assert [(one["model"], one["channel_code"], one["allocated_revenue_cents"]) for one in body["credits"]] == [
        ("markov", "email", 501), ("markov", "organic", 500)
    ]  # fmt: skip
    listed = await get(http, headers, "conversions", model="markov", currency="USD")
    assert {row["allocation_id"] for row in listed["items"]} == {one["allocation_id"] for one in body["credits"]}
