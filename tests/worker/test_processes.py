"""Real worker processes: killed, poisoned, blocked, told to stop; what they owed is done once or kept as failed."""

import asyncio
import base64
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from impl.attribution import recompute, tasks
from impl.attribution.versions import ModelVersion
from impl.db.sealing import KeyRing
from impl.db.transaction import tenant_transaction
from impl.ingestion import privacy
from impl.ingestion.deliveries import reject
from impl.ingestion.deliveries.delivery import Delivery, Rejection
from impl.jobs import queue, vitals
from impl.platforms import registry
from impl.worker import SLOTS
from tests.attribution.shop import DAY, TODAY, Shop
from tests.cli.conftest import ROOT, SKELDIR, environment
from tests.worker import process

PATIENCE_SECONDS = 180
SALES = {
    "stripe": "charge.succeeded",
    "shopify": "orders/paid",
    "woocommerce": "order.completed",
    "paypal": "PAYMENT.CAPTURE.COMPLETED",
}

# Processes with leases of seconds must not starve each other, whatever else runs.
pytestmark = pytest.mark.xdist_group("worker-processes")


@pytest.fixture
def defer(api, tenant):
    async def defer(kind, **arguments):
        async with tenant_transaction(api, tenant) as connection:
            return await queue.defer(connection, kind, tenant_id=tenant, arguments=arguments)

    return defer


@pytest.fixture
def start(queue_database, tmp_path):
    """Starts worker processes; ends them with the test."""
    started = []
    ring = base64.b64encode(bytes(range(32))).decode()

    def start(*command, **extra):
        settings = {
            "SKELDIR_ENV": "ci",
            "SKELDIR_WORKER_DATABASE_URL": queue_database.dsn("app_worker"),
            "SKELDIR_SEALING_KEYS": f"k:{ring}",
            # A loaded machine stands still for seconds; a worker that then gives itself up is not what a test is about.
            "SKELDIR_WORKER_STALL_SECONDS": "120",
        }
        log = tmp_path / f"{len(started)}.log"
        with log.open("wb") as output:
            made = subprocess.Popen(
                command or [sys.executable, "-m", "tests.worker.process"],
                cwd=ROOT, env=environment(**(settings | extra)), stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        made.log = log
        started.append(made)
        return made

    yield start
    for one in started:
        if one.poll() is None:
            one.terminate()
        try:
            one.wait(10)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


async def until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := await condition()):
        assert time.monotonic() < deadline, f"still waiting for {what}"
        await asyncio.sleep(0.05)
    return found


@contextmanager
def kept_running(start, count, **extra):
    """`count` workers; one that dies is replaced, as a supervisor does."""
    workers = [start(**extra) for _ in range(count)]

    def replace():
        for index, one in enumerate(workers):
            if one.poll() is not None:
                workers[index] = start(**extra)

    yield replace


def two_free_ports():
    """The first of two neighbours that nobody uses, below those that the kernel hands out for connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 1))
            return port


def lines(made):
    """What a process has logged; its last line may still be on the way."""
    whole, _, _ = made.log.read_text().rpartition("\n")
    return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]


@pytest.mark.promise("Q06")
async def test_killed_after_the_write_every_effect_happens_exactly_once(seer, defer, start):
    """SIGKILL between the commit of the effect and the end of the job, for ten jobs."""
    for number in range(10):
        await defer(process.EFFECT, number=number)
    effects = "SELECT count(*) FROM privacy_audit WHERE action = 'effect'"
    # A job may be killed twice, no more: so each worker first does all it can, and none that lives is taken for dead.
    lease = {"TEST_LEASE_SECONDS": "5"}
    for count in (SLOTS, 10):
        victim = start(**lease)

        async def worked(count=count):
            return await seer.fetchval(effects) >= count

        await until(worked, f"{count} effects")
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    start(**lease)

    async def finished():
        return await seer.fetchval("SELECT count(*) FROM queue.pgqueuer") == 0

    await until(finished, "the jobs to be taken over")
    rows = await seer.fetch("SELECT rows_affected, count(*) FROM privacy_audit WHERE action = 'effect' GROUP BY 1")
    assert {row[0]: row[1] for row in rows} == dict.fromkeys(range(10), 1)
    assert await seer.fetchval("SELECT count(*) FROM worker_failed_jobs") == 0


@pytest.mark.promise("Q05", "Q07")
async def test_poison_and_runaway_jobs_end_and_ten_sentinels_behind_them_run(seer, defer, start, tenant):
    """One job kills its process, another blocks its loop; both are tried three times, kept, and have no effect."""
    poison, runaway = await defer(process.POISON), await defer(process.RUNAWAY)
    for number in range(10):
        await defer(process.SENTINEL, number=number)
    with kept_running(start, 2, SKELDIR_WORKER_STALL_SECONDS="2") as replace:

        async def over():
            replace()
            return await seer.fetchval("SELECT count(*) FROM queue.pgqueuer WHERE status <> 'failed'") == 0

        await until(over, "every job to come to an end")
    effects = {row[0] for row in await seer.fetch("SELECT effect_key FROM worker_side_effects")}
    assert effects == {f"sentinel:{number}" for number in range(10)}
    starts = "SELECT (headers ->> 'starts')::integer FROM queue.pgqueuer WHERE id = ANY ($1)"
    # Three attempts, and the look that gives it up.
    assert [row[0] for row in await seer.fetch(starts, [poison, runaway])] == [4, 4]
    rows = await seer.fetch("SELECT job_name, exception_class, tenant_id FROM worker_failed_jobs ORDER BY job_name")
    assert [tuple(row) for row in rows] == [
        ("tests.poison", "KilledTooOften", tenant),
        ("tests.runaway", "KilledTooOften", tenant),
    ]


async def test_told_to_stop_it_finishes_what_it_began_and_takes_nothing_more(seer, defer, start):
    await defer(process.SLOW)
    made = start()

    async def begun():
        return await seer.fetchval("SELECT count(*) FROM worker_side_effects WHERE effect_key = 'slow:begun'")

    async def stopping():
        return any(line["event"] == "worker_stopping" for line in lines(made))

    await until(begun, "the job to begin")
    made.terminate()
    await until(stopping, "the worker to hear it")
    await defer(process.SENTINEL, number=1)
    assert await asyncio.to_thread(made.wait, PATIENCE_SECONDS) == 0
    effects = {row[0] for row in await seer.fetch("SELECT effect_key FROM worker_side_effects")}
    assert effects == {"slow:begun", "slow:done"}
    assert [row[0] for row in await seer.fetch("SELECT status::text FROM queue.pgqueuer")] == ["queued"]
    assert await seer.fetchval("SELECT count(*) FROM worker_heartbeats") == 0


async def test_a_worker_that_has_run_its_share_counts_as_alive_while_the_next_one_starts(seer, api, defer, start):
    """Else a deployment of one worker is not ready for seconds after each hundred jobs."""
    await defer(process.SENTINEL, number=0)
    recycled = start(TEST_MAX_JOBS="1")
    assert await asyncio.to_thread(recycled.wait, PATIENCE_SECONDS) == 0
    assert await vitals.state(api) == "up"


@pytest.mark.promise("P125", "P129", "P130", "P081")
async def test_two_supervised_workers_dispatch_each_due_instant_once_and_are_replaced_when_killed(seer, api, start):
    port = two_free_ports()
    made = start(
        SKELDIR, "worker", "--processes", "2", SKELDIR_SCHEDULE_SECONDS="1", SKELDIR_WORKER_METRICS_PORT=str(port)
    )

    async def ticked():
        return await seer.fetchval("SELECT count(*) FROM schedule_ticks WHERE schedule_name = 'auth-denylist-gc'") >= 3

    await until(ticked, "three due instants")
    assert await vitals.state(api) == "up"
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await vitals.round_trip(api)

    async def counted():
        with contextlib.suppress(OSError):
            page = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics", None, 10)
            with page:
                return b"job_success_total{" in page.read()

    await until(counted, "a job on the worker's own page of metrics")
    said = lines(made)
    loaded = [line for line in said if line["event"] == "beat_schedule_loaded"]
    assert len(loaded) == 2
    assert loaded[0]["scheduled_tasks"] >= 3
    sent = [(line["schedule"], line["due_at"]) for line in said if line["event"] == "Sending due task"]
    assert len(sent) == len(set(sent)) >= 3
    users = await seer.fetch("SELECT DISTINCT usename::text FROM pg_stat_activity WHERE application_name = 'skeldir-worker'"
                             " AND datname = current_database()")  # fmt: skip
    assert [row[0] for row in users] == ["app_worker"]
    children = {row[0] for row in await seer.fetch("SELECT worker_id FROM worker_heartbeats")}
    victim = min(children)
    os.kill(int(victim.split("-")[-2]), signal.SIGKILL)

    async def replaced():
        now = {row[0] for row in await seer.fetch("SELECT worker_id FROM worker_heartbeats")}
        return now - children

    await until(replaced, "a new worker")
    made.terminate()
    assert await asyncio.to_thread(made.wait, PATIENCE_SECONDS) == 0
    assert await seer.fetch("SELECT job_name, error_message FROM worker_failed_jobs") == []


@pytest.mark.promise("F28")
async def test_a_worker_repairs_dead_events_of_every_processor_whose_cause_may_have_passed(seer, api, start, tenant):
    """The sweep finds them, a job reads each again, and each becomes an event with its entry: nobody asked for it."""
    ring, now = KeyRing({"k": bytes(range(32))}), datetime.now(UTC)
    for processor, event in SALES.items():
        delivery = Delivery(
            id=uuid4(), tenant_id=tenant, processor=processor, received_at=now, size_bytes=2, signature_scheme="any",
            secret_version=1,
        )  # fmt: skip
        rejection = Rejection(
            code="network_error", message="it did not work", idempotency_key=uuid4(), topic=event,
            processor_event_id=f"delivery of {processor}", payload=privacy.strip(registry.processor(processor).sample(event)),
        )  # fmt: skip
        await reject.reject(api, ring, delivery, rejection)
    await seer.execute("UPDATE dead_events SET next_retry_at = now()")
    start(SKELDIR, "worker", SKELDIR_SCHEDULE_SECONDS="1")

    async def repaired():
        return await seer.fetchval("SELECT count(*) FROM dead_events WHERE remediation_status = 'resolved'") == 4

    await until(repaired, "four dead events to be repaired")
    rows = await seer.fetch(
        "SELECT e.processor, l.entry_kind, d.retry_count FROM dead_events d"
        " JOIN attribution_events e ON e.id = d.resolved_event_id JOIN revenue_ledger l ON l.event_id = e.id"
        " WHERE l.effect_cents > 0"
    )
    assert sorted(tuple(row) for row in rows) == [(processor, "captured", 1) for processor in sorted(SALES)]
    assert await seer.fetch("SELECT job_name, error_message FROM worker_failed_jobs") == []


@pytest.mark.promise("P086")
async def test_a_worker_credits_a_sale_and_a_late_touch_and_does_what_was_requested(seer, api, start, tenant):
    """Nobody asks for the tenant's own model; another model, once requested, follows what changes as well."""
    shop, at = Shop(seer, api, tenant), TODAY - 2 * DAY
    session = uuid4()
    sale = await shop.event("s", at, 1001, session=session, channel="referral")
    changed = "INSERT INTO attribution_changes (tenant_id, days, touches) VALUES ($1, $2, $3)"
    await seer.execute(changed, tenant, [at.date()], [])
    versions = {name: ModelVersion(model=name) for name in ("last_touch", "linear")}
    identity = shop.identity(at - DAY, at + DAY, versions["linear"])
    async with tenant_transaction(api, tenant) as connection:
        await recompute.request(connection, identity, uuid4())
        await tasks.defer(connection, identity)
    start(SKELDIR, "worker")

    def credited(name, expected):
        async def condition():
            return (await shop.credits(versions[name])).get(sale.id) == expected

        return condition

    for name in versions:
        await until(credited(name, {"referral": 1001}), f"the credit of {name}")
    await shop.touches(
        ("1", at - DAY / 2, "email", session, None, "visit"), ("2", at - DAY / 4, "organic", session, None, "visit")
    )
    ids = await seer.fetchval("SELECT array_agg(id) FROM touches WHERE tenant_id = $1", tenant)
    await seer.execute(changed, tenant, [], ids)
    await until(credited("last_touch", {"organic": 1001}), "the credit of the late touch")
    digest = (await shop.job(identity))["digest"]
    assert len(digest) == 32
    assert await seer.fetch("SELECT job_name, error_message FROM worker_failed_jobs") == []


async def test_a_worker_without_its_secrets_does_not_start_and_says_which(start):
    made = start(SKELDIR, "worker", SKELDIR_ENV="prod", SKELDIR_WORKER_DATABASE_URL="")
    assert await asyncio.to_thread(made.wait, PATIENCE_SECONDS) == 2
    assert "SKELDIR_WORKER_DATABASE_URL" in made.log.read_text()


def test_what_its_parent_held_is_not_counted_as_memory_of_a_worker():
    """A worker that thought itself too large would leave after each job."""
    ballast = bytearray(b"x" * 400_000 * 1024)
    said = subprocess.run(
        [sys.executable, "-c", "from impl import worker; print(worker.resident_kb(), worker.MAX_RESIDENT_KB)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    held, limit = map(int, said.stdout.split())
    assert 20_000 < held < limit < len(ballast) // 1024
