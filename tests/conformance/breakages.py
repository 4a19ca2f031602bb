"""Break the real service, one edit at a time, and see the harness go red each time: `python -m tests.conformance.breakages`.

Each breakage is one edit of a source file, taken back afterwards whatever happens.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from tests.conformance import skeldir
from tools.conformance import recording, run
from tools.conformance.drive import target as targets
from tools.conformance.judge import static

OUT = Path("build/conformance/breakages")
EXCHANGE = "generated/server/_runtime/exchange.py"
SIGNATURE = "impl/platforms/stripe/signature.py"

# Name: file, what stands there, what stands there when it is broken, operations to look at.
BREAKAGES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "a 401 without WWW-Authenticate": (
        EXCHANGE,
        'problem.headers.setdefault("WWW-Authenticate", self._challenge(problem))',
        "self._challenge(problem)",
        ("verifyToken",),
    ),
    "the correlation id is not echoed": (
        EXCHANGE,
        'return read_uuid(value.decode("ascii")), value.lower()',
        "return (fresh := uuid4()), str(fresh).encode()",
        ("verifyToken",),
    ),
    "signatures are not compared": (
        SIGNATURE,
        "if hmac.compare_digest(expected, signature) and matched < 0:",
        "if matched < 0:",
        ("stripeChargeSucceeded",),
    ),
    "old signatures are accepted": (
        SIGNATURE,
        "TOLERANCE_SECONDS = 300",
        "TOLERANCE_SECONDS = 90_000",
        ("stripeChargeSucceeded",),
    ),
    "scopes are not asked for": (
        "generated/server/_runtime/security.py",
        "if grant is not None and scopes <= grant.scopes:",
        "if grant is not None:",
        ("adminRbacCheck",),
    ),
    "a 405 that allows too much": (
        "generated/server/_runtime/server.py",
        'allow = ", ".join(sorted(match.by_method))',
        'allow = "GET, DELETE"',
        ("login",),
    ),
    "bodies of any size": (
        EXCHANGE,
        "if int(declared[:20]) > limit:",
        "if int(declared[:20]) > 9 * limit:\n            limit *= 9\n        limit *= 9\n        if limit < 0:",
        ("login",),
    ),
    "any media type is JSON": (
        "generated/server/_runtime/bodies.py",
        "reader = self.readers.get(media_type) or",
        "reader = next(iter(self.readers.values())) or",
        ("login",),
    ),
    "more requests left than allowed": (
        EXCHANGE,
        'b"%d" % rate.remaining',
        'b"%d" % (rate.limit + 1)',
        ("verifyToken",),
    ),
    "never a 304": (
        EXCHANGE,
        "if if_none_match is None or not encoding.is_same_entity(if_none_match, etag):",
        "if if_none_match or not if_none_match:",
        ("getRealtimeRevenueV1",),
    ),
    "a NUL reaches the database": (
        "impl/kernel/sql.py",
        '_UNSTORABLE.sub("\\ufffd", value)',
        "value",
        ("listDeadEvents",),
    ),
    "names in a problem as they were sent": (
        "generated/server/_runtime/issues.py",
        "text = str(token)",
        "return str(token)",
        ("adminRevokeTokensBefore",),
    ),
    "lenient integers and strings": (
        "generated/server/_runtime/bodies.py",
        "validate_json(raw, strict=True)",
        "validate_json(raw, strict=False)",
        ("adminRevokeTokensBefore", "putWebhookSecret"),
    ),
}


def verdict_on(operations: tuple[str, ...]) -> Counter[str]:
    """Findings of the harness now, by rule."""
    with skeldir.service(OUT / "service") as started:
        target = targets.read(started.target)
        _, contract = recording.load_contract(target)
        rows = json.loads((OUT / "service" / "routes.json").read_text())
        counts = Counter(
            item.kind
            for item in static.compare(contract, static.routes_from_json(rows), exceptions=target.ignored_paths)
        )
        options = recording.Options(OUT / "work", phases=("examples", "coverage"), only=frozenset(operations))
        result = run.run(target, options)
    counts.update(item.rule for item in result.findings)
    counts.update(item.check for item in result.failures)
    return counts


def main(names: list[str]) -> int:
    """Break, look, mend."""
    missed = 0
    for name, (file, before, after, operations) in BREAKAGES.items():
        if names and not any(part in name for part in names):
            continue
        path = Path(file)
        text = path.read_text(encoding="utf-8")
        assert text.count(before) >= 1, f"{file} no longer has {before!r}"
        try:
            path.write_text(text.replace(before, after, 1), encoding="utf-8")
            rules_broken = verdict_on(operations)
        finally:
            path.write_text(text, encoding="utf-8")
        missed += not rules_broken
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(rules_broken.items()))
        print(f"{'RED   ' if rules_broken else 'MISSED'} {name}: {rules[:180]}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
