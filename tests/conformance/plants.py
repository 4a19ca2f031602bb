"""Every defect the fixture shop can have, and what the harness says about each: the harness' own test.

`python -m tests.conformance.plants [NAME …]` runs them and prints a table; exit 1 when one is not found.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.conformance import recording, run
from tools.conformance.drive import target as targets
from tools.conformance.drive import wire
from tools.conformance.judge import static

HERE = Path(__file__).parent
ORDERS = ("listOrders", "createOrder", "getOrder", "changeOrder", "removeOrder")
HOOKS = ("receivePayment", "receiveSettled")

# Name, operations to look at. The first 21 are the known ones of the research; D9 needs the positive pass.
PLANTS: dict[str, tuple[str, ...]] = {
    "P1-wrong-status": ("createOrder",),
    "P2-header-type": ("listOrders",),
    "P3-field-missing": ORDERS,
    "P4-additional-property": ("createOrder",),
    "P5-wrong-content-type": ORDERS,
    "P6-500-at-boundary": ("createOrder",),
    "P7-auth-ignored": ("getReport",),
    "P8-any-body": ("createOrder",),
    "P9-undeclared-method": ("getReport",),
    "D1-use-after-delete": ORDERS,
    "D2-not-readable": ORDERS,
    "D3-other-tenant-reads": ORDERS,
    "D4-enum-drift": ("createOrder",),
    "D5-date-time": ("createOrder",),
    "D6-404-not-problem": ("getJob",),
    "D7-no-allow": ("getReport",),
    "D8-signature-unchecked": HOOKS,
    "D9-500-in-a-corner": ("listOrders",),
    "D10-location-nowhere": ORDERS,
    "D11-wrong-after-change": ORDERS,
    "D12-page-too-long": ("listOrders",),
    "bool-as-integer": ("createOrder",),
    "string-as-integer": ("createOrder",),
    "any-content-type": ("createOrder",),
    "crash-on-bytes": ("createOrder",),
    "broken-json-accepted": ("putSettings",),
    "unknown-property": ("createOrder",),
    "duplicates-accepted": ("createOrder",),
    "max-length-off-by-one": ("createOrder",),
    "null-accepted": ("createOrder",),
    "pattern-ignored": ("createOrder",),
    "minimum-off-by-one": ("createOrder",),
    "enum-ignored": ("createOrder",),
    "exclusive-as-inclusive": ("putSettings",),
    "multiple-ignored": ("putSettings",),
    "min-properties-ignored": ORDERS,
    "max-items-ignored": ("listOrders",),
    "array-items-ignored": ("listOrders",),
    "query-enum-ignored": ("listOrders",),
    "limit-zero": ("listOrders",),
    "cursor-unchecked": ("listOrders",),
    "list-leaks-tenants": ("listOrders", "createOrder"),
    "rate-header-missing": ("listOrders",),
    "remaining-overstated": ("listOrders",),
    "cookie-ignored": ("getReport",),
    "deep-object-ignored": ("getReport",),
    "no-retry-after": ("startJob",),
    "no-location": ("createOrder",),
    "huge-number-500": ("getJob",),
    "nul-500": ("createOrder",),
    "problem-status-differs": ("getJob",),
    "stack-in-problem": ("getJob",),
    "correlation-not-echoed": ("getReport",),
    "correlation-differs-in-body": ("getReport",),
    "no-www-authenticate": ("getReport",),
    "needless-401": ("getHealth",),
    "scope-ignored": ("putSettings",),
    "scope-too-strict": ("startJob",),
    "required-header-ignored": ("getReport",),
    "secret-echoed": ("login",),
    "write-only-shown": ("createOrder",),
    "other-tenant-deletes": ORDERS,
    "etag-changes": ORDERS,
    "no-etag-on-304": ORDERS,
    "old-signature": HOOKS,
    "signature-prefix-only": HOOKS,
    "signature-crash": HOOKS,
    "url-key-everywhere": HOOKS,
    "tell-tale-401": HOOKS,
    "wrong-secret": HOOKS,
    "side-effect-on-401": HOOKS,
    "replay-counted": HOOKS,
    "route-missing": ("putSettings",),
    "extra-route": (),
    "link-to-nothing": ("startJob", "getJob"),
}


@contextmanager
def shop(plant: str = "") -> Iterator[str]:
    """The fixture shop as a process of its own, with `plant` switched on; its address."""
    command = [sys.executable, "-m", "tests.conformance.fixture_app", "--port", "0"]
    environment = {**os.environ, "PLANT": plant}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def verdict_on(plant: str, work: Path, *, phases: tuple[str, ...] = recording.PHASES) -> tuple[Counter[str], float]:
    """Findings about `plant`, by rule, and the seconds of the run."""
    started = time.perf_counter()
    with shop(plant) as url:
        target = targets.read(HERE / "fixture_app" / "shop.toml", url=url)
        counts: Counter[str] = Counter()
        client = wire.Client(url)
        routes = static.routes_from_json(client.send("GET", "/routes", {}, source="static").json_reply)
        client.close()
        _, contract = recording.load_contract(target)
        counts.update(f"static:{difference.kind}" for difference in static.compare(contract, routes))
        if not counts and PLANTS[plant]:
            result = run.run(target, recording.Options(work / plant, only=frozenset(PLANTS[plant]), phases=phases))
            counts.update(f"schemathesis:{item.check}" for item in result.failures)
            counts.update(f"own:{item.rule}" for item in result.findings)
    return counts, time.perf_counter() - started


def main(names: list[str]) -> int:
    """Run the plants `names` (all when empty) and print the findings of each."""
    work = Path("build/conformance/plants")
    missed = []
    for name in names or PLANTS:
        counts, seconds = verdict_on(name, work)
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items()))
        print(f"{'found ' if counts else 'MISSED'} {name:26} {seconds:5.1f} s  {rules[:150]}", flush=True)
        if not counts:
            missed.append(name)
    total = len(names or PLANTS)
    print(f"{total - len(missed)} of {total} planted violations found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
