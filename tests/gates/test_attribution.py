"""The gates of attribution are green, and each turns red on the defect it is there for."""

from __future__ import annotations

import pytest

from impl.attribution import statements
from impl.db import bootstrap, embedded, engine
from tests.bench.attribution import baseline
from tests.fixtures.database import Database
from tests.gates import attribution as gates
from tests.gates.stage import GateFailure, Stage

pytestmark = pytest.mark.xdist_group("gates-of-attribution")
GOOD = {"seconds": 2.0, "statements": 100, "p95 ms": 40.0, "rss mb": 80.0}


@pytest.fixture
def gate(cluster: embedded.Server) -> Stage:
    return Stage(cluster.home, cluster.port, dict(cluster.passwords))


@pytest.fixture
async def owner(fresh_database: Database):
    connection = await bootstrap.connect(fresh_database.url("migration_owner"))
    yield connection
    await connection.close()


@pytest.fixture
async def worker(fresh_database: Database):
    pool = engine.create(fresh_database.url("app_worker"), pool_size=gates.CONCURRENT)
    yield pool
    await pool.dispose()


@pytest.mark.promise("Q09", "P084", "P092", "Q20")
@pytest.mark.parametrize("model", gates.MODELS)
async def test_r5_is_green(gate: Stage, owner, worker, model: str) -> None:
    """A thousand sales: three runs in a row, ten at once, one after an attempt that failed."""
    baseline.install()
    story = await gates.story_of(owner, gates.SALES)
    await gates.equal_digests(gate, owner, worker, story.identity(model))
    digests = gate.evidence[-1]["digests"]
    assert [len(values) for values in digests.values()] == [3, 10, 1]
    summed = await owner.fetch(
        "SELECT e.effect_cents, sum(a.allocated_revenue_cents) AS cents FROM attribution_events e JOIN attribution_allocations a"
        " ON a.tenant_id = e.tenant_id AND a.event_id = e.id WHERE e.tenant_id = $1 AND a.model_type = $2 GROUP BY e.id, e.effect_cents",
        story.tenant_id, model,
    )  # fmt: skip
    assert len(summed) == gates.SALES
    assert all(row["effect_cents"] == row["cents"] for row in summed)


async def test_r5_turns_red_when_chance_has_a_say(gate: Stage, owner, worker, monkeypatch) -> None:
    weights = statements.PARTS["weight_linear"].replace("1::numeric AS weight", "random()::numeric AS weight")
    monkeypatch.setitem(statements.PARTS, "weight_linear", weights)
    statements.store.cache_clear()
    story = await gates.story_of(owner, 600)
    with pytest.raises(GateFailure, match="digests"):
        await gates.equal_digests(gate, owner, worker, story.identity("linear"))
    statements.store.cache_clear()


@pytest.mark.promise("P087", "P088", "P089", "P090", "P093", "Q10")
@pytest.mark.parametrize(
    ("size", "change", "message"),
    [
        (10_000, {"seconds": 5.0}, "took 5.0 s"),
        (100_000, {"seconds": 30.0}, "took 30.0 s"),
        (100_000, {"p95 ms": 100.0}, "p95 of a statement"),
        (10_000, {"rss mb": 256.0}, "memory at 10,000"),
        (100_000, {"statements": 1201}, "statements grew 12.0 times"),
        (100_000, {"rss mb": 81 * 12.0}, "memory"),
    ],
)
def test_r5_load_turns_red_on_slow_large_or_chatty_recomputes(
    size: int, change: dict[str, float], message: str
) -> None:
    figures = {10_000: dict(GOOD), 100_000: GOOD | {"seconds": 20.0, "statements": 1000}}
    gates.within(figures)
    figures[size] |= change
    with pytest.raises(GateFailure, match=message):
        gates.within(figures)


async def test_value_02_is_green_and_turns_red(gate: Stage, owner) -> None:
    await gates.refuses_gaps(gate, owner)
    await owner.execute("ALTER TABLE attribution_events ALTER COLUMN event_type SET DEFAULT 'PaymentCaptured'")
    with pytest.raises(GateFailure, match="attribution_events took a row without event_type"):
        await gates.refuses_gaps(gate, owner)


async def test_value_04_is_green_and_turns_red(gate: Stage, owner, fresh_database: Database) -> None:
    await gates.same_views(gate, fresh_database.name)
    await owner.execute("CREATE MATERIALIZED VIEW mv_forgotten AS SELECT 1 AS one")
    with pytest.raises(GateFailure, match="mv_forgotten"):
        await gates.same_views(gate, fresh_database.name)
