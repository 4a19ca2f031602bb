"""Exchanges per second of the oracle on the last recorded run: `make bench-conformance`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.conformance import skeldir
from tools.conformance.contract.compiled import compile_contract
from tools.conformance.drive import ndjson
from tools.conformance.drive import target as targets
from tools.conformance.judge import oracle
from tools.openapi import source

WORK = Path("build/conformance")


def main() -> int:
    """Judge the record five times; the first pass also decodes."""
    records = [path for name in skeldir.SHARDS for path in sorted((WORK / "work" / name).glob("*/record.ndjson"))]
    if not records:
        print("there is no recorded run; run `make conformance` first", file=sys.stderr)
        return 2
    target = targets.read(WORK / "service" / "target.json")
    document, _ = source.load(target.contract)
    assert document is not None
    contract = compile_contract(document.value)
    exchanges = [exchange for path in records for exchange in ndjson.read(path).exchanges]
    for number in range(5):
        started = time.process_time()
        oracle.judge_all(contract, exchanges, targets.policy_of(target, ()))
        seconds = time.process_time() - started
        note = " (decoding included)" if number == 0 else ""
        print(f"{len(exchanges):,} exchanges in {seconds:.3f} CPU s: {len(exchanges) / seconds:,.0f} a second{note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
