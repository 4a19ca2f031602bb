"""Fill a database, measure in turns, print and keep."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from impl.attribution import on_demand, periods, recompute, report, statements
from impl.attribution.versions import ModelVersion
from impl.db import bootstrap, embedded, engine, migrate
from impl.db.transaction import tenant_transaction
from tests.bench.attribution import bare, journeys, seed

RESULTS: Final = Path(__file__).resolve().parents[3] / "build" / "bench" / "attribution.json"
ENVIRONMENTS: Final = RESULTS.parent
COUNTED: Final = "bench_counted"
"""A part that counts what the chain computed, as the bare statement does."""
LOOKBACK: Final = timedelta(days=30)
MODELS: Final = ("linear", "position_based", "time_decay")


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


class Bench:
    """A server with tenants of several sizes."""

    def __init__(self, server: embedded.Server) -> None:
        self.server = server
        self.tenants: dict[int, uuid.UUID] = {}
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.start, self.end = today - timedelta(days=seed.DAYS), today

    async def owner(self) -> asyncpg.Connection:
        return await bootstrap.connect(self.server.url("migration_owner", "skeldir"))

    async def fill(self, sizes: list[int]) -> None:
        owner = await self.owner()
        for size in sizes:
            self.tenants[size] = await seed.fill(owner, size)
        await owner.close()

    async def recompute(self, size: int, model: str) -> dict[str, Any]:
        """A recompute of all days, in a process of its own."""
        url = self.server.url("app_worker", "skeldir").render_as_string(hide_password=False)
        words = (str(self.tenants[size]), self.start.isoformat(), self.end.isoformat(), model)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.attribution.worker", url, *words, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        result: dict[str, Any] = json.loads(output.decode().splitlines()[-1])
        return result


async def computing(bench: Bench, size: int, rounds: int) -> dict[str, Any]:
    """The whole chain under row security beside the bare statement of the owner; both give the same checksum."""
    statements.PARTS[COUNTED] = (
        "SELECT count(*) AS credits, sum(d.cents * (1 + length(d.channel_code))) AS checksum FROM desired d"
    )
    owner, pool = await bench.owner(), engine.create(bench.server.url("app_user", "skeldir"), pool_size=1)
    tenant, period = bench.tenants[size], periods.Period(bench.start.date(), (bench.end - timedelta(days=1)).date())
    result: dict[str, Any] = {}
    for model in MODELS:
        version, answers = ModelVersion(model=model), []

        async def ours(version: ModelVersion = version, answers: list[Any] = answers) -> None:
            async with tenant_transaction(pool, tenant) as connection:
                scope = await recompute.scope(connection, tenant, version, keeps=False)
                answers.append((await on_demand.rows(connection, scope, period, COUNTED))[0])

        async def plain(model: str = model, answers: list[Any] = answers) -> None:
            answers.append(await owner.fetchrow(bare.statement(model), tenant, LOOKBACK, *bare.values(model)))

        times: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(rounds):
            times["ours"].append(await seconds(ours))
            times["bare"].append(await seconds(plain))
        assert len({(row[0], row[1]) for row in answers}) == 1, answers
        result[model] = {
            **{name: round(statistics.median(values), 3) for name, values in times.items()},
            "ratio": round(min(times["ours"]) / min(times["bare"]), 2),
        }
    await owner.close()
    await pool.dispose()
    return result


async def reading(bench: Bench, size: int) -> dict[str, Any]:
    """`channels` of 90 days from what is stored."""
    pool = engine.create(bench.server.url("app_user", "skeldir"), pool_size=1)
    tenant, period = bench.tenants[size], periods.Period(bench.start.date(), (bench.end - timedelta(days=1)).date())

    async def once() -> None:
        async with tenant_transaction(pool, tenant) as connection:
            await report.by_channel(connection, tenant, ModelVersion(model="linear"), period)

    times = [await seconds(once) for _ in range(21)]
    await pool.dispose()
    return {
        "p95 ms": round(statistics.quantiles(times, n=20)[-1] * 1000, 1),
        "median ms": round(statistics.median(times) * 1000, 1),
    }


async def storing(bench: Bench, size: int) -> dict[str, Any]:
    """A first run, an unchanged rerun, and a bare insert of the same rows with the same constraints."""
    first = await bench.recompute(size, "linear")
    again = await bench.recompute(size, "linear")
    assert first["digest"] == again["digest"]
    owner = await bench.owner()
    tenant = bench.tenants[size]
    await owner.execute("DROP TABLE IF EXISTS copy")
    await owner.execute(
        "CREATE TEMP TABLE copy AS SELECT * FROM attribution_allocations WHERE tenant_id = $1 AND model_type = 'linear'".replace(
            "$1", f"'{tenant}'"
        )
    )
    await owner.execute("UPDATE copy SET model_version = '0.0.1', id = gen_random_uuid()")

    async def insert() -> None:
        await owner.execute("INSERT INTO attribution_allocations SELECT * FROM copy")

    plain = await seconds(insert)
    await owner.execute("DELETE FROM attribution_allocations WHERE model_version = '0.0.1'")
    await owner.close()
    return {
        "first": first,
        "again": again,
        "bare insert": round(plain, 3),
        "stored / bare": round(first["seconds"] / plain, 2),
        "again / first": round(again["seconds"] / first["seconds"], 3),
    }


async def row_security(bench: Bench, size: int) -> float:
    """Share of the time that row security takes: the same chain by the owner, without it."""
    owner = engine.create(bench.server.url("migration_owner", "skeldir"), pool_size=1)
    pool = engine.create(bench.server.url("app_user", "skeldir"), pool_size=1)
    tenant, period = bench.tenants[size], periods.Period(bench.start.date(), (bench.end - timedelta(days=1)).date())
    times: dict[str, list[float]] = {"on": [], "off": []}
    for _ in range(5):
        for name, one in (("on", pool), ("off", owner)):

            async def work(one: Any = one) -> None:
                async with tenant_transaction(one, tenant) as connection:
                    scope = await recompute.scope(connection, tenant, ModelVersion(model="linear"), keeps=False)
                    await on_demand.rows(connection, scope, period, COUNTED)

            times[name].append(await seconds(work))
    await owner.dispose()
    await pool.dispose()
    return round(1 - min(times["off"]) / min(times["on"]), 3)


PEERS: Final = ("channelattribution", "marketing-attribution-models")
MODELS_OF_PEERS: Final = {"linear": PEERS, "markov": PEERS, "shapley": PEERS[1:]}


async def learners(folder: Path, touches: int) -> dict[str, Any]:
    """CPU seconds over journeys in memory, ours and those of public packages, each in a process and environment of its own."""
    path = folder / "journeys.jsonl"
    result: dict[str, Any] = {"journeys": journeys.write(path, touches)}
    for model, peers in MODELS_OF_PEERS.items():
        own = await _child(sys.executable, "-m", "tests.bench.attribution.ours", str(path), model)
        result[model] = {"ours": own}
        for peer in peers:
            python = ENVIRONMENTS / peer / "bin" / "python"
            if not python.exists():
                result[model][peer] = "not installed"
                continue
            answer = await _child(str(python), "tests/bench/attribution/peers.py", peer, model, str(path))
            result[model][peer] = {name: answer[name] for name in ("seconds", "wall", "peak mb")}
            if model == "linear" and "answer" in answer:
                result[model][peer]["largest difference, cents"] = _difference(own["cents"], answer["answer"])
        del own["cents"]
    return result


def _difference(ours: dict[str, int], theirs: dict[str, float]) -> float:
    """Whole cents differ from floats by what rounding moves: less than a cent a conversion, and nothing in all."""
    assert abs(sum(ours.values()) - sum(theirs.values())) < 1
    return round(max(abs(ours[name] - theirs[name]) for name in ours), 1)


async def _child(*words: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, env={**os.environ, "MPLBACKEND": "Agg"}
    )
    output, _ = await process.communicate()
    answer: dict[str, Any] = json.loads(output.decode().splitlines()[-1])
    return answer


async def run(data: Path, sizes: list[int], rounds: int) -> dict[str, Any]:
    with embedded.running(data) as server:
        await bootstrap.ensure(server.url(), "skeldir", server.passwords)
        await asyncio.to_thread(migrate.upgrade, server.url("migration_owner", "skeldir"))
        bench = Bench(server)
        await bench.fill(sizes)
        result: dict[str, Any] = {"load average": os.getloadavg()}
        print("filled", file=sys.stderr, flush=True)
        for size in sizes:
            result[f"{size:,}"] = own = {}
            own["computing"] = await computing(bench, size, rounds)
            own["storing"] = await storing(bench, size)
            own["channels of 90 days"] = await reading(bench, size)
            print(size, json.dumps(own), file=sys.stderr, flush=True)
        result["row security"] = await row_security(bench, sizes[0])
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--touches", type=int, default=1_000_000, help="for models in memory; 0 leaves them out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-bench-") as folder:
        Path(folder).chmod(0o711)
        figures = asyncio.run(run(Path(folder) / "data", options.sizes, options.rounds)) if options.sizes else {}
        if options.touches:
            figures["models in memory"] = asyncio.run(learners(Path(folder), options.touches))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
