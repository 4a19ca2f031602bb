"""The set-based statements give what the pure functions give: on every vector, and on random journeys."""

from __future__ import annotations

import json
import random
import uuid
from datetime import timedelta
from pathlib import Path

from impl.attribution.credit_file import credit_file
from impl.attribution.models import RULES
from impl.attribution.models.journey import Touch, allocate
from impl.attribution.models.rules import Parameters
from impl.attribution.models.time_decay import weight
from impl.attribution.versions import ModelVersion
from tests.attribution.shop import DAY, TODAY

VECTORS = Path(__file__).parents[3] / "shared" / "cases" / "attribution"
CHANNELS = ["direct", "email", "organic", "referral", "unknown", "google_search_paid", "facebook_paid"]
RULE = {rule.name: rule for rule in sorted(RULES, key=lambda rule: rule.name == "time_decay")}
BASE = TODAY - 89 * DAY


async def write(shop, journeys, prefix=""):
    """Journeys of a vector file: every touch a session of its own, joined by a hash. The conversions, in order."""
    sales, rows = [], []
    for number, one in enumerate(journeys):
        journey = uuid.uuid5(uuid.NAMESPACE_URL, f"{prefix}{number}").bytes
        for place, touch in enumerate(one["touches"]):
            at = BASE + timedelta(seconds=touch["at_seconds"])
            rows.append((f"{prefix}{number:05}-{place:04}", at, touch["channel"], uuid.uuid4(), journey, "visit"))
        if one["converted"] and one["touches"]:
            at = BASE + timedelta(seconds=one["ended_at_seconds"])
            sales.append(await shop.event(f"{prefix}{number}", at, one["value_cents"] or 1, journey=journey))
    await shop.touches(*rows)
    return sales


def total(stored, sales):
    totals = {}
    for sale in sales:
        for channel, cents in stored[sale.id].items():
            totals[channel] = totals.get(channel, 0) + cents
    return {channel: cents for channel, cents in totals.items() if cents}


async def test_the_vectors_to_the_cent(shop):
    """Every rule as the pure functions and as the files say; the large file, whose recompute takes seconds, under one of them."""
    files = [*sorted(VECTORS.glob("t*.json")), VECTORS / "m3_7_channels.json"]
    documents = [json.loads(path.read_text()) for path in files]
    sales = [await write(shop, one["journeys"], prefix=f"{number}-") for number, one in enumerate(documents[:-1])]
    for model in RULE:
        if model == "time_decay":
            sales.append(await write(shop, documents[-1]["journeys"], prefix="m-"))
        version = ModelVersion(model=model, lookback_days=90)
        await shop.compute(BASE, TODAY + DAY, version)
        stored = await shop.credits(version)
        for path, document, own in zip(files, documents, sales, strict=False):
            expected = document["expected"]["cents"][model]
            assert total(stored, own) == expected == credit_file(path)[model], path.name
    assert len(sales) == len(files)


async def test_the_vectors_of_parameters(make_shop):
    shop = await make_shop()
    for number, one in enumerate(json.loads((VECTORS / "p_parameters.json").read_text())):
        version = ModelVersion(
            model=one["model"],
            lookback_days=90,
            parameters=Parameters(
                half_life_seconds=one["parameters"].get("half_life_seconds", 604800),
                weights=tuple(100 * part for part in one["parameters"].get("weights", (40, 20, 40))),
            ),
        )
        journey = one["journey"]
        amount = journey["value_cents"]
        (sale,) = await write(shop, [journey | {"value_cents": abs(amount)}], prefix=f"p{number}-")
        if amount < 0:
            sale = await shop.event(f"r{number}", sale.at + timedelta(hours=1), amount, kind="refunded", of=sale.name)
        await shop.compute(BASE, TODAY + DAY, version)
        parts = (await shop.credits(version))[sale.id]
        assert {channel: cents for channel, cents in parts.items() if cents} == one["expected_cents"], one["about"]


def prepared(touches, at, *, lookback, impressions=1):
    """The rules of the specification for one conversion, step by step."""
    kept = [one for one in touches if at - lookback * DAY <= one[1] <= at]
    kept = [one for one in kept if one[5] != "impression" or one[1] >= at - impressions * DAY]
    kept.sort(key=lambda one: (one[1], one[0]))
    return [
        one for earlier, one in zip([None, *kept], kept, strict=False) if not earlier or (earlier[2], earlier[3]) != (one[2], one[3])
    ]  # fmt: skip


VERSIONS = [
    *(ModelVersion(model=name) for name in RULE),
    ModelVersion(model="linear", lookback_days=7, impression_lookback_days=0),
    ModelVersion(model="time_decay", parameters=Parameters(half_life_seconds=43_200)),
    ModelVersion(model="position_based", parameters=Parameters(weights=(3333, 3334, 3333))),
    ModelVersion(model="position_based", parameters=Parameters(weights=(0, 10_000, 0))),
]


async def test_random_journeys(shop):
    """Sessions and journeys, impressions, repeats, same instants, two hundred touches and more, refunds in parts."""
    chance = random.Random(17)
    sales, rows, refunds = {}, [], []
    for number in range(120):
        journey = uuid.uuid4().bytes if chance.random() < 0.5 else None
        at = TODAY - chance.randrange(1, 40) * DAY + timedelta(seconds=chance.randrange(86_400))
        size = chance.choice([0, 1, 2, 3, 5, 8]) if number else 230
        own, session = [], uuid.uuid4()
        for place in range(size):
            if journey and chance.random() < 0.6:
                session = uuid.uuid4()
            back = chance.choice([0, 60, 3600, 86_400, 7 * 86_400, 30 * 86_400, 31 * 86_400]) if number else 60 * place
            kind = chance.choice(["visit", "click", "impression"])
            time = at - timedelta(seconds=back + chance.choice([0, 0, 1, 1800]))
            own.append(
                (f"t{number}-{chance.randrange(10**6)}-{place}", time, chance.choice(CHANNELS), session, journey, kind)
            )
        amount = chance.choice([1, 2, 99, 100, 101, 12_345, 10**15])
        sale = await shop.event(
            f"s{number}", at, amount, session=session, journey=journey, channel=chance.choice(CHANNELS)
        )
        sales[sale.id] = (sale, own)
        rows += own
        if chance.random() < 0.4:
            part = chance.randrange(1, amount + 1)
            later = at + timedelta(seconds=chance.randrange(20 * 86_400))
            refunds.append((await shop.event(f"r{number}", later, -part, kind="refunded", of=sale.name), sale.id))
    await shop.touches(*rows)
    for version in VERSIONS:
        await shop.compute(TODAY - 60 * DAY, TODAY + 30 * DAY, version)
        stored = await shop.credits(version)
        shares = {}
        for event_id, (sale, own) in sales.items():
            kept = prepared(own, sale.at, lookback=version.lookback_days, impressions=version.impression_lookback_days)
            kept = kept if version.model == "first_touch" else kept[-200:]
            path = [Touch(one[2], one[1]) for one in kept]
            if not path:
                hint = await shop.owner.fetchval("SELECT channel_code FROM attribution_events WHERE id = $1", event_id)
                path = [Touch(hint, sale.at)]
            shares[event_id] = RULE[version.model].credit(path, version.parameters)
            assert stored[event_id] == allocate(sale.cents, shares[event_id]), (version, sale.name, path)
        for refund, of in refunds:
            assert stored[refund.id] == allocate(refund.cents, shares[of]), (version, refund.name)


async def test_weights_of_time_decay_are_exact_in_the_database(shop):
    """Against the digits of a decimal, at every edge of the three factors."""
    from impl.attribution import statements

    for half_life in (43_200, 604_800, 7_776_000, 50_001):
        values = statements.parameters(
            ModelVersion(model="time_decay", parameters=Parameters(half_life_seconds=half_life))
        )
        ages = [
            0,
            1,
            255,
            256,
            257,
            65_535,
            65_536,
            half_life - 1,
            half_life,
            half_life + 1,
            7 * half_life,
            64 * half_life,
            65 * half_life,
        ]
        ages += random.Random(half_life).sample(range(90 * 86_400), 200)
        rows = await shop.owner.fetch(
            f"SELECT weight FROM ({statements.PARTS['weight_time_decay']}) w ORDER BY touch_id::integer"
            .replace("credited c", "(SELECT a AS touch_id, 'x' AS conversion_id, 'x' AS channel_code, '' AS campaign_id, false AS is_hint, to_timestamp(a)"
                     " AS newest_at, to_timestamp(0) AS occurred_at FROM unnest($6::bigint[]) a) c")
            .replace(":half_life", "$1").replace(":high", "$2").replace(":middle", "$3").replace(":low", "$4").replace(":units", "$5"),
            half_life, values["high"], values["middle"], values["low"], values["units"], ages,
        )  # fmt: skip
        assert [row["weight"] for row in rows] == [weight(age, half_life) for age in sorted(ages)]
