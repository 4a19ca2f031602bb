"""How much the receipt of deliveries costs, beside the least that could be done. Run: `make bench-ingest`.

Three parties take turns against one embedded PostgreSQL with `fsync` on, under the same load and for as long: our service with
everything that it does; a bare FastAPI route that inserts one row; and pgbench inserting one row, which is the server alone.
CPU seconds are read from the processes themselves, because a busy machine cannot spoil them. Then the specification's ladder:
29, 46 and 5 deliveries a second over four tenants, with repeated, malformed and personal ones among them. It is cut short unless
it is asked for at its full length, which takes eight minutes: `make bench-ingest INGEST="--ladder-seconds 60"`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from impl.cli import local, tenant
from impl.cli.tenant import NewTenant
from impl.db import binaries, bootstrap, roles
from impl.settings import Settings
from tests.bench import load, processes
from tests.bench import shop as bench
from tests.bench.ingest import ladder
from tests.bench.load import Result

CONNECTIONS = 16
TABLE = """
    CREATE TABLE bench_bare (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), name TEXT NOT NULL, body JSONB NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now());
    GRANT SELECT, INSERT ON bench_bare TO app_user
"""
PGBENCH = "INSERT INTO bench_bare (name, body) VALUES ('evt_' || :client_id, '{body}');\n"


@dataclass
class Party:
    """Somebody who takes deliveries, and what each round cost."""

    name: str
    process: bench.Process
    results: list[Result] = field(default_factory=list)
    own_ms: list[float] = field(default_factory=list)
    """CPU milliseconds of its own process per delivery, by round."""
    database_ms: list[float] = field(default_factory=list)


@dataclass
class Course:
    """Where the parties run."""

    shop: NewTenant
    cluster: Path
    stack: local.Stack
    requests: int
    inserts: list[float] = field(default_factory=list)
    """pgbench's single-row inserts per second, by round."""


def main() -> int:
    """Measure and print. 1 when the receipt is slower than it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--requests", type=int, default=2000, help="deliveries in a round")
    length = "of the first two steps, the third is five times as long; 60 is the specification's, 0 leaves them out"
    parser.add_argument("--ladder-seconds", type=float, default=6.0, help=f"length {length}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skeldir-bench-") as folder:
        Path(folder).chmod(0o711)
        with local.stack(Settings(data_dir=Path(folder))) as stack:
            return _run(stack, Path(folder), options)


def _run(stack: local.Stack, folder: Path, options: argparse.Namespace) -> int:
    shops = [_shop(stack, number) for number in range(4)]
    asyncio.run(_prepare(stack, shops[0]))
    course = Course(shops[0], folder / "postgres" / "pgdata", stack, options.requests)
    bare = bench.uvicorn(
        "tests.bench.ingest.bare:app",
        {"BARE_DATABASE_URL": stack.urls[roles.API].set(drivername="postgresql").render_as_string(hide_password=False)},
    )
    with bench.service(stack) as ours, bare as theirs:
        parties = [Party("skeldir", ours), Party("bare route", theirs)]
        asyncio.run(_measure(course, parties, options.rounds))
        ratio = _report(course, parties)
        signers, seconds = [partial(bench.headers, one) for one in shops], options.ladder_seconds
        steps = asyncio.run(ladder.climb(signers, ours.port, seconds)) if seconds else []
        peak = processes.resident_mb(ours.pid, peak=True)
        null = asyncio.run(ladder.step(signers, theirs.port, ladder.NULL_RATE, seconds)) if seconds else None
    if null is not None:
        print(f"  the harness alone, against the bare route: {null.line().strip()}")
    for step in steps:
        print(step.line())
    print(f"  memory of the service at its highest: {peak:.0f} MB")
    return 0 if ratio >= 0.6 and all(step.holds() for step in steps) else 1


def _shop(stack: local.Stack, number: int) -> NewTenant:
    email = f"bench-{number}@shop.example"
    return tenant.make(stack.settings, name=f"Bench {number}", email=email, password="bench bench bench")


async def _prepare(stack: local.Stack, shop: NewTenant) -> None:
    await bench.raise_limits(stack, shop)
    owner = await bootstrap.connect(stack.urls[roles.OWNER])
    await owner.execute(TABLE)
    await owner.close()


async def _measure(course: Course, parties: list[Party], rounds: int) -> None:
    for party in parties:
        await _load(course, party, 300)
    for number in range(rounds):
        for party in parties[:: 1 if number % 2 else -1]:
            await _round(course, party)
            result = party.results[-1]
            print(
                f"round {number + 1}  {party.name:<10} {result.per_second:7.0f}/s  CPU {party.own_ms[-1]:.2f} + database {party.database_ms[-1]:.2f} ms  {dict(result.statuses)}",
                flush=True,
            )
        course.inserts.append(await asyncio.to_thread(_pgbench, course))
        print(f"round {number + 1}  {'pgbench':<10} {course.inserts[-1]:7.0f}/s", flush=True)


async def _round(course: Course, party: Party) -> None:
    before = processes.cpu_seconds(party.process.pid), processes.cluster_cpu_seconds(course.cluster)
    result = await _load(course, party, course.requests)
    after = processes.cpu_seconds(party.process.pid), processes.cluster_cpu_seconds(course.cluster)
    assert set(result.statuses) == {200}, result.statuses
    party.results.append(result)
    for costs, start, end in zip((party.own_ms, party.database_ms), before, after, strict=True):
        costs.append(1000 * (end - start) / course.requests)


async def _load(course: Course, party: Party, requests: int) -> Result:
    prefix, port = uuid.uuid4().hex[:10], party.process.port
    ready = [bench.request(course.shop, port, bench.body(f"{prefix}{number}")) for number in range(requests)]
    return await load.run("127.0.0.1", port, ready.__getitem__, requests=requests, connections=CONNECTIONS)


def _pgbench(course: Course) -> float:
    """Transactions per second that insert the same row, prepared, over as many connections."""
    url = course.stack.urls[roles.API]
    body = bench.body("pgbench").decode().replace("'", "''").replace(":", " :").replace(" :", ":")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(PGBENCH.replace("{body}", body))
        script.flush()
        count = max(1, course.requests // CONNECTIONS)
        command = [
            binaries.find(None, binaries.account()).program("pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-t", str(count),
            "-f", script.name, "-h", str(url.host), "-p", str(url.port), "-U", str(url.username), str(url.database),
        ]  # fmt: skip
        environment = os.environ | {"PGPASSWORD": str(url.password)}
        process = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    line = next(line for line in process.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _report(course: Course, parties: list[Party]) -> float:
    """Print what came out; the median over the rounds of our rate by the bare route's."""
    print(
        f"\n{course.requests} signed deliveries a round over {CONNECTIONS} connections, median of {len(course.inserts)} interleaved rounds (min–max); load of the machine {os.getloadavg()[0]:.1f}"
    )
    for party in parties:
        rates = sorted(result.per_second for result in party.results)
        p50, p99 = (statistics.median(result.percentile(share) for result in party.results) for share in (0.5, 0.99))
        own, database = statistics.median(party.own_ms), statistics.median(party.database_ms)
        memory = f"{processes.resident_mb(party.process.pid):.0f} MB, peak {processes.resident_mb(party.process.pid, peak=True):.0f}"
        print(
            f"  {party.name:<10} {statistics.median(rates):6.0f}/s ({rates[0]:.0f}–{rates[-1]:.0f})  p50 {p50:.1f}  p99 {p99:.1f} ms  CPU {own:.2f} + database {database:.2f} ms  {memory}"
        )
    print(
        f"  {'pgbench':<10} {statistics.median(course.inserts):6.0f}/s ({min(course.inserts):.0f}–{max(course.inserts):.0f})"
    )
    ours, bare = parties
    return _ratios(ours, bare, course)


def _ratios(ours: Party, bare: Party, course: Course) -> float:
    by_bare = [one.per_second / other.per_second for one, other in zip(ours.results, bare.results, strict=True)]
    by_insert = [one.per_second / rate for one, rate in zip(ours.results, course.inserts, strict=True)]
    by_cpu = [
        (b + d) / (a + c)
        for a, c, b, d in zip(ours.own_ms, ours.database_ms, bare.own_ms, bare.database_ms, strict=True)
    ]
    for name, values in (
        ("(a) skeldir / bare route", by_bare),
        ("(b) skeldir / pgbench single-row insert", by_insert),
        ("    CPU bare route / CPU skeldir", by_cpu),
    ):
        print(f"  {name:<42} {statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})")
    return statistics.median(by_bare)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
