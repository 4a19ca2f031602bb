"""`skeldir connect` leads a merchant from nothing to the first delivery of a processor, by what it prints alone."""

import datetime as dt
import hashlib
import hmac
import json
import re
import subprocess
import threading
import time

import httpx2
import pytest

from impl.cli import connect
from impl.kernel.clock import SystemClock
from impl.kernel.money import Money
from impl.platforms import fresh, registry
from impl.platforms.errors import NothingToRecord
from impl.platforms.notification import Notification
from tests.cli.conftest import SKELDIR, environment

SECRET = "whsec_what_stripe_shows_for_the_new_endpoint"
NOW = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)
SAMPLES = [(processor, topic) for processor in registry.PROCESSORS for topic in processor.samples()]


class Simulated:
    """Stripe as it was documented for merchants: an address, a secret of its own, and a signature over time and body."""

    def __init__(self, address, secret):
        self.address, self.secret = address, secret

    def send(self, amount):
        now = int(time.time())
        charge = {
            "id": f"ch_{now}", "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
            "captured": True, "created": now, "currency": "eur", "livemode": True, "paid": True, "status": "succeeded",
        }  # fmt: skip
        event = {
            "id": f"evt_{now}",
            "object": "event",
            "api_version": "2026-09-30.basil",
            "created": now,
            "livemode": True,
        }
        body = json.dumps(event | {"type": "charge.succeeded", "data": {"object": charge}})
        digest = hmac.new(self.secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={digest}"}
        return httpx2.post(self.address, content=body, headers=headers, timeout=30).status_code


class Connecting:
    """A `skeldir connect` in the background, with what it printed so far."""

    def __init__(self, *words, stdin):
        command = [SKELDIR, "connect", *map(str, words)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        self.process.stdin.write(stdin)
        self.process.stdin.close()
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def wait_for(self, text):
        deadline = time.monotonic() + 120
        while text not in self.output:
            assert time.monotonic() < deadline, self.output
            assert self._reader.is_alive() or text in self.output, self.output
            time.sleep(0.05)
        return self.output

    def end(self):
        code = self.process.wait(120)
        self._reader.join()
        self.process.stdout.close()
        return code


def test_by_what_is_printed_stripe_is_connected_and_every_mistake_says_what_to_do(start, data_dir, command):
    url = start().url
    there = ("--url", url, "--data-dir", data_dir)
    connecting = Connecting("stripe", *there, stdin=f"{SECRET}\n")
    address = re.search(r"Address: +(\S+)", connecting.wait_for("Waiting up to 300 s")).group(1)
    assert "charge.succeeded" in connecting.output
    assert SECRET not in connecting.output
    assert Simulated(address, "whsec_of_another_endpoint").send(1200) == 401
    connecting.wait_for("the signature is wrong")
    assert "skeldir connect stripe --secret-only" in connecting.output
    assert Simulated(address, SECRET).send(1200) == 200
    assert connecting.end() == 0
    assert connecting.output.splitlines()[-1] == "Stripe reached us: signature good, charge.succeeded, 12.00 EUR."
    # A second processor ends neither the key nor the secret of the first.
    assert command("connect", "paypal", *there, "--wait", 0, stdin="0EH40505U7160970P\n").returncode == 0
    assert Simulated(address, SECRET).send(900) == 200
    # The secret alone can be set again, and no address is made then.
    again = command("connect", "stripe", *there, "--secret-only", "--wait", 0, stdin="whsec_of_the_next_week\n")
    assert (again.returncode, "tenant_key=" in again.stdout) == (0, False)
    assert Simulated(address, "whsec_of_the_next_week").send(800) == 200
    for words, stdin, message in (
        (("stripe", *there, "--secret", "sk_live_51H"), "", "it begins with whsec_"),
        (("stripe", *there, "--wait", 0), "\n", "no secret was given; run `skeldir connect stripe --secret-only`"),
        (("stripe", *there, "--secret-only", "--wait", 1), f"{SECRET}\n", "check the address, which must be reachable"),
        (("barter", *there), "", "there is no processor 'barter'"),
        (("stripe", *there, "--email", "a@b.example"), "", "both --tenant-id and --email"),
    ):
        result = command("connect", *words, stdin=stdin)
        assert (result.returncode, message in result.stderr) == (2, True), result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    # The demo's own secrets stay as they are, so it goes on working.
    assert command("demo", *there).returncode == 0
    # WooCommerce signs with what the merchant enters there, so it is printed and not asked for.
    shop = command("connect", "woocommerce", *there, "--wait", 0)
    assert (shop.returncode, "  Secret:   whsec_" in shop.stdout) == (0, True)
    delivered = command("deliver", "--processor", "stripe", "--event", "charge.succeeded", "--amount", "12.34", *there)
    before, after = re.search(r"Revenue of today: (\S+) USD → (\S+) USD", delivered.stdout).groups()
    assert round(100 * float(after)) - round(100 * float(before)) == 1234


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--url", "http://127.0.0.1:1"), "does not answer (ConnectError); start it with `skeldir run`"),
        (("--url", "nonsense"), "nonsense is no address"),
    ],
)
def test_a_service_that_cannot_be_reached_is_named(command, data_dir, words, message):
    there = ("--tenant-id", "3f2b8c1e-6d4a-4e7b-9a51-2f6c0d8e4b17", "--email", "a@b.example", "--data-dir", data_dir)
    result = command("connect", "stripe", *words, *there, stdin="password\n")
    assert (result.returncode, message in result.stderr) == (2, True), result.stderr


def test_without_a_demo_shop_the_shop_has_to_be_named(command, data_dir):
    result = command("connect", "stripe", "--data-dir", data_dir)
    assert result.returncode == 2
    assert "name the shop with --tenant-id and --email" in result.stderr


@pytest.mark.parametrize("outcome", ["accepted", "duplicate", "ignored", "dead"])
def test_each_outcome_of_the_first_delivery_is_told(outcome):
    delivery = {"outcome": outcome, "event_type": "charge.succeeded", "dead_event_id": "d-1"}
    if outcome in {"accepted", "duplicate"}:
        delivery |= {"amount_cents": 1000, "currency": "JPY"}
    ends = {
        "accepted": "1000 JPY.",
        "duplicate": "1000 JPY.",
        "ignored": "a test object.",
        "dead": "/api/events/dead/d-1.",
    }
    sentence = connect._arrival(registry.processor("stripe"), delivery)
    assert sentence.startswith("Stripe reached us: signature good")
    assert sentence.endswith(ends[outcome])


def read(processor, topic, payload):
    try:
        return processor.read(Notification(payload=payload, topic=topic, id="n-1", received_at=NOW))
    except NothingToRecord:
        return ()


@pytest.mark.parametrize(("processor", "topic"), SAMPLES, ids=[f"{one.name} {topic}" for one, topic in SAMPLES])
def test_a_new_delivery_shares_no_id_with_the_one_before_and_is_of_now(processor, topic):
    one, other = (fresh.fresh(processor, topic, NOW) for _ in range(2))
    assert read(processor, topic, one) == read(processor, topic, one)
    facts, others = read(processor, topic, one), read(processor, topic, other)
    assert [(fact.kind, fact.money) for fact in facts] == [(fact.kind, fact.money) for fact in others]
    for names in ({fact.object_id for fact in facts}, {fact.transaction_id for fact in facts}):
        assert names.isdisjoint({name for fact in others for name in (fact.object_id, fact.transaction_id)})
    assert all(abs(fact.occurred_at - NOW) < dt.timedelta(seconds=1) for fact in facts)
    as_sent = processor.sample(topic)
    assert processor.kind_of(one) == processor.kind_of(as_sent)


@pytest.mark.parametrize("amount", [Money(1234, "EUR"), Money(1, "USD"), Money(99_999_999, "JPY")])
@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("stripe", "charge.succeeded"),
        ("stripe", "payment_intent.succeeded"),
        ("shopify", "orders/paid"),
        ("woocommerce", "order.updated"),
        ("paypal", "PAYMENT.CAPTURE.COMPLETED"),
        ("paypal", "PAYMENT.SALE.REFUNDED"),
    ],
)
def test_the_amount_that_is_asked_for_is_the_amount_that_is_read(name, topic, amount):
    processor = registry.processor(name)
    facts = read(processor, topic, fresh.fresh(processor, topic, SystemClock().now(), amount))
    assert next(fact.money for fact in facts if fact.cents) == amount


def test_an_amount_that_the_sample_does_not_show_is_refused():
    with pytest.raises(ValueError, match="shows no amount that can be changed"):
        fresh.fresh(registry.processor("paypal"), "PAYMENT.REFUND.PENDING", NOW, Money(1, "USD"))
