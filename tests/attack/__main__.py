"""`make attack`: every attack against a service it starts, with figures; exit code 1 when one is not reached.

The machine counts as the service's proxy, so the attackers come from any address they name. The same findings in small, without
load, are tested in `tests/auth/limits`, `tests/auth/test_own_password.py`, `tests/ingestion/deliveries/test_limits.py`,
`tests/cli/test_http_protocol.py`, `tests/db`, `tests/health` and `tests/telemetry`, which `make test` runs.
"""

from __future__ import annotations

import asyncio
import resource
import secrets
import sys
import tempfile
import time
from pathlib import Path

from impl.cli import run, tenant
from impl.cli.demo.sender import Sender
from impl.kernel.clock import SystemClock
from impl.platforms import registry
from tests.attack.attacks import ATTACKS, Figure
from tests.attack.client import TRUSTED, Person, Target
from tests.faults import deployment
from tests.faults.deployment import Deployment, Shop

DESCRIPTORS = 8192


async def main(names: list[str]) -> int:
    """Run the attacks named, or all."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(DESCRIPTORS, hard)), hard))
    started, figures = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="skeldir-attack-") as folder:
        settings = {"SKELDIR_TRUSTED_PROXIES": TRUSTED, "SKELDIR_MAX_CONNECTIONS": "2000"}
        async with deployment.running(Path(folder) / "data", **settings) as running:
            target = await _target(running)
            for attack in ATTACKS:
                if not names or attack.__name__ in names:
                    figures += [_print(attack.__name__, figure) for figure in await attack(target)]
    failed = sum(not figure.is_good for figure in figures)
    print(f"\n{len(figures)} figures, {failed} not reached, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def _print(name: str, figure: Figure) -> Figure:
    verdict = "ok " if figure.is_good else "NOT"
    print(f"{verdict} {figure.finding:4} {name:22} {figure.what:62} {figure.value:10.3f}  {figure.wanted}", flush=True)
    return figure


async def _target(running: Deployment) -> Target:
    """One tenant with its owner and the processors it gets deliveries from."""
    stripe = registry.processor("stripe")
    owner = ("owner@shop.example", secrets.token_urlsafe(12))
    keys = {"stripe": stripe.new_secret()}
    made = await asyncio.to_thread(
        tenant.make, running.settings, name="Shop", email=owner[0], password=owner[1], secrets=keys
    )
    sender = Sender(made.tenant_key, keys, run.signers(running.settings), SystemClock())
    person = Person(*owner, str(made.tenant_id))
    return Target(running, Shop(made.tenant_id, sender), person, running.port)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
