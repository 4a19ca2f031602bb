"""A newcomer with README alone: from the start to a connected Stripe, today's revenue, and ten usual mistakes with their sentences."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, environment
from tests.cli.test_connect import SECRET, Connecting, Simulated

README = (ROOT / "README.md").read_text("utf-8")
MAX_SECONDS = 300
"""Ten minutes is the promise to a person, who also reads; a loaded machine has half of it."""


def shell(lines: str) -> str:
    """Output of lines pasted into a shell."""
    return subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, check=True, env=environment()).stdout


def documented(command: str) -> list[str]:
    """The words of a command that README tells the newcomer to type."""
    line = re.search(rf"^\.venv/bin/skeldir {command}.*$", README, re.MULTILINE)
    assert line is not None, f"README no longer says how to {command}"
    return shlex.split(line[0])[1:]


@pytest.mark.usefixtures("one_day")
def test_a_newcomer_connects_stripe_and_every_usual_mistake_says_the_way_out(start, data_dir, command):
    began = time.monotonic()
    service = start()
    printed = service.wait_for("Press Ctrl-C")
    health, login, revenue = re.findall(r"^  (curl .*|TOKEN=.*)$", printed, re.MULTILINE)

    def today() -> int:
        """Today's revenue in cents, by the printed lines."""
        return int(json.loads(shell(f"{login}\n{revenue}"))["revenue_total_cents"])

    assert '"status"' in shell(health)
    before = today()
    _, processor = documented("connect stripe")
    # Without --url, as README has it: the service is found whatever its port.
    there = ("--data-dir", data_dir)
    connecting = Connecting(processor, *there, stdin=f"{SECRET}\n")
    address = re.search(r"Address: +(\S+)", connecting.wait_for("Waiting up to")).group(1)
    stripe = Simulated(address, SECRET)
    # Mistake 1: the secret of another endpoint.
    assert Simulated(address, "whsec_of_another_endpoint").send(1200) == 401
    connecting.wait_for("the secret is that of another endpoint, or of the other mode")
    assert stripe.send(1200) == 200
    assert connecting.end() == 0
    assert "Stripe reached us: signature good, charge.succeeded, 12.00 EUR." in connecting.output
    delivered = command("deliver", "--processor", "stripe", "--event", "charge.succeeded", "--amount", "12.34", *there)
    assert "Revenue of today:" in delivered.stdout
    assert today() == before + 1234
    _break_things(service.url, data_dir, command, there)
    assert time.monotonic() - began < MAX_SECONDS


def _break_things(url: str, data_dir: Path, command, there) -> None:
    """Mistakes 2 to 10: each is answered with the sentence that says what to do."""
    host, port = "127.0.0.1", int(url.rpartition(":")[2])
    elsewhere = ("--data-dir", data_dir.with_name("elsewhere"))
    for words, sentence in (
        (("run", "--port", port, *elsewhere), f"port {port} on {host} is in use; stop the program that uses it or choose another"),
        (("connect", "stripe", *there, "--secret", "sk_live_51H"), "it begins with whsec_"),
        (("connect", "strpe", *there), "there is no processor 'strpe'; there are stripe, "),
        (("deliver", "--processor", "stripe", "--event", "charge.suceeded", *there), "there are charge."),
        (("deliver", "--processor", "stripe", "--event", "charge.succeeded", "--url", f"http://{host}:{free()}", *there),
         "does not answer (ConnectError); start it with `skeldir run`"),
    ):  # fmt: skip
        result = command(*words)
        assert (result.returncode, sentence in result.stderr) == (2, True), (words, result.stderr)
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    shop = json.loads((data_dir / "demo.json").read_text())
    wrong = json.dumps({"email": shop["email"], "password": "x", "tenant_id": shop["tenant_id"]})
    token = json.loads((data_dir / "session.json").read_text())["token"]
    bearer, json_ = f"-H 'Authorization: Bearer {token}'", "-H 'Content-Type: application/json'"
    for line, status, sentence in (
        (f"{url}/api/events/dead", 401, "Authentication failed."),
        (f"{url}/api/auth/login {json_} -d '{wrong}'", 401, "Authentication failed."),
        (f"{url}/api/events/dead?stauts=pending {bearer}", 400, "Unknown parameter; did you mean status?"),
        (f"{url}/api/auth/login {json_} -d '{{\"email\": \"a\",}}'", 400, "This is not JSON: trailing comma at line 1 column 15"),
    ):  # fmt: skip
        problem = json.loads(shell(f"curl -s {line}"))
        assert (problem["status"], sentence in json.dumps(problem)) == (status, True), problem


def free() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
