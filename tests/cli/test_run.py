"""`skeldir run`: what a stranger sees, the second time too, and after everything was killed."""

import asyncio
import base64
import json
import re
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest

from impl.platforms import registry, stripe
from impl.platforms.stripe import samples
from tests.cli.conftest import database_processes, skeldir
from tests.cli.test_deliver import write


@pytest.mark.usefixtures("one_day")
def test_a_stranger_sees_money_arrive_and_again_the_second_time(start, command, data_dir):
    """Deliveries, login, curl lines, revenue; a second run keeps the data and repeats nothing."""
    first = start()
    printed = first.wait_for("Press Ctrl-C")
    outcomes = re.findall(r"→ (\w+):", printed)
    assert outcomes == ["accepted", "accepted", "accepted", "duplicate", "dead"] + ["accepted"] * 4
    assert "298.49 USD  (not reconciled yet)" in printed
    health, login, revenue = re.findall(r"^  (curl .*|TOKEN=.*)$", printed, re.MULTILINE)
    pasted = subprocess.run(
        ["bash", "-ec", f"{health}\n{login}\n{revenue}\n"], capture_output=True, text=True, check=True
    )
    status, total = re.findall(r"\{.*?\}(?=\{|$)", pasted.stdout.strip(), re.DOTALL)[0], pasted.stdout
    assert re.search(r'"status":"(healthy|degraded)"', status)  # degraded until the worker has said hello
    assert '"revenue_total_cents":29849' in total
    assert first.stop() == 0
    assert "Stopped." in first.output
    second = start()
    assert re.findall(r"→ (\w+):", second.wait_for("Press Ctrl-C")) == ["duplicate"] * 4 + ["dead"] + ["duplicate"] * 4
    assert "298.49 USD" in second.output
    assert skeldir("db", "psql", "--data-dir", data_dir, "-Atc", "SELECT count(*) FROM revenue_ledger").stdout == "7\n"
    for processor, event in (
        ("stripe", "charge.succeeded"),
        ("shopify", "orders/paid"),
        ("paypal", "PAYMENT.SALE.COMPLETED"),
    ):
        by_hand = ("--processor", processor, "--event", event, "--url", second.url, "--data-dir", data_dir)
        assert "→ 200 accepted" in command("deliver", *by_hand).stdout
    every = data_dir.with_name("every")
    every.mkdir()
    known = [(processor, event) for processor in registry.NAMES for event in registry.processor(processor).samples()]
    for number, (processor, event) in enumerate(known):
        body = registry.processor(processor).sample(event)
        write(every / f"{number:02}.json", provider=processor, event=event, body=body)
    replayed = command("replay", every, "--url", second.url, "--data-dir", data_dir).stdout
    outcomes = re.findall(r"^(\S+) (\S+) .*→ 200 (\w+):", replayed, re.MULTILINE)
    assert len(outcomes) == len(known)
    assert {processor for processor, _ in known} == {"stripe", "shopify", "woocommerce", "paypal"}
    # A refund that is pending has moved no money yet.
    others = [event for _, event, outcome in outcomes if outcome not in {"accepted", "duplicate"}]
    assert others == ["PAYMENT.REFUND.PENDING"]
    recorded = data_dir.with_name("recorded")
    recorded.mkdir()
    charge = samples.load("charge.succeeded", event={"id": "evt_recorded"}, item={"id": "ch_recorded"})
    order = base64.b64encode(
        json.dumps(registry.processor("shopify").sample("orders/paid") | {"id": 77}).encode()
    ).decode()
    write(recorded / "1.json", provider="stripe", event="charge.succeeded", body=charge)
    write(recorded / "2.json", provider="shopify", event="orders/paid", body_b64=order, delivery_id="d-77")
    again = ("replay", recorded, "--url", second.url, "--data-dir", data_dir)
    said = [command(*again).stdout, command(*again).stdout, command("replay", recorded / "2.json", *again[2:]).stdout]
    outcomes = [re.findall(r"→ 200 (\w+):", one) for one in said]
    assert outcomes == [["accepted"] * 2, ["duplicate"] * 2, ["duplicate"]]
    # A supervisor's way to stop it takes the database along, as Ctrl-C does.
    database = database_processes(data_dir)
    assert second.stop(signal.SIGTERM) == 0
    assert "Stopped." in second.output
    assert not [pid for pid in database if Path(f"/proc/{pid}").exists()]


async def test_no_acknowledged_delivery_is_lost_when_everything_is_killed(start, data_dir):
    """SIGKILL for the service and its database in the middle of deliveries; what got a 200 is there, once."""
    running = start()
    base_url = running.url
    shop = json.loads((data_dir / "demo.json").read_text())
    acknowledged: set[str] = set()

    async def deliver(client: httpx2.AsyncClient, worker: int) -> None:
        for number in range(1000):
            name = f"ch_{worker}_{number}"
            item = {"id": name, "payment_intent": None}
            try:
                response = await client.post("/api/webhooks/stripe", **signed(shop, item))
            except httpx2.HTTPError:
                return
            if response.status_code == 200:
                acknowledged.add(name)

    async with httpx2.AsyncClient(base_url=base_url, timeout=120) as client:
        work = [asyncio.create_task(deliver(client, worker)) for worker in range(8)]
        while len(acknowledged) < 200:
            assert not all(one.done() for one in work), running.output
            await asyncio.sleep(0.01)
        running.kill_everything(data_dir)
        await asyncio.gather(*work)
    start().wait_for("Press Ctrl-C")
    query = "SELECT transaction_id, count(*) FROM revenue_ledger WHERE transaction_id LIKE 'ch\\_%\\_%' GROUP BY 1"
    rows = skeldir("db", "psql", "--data-dir", data_dir, "-AtF", " ", "-c", query).stdout.split("\n")
    found = dict(row.split(" ") for row in rows if row and not row.startswith("ch_demo"))
    assert len(acknowledged) >= 200
    assert acknowledged <= set(found)
    assert set(found.values()) == {"1"}


def signed(shop: dict[str, Any], item: dict[str, object]) -> dict[str, object]:
    import time

    body = json.dumps(samples.load("charge.succeeded", event={"id": f"evt_{uuid.uuid4().hex}"}, item=item)).encode()
    signature = stripe.sign(body, shop["secrets"]["stripe"].encode(), timestamp=int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Stripe-Signature": signature,
        "X-Skeldir-Tenant-Key": shop["tenant_key"],
    }
    return {"content": body, "headers": headers}
