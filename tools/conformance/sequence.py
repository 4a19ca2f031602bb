"""The request sequence of a run, written so that two runs of the same service and the same harness give the same lines.

What a service makes up (ids, tokens, keys) is replaced by its order of appearance, moments of the run by `now`; proofs and
signatures, which carry the time, are left out. Everything else stands there: method, target, headers and body of every request.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tools.conformance.probe import altered_requests
from tools.conformance.recording import Recording

_VOLATILE = frozenset({"authorization", "user-agent", "x-schemathesis-testcaseid", "host", "if-none-match"})
_WORD = re.compile(r"[\w.:+-]{10,}")
"""Text that may contain a generated value; nothing else is searched."""
MOST_CHARACTERS = 4000
"""Of such a word: tokens are shorter."""
_MADE_UP = re.compile(
    r"[0-9a-fA-F]{7,8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{11,12}(?:\.[\w-]{20,})*"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<!\d)(?P<unix>\d{10})(?!\d)"
    r"|(?<!\d)(?P<moment>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|\+00:00)?)"
)
MOST_BYTES = 300_000
"""Of a body, in which made up values are looked for; the rest goes in as its hash."""
LONG, RUN = 10_000, 500
"""Longer bodies are long by one character, over and over: `RUN` of it are written in short."""
A_RUN = timedelta(hours=1)
"""How far from now a moment of the run can lie."""


@dataclass(slots=True)
class _Names:
    """Names of what was made up, by order of appearance."""

    known: dict[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def within(self, word: re.Match[str]) -> str:
        """`word` with what was made up replaced."""
        return _MADE_UP.sub(self.of, word[0]) if len(word[0]) <= MOST_CHARACTERS else word[0]

    def of(self, match: re.Match[str]) -> str:
        """Text of the sequence in place of `match`."""
        text = match[0]
        if match["unix"]:
            return "now" if abs(int(text) - self.now.timestamp()) < A_RUN.total_seconds() else text
        if match["moment"]:
            return "moment" if self._is_of_this_run(text) else text
        # Numbered in order of appearance, so that the same run has the same text whatever ids the service makes up.
        return self.known.setdefault(text.lower(), f"made-up-{len(self.known)}")

    def _is_of_this_run(self, text: str) -> bool:
        try:
            moment = datetime.fromisoformat(text.upper())
            return abs(moment.replace(tzinfo=moment.tzinfo or UTC) - self.now) < A_RUN
        except ValueError:
            return False


def lines_of(parts: Iterable[Recording]) -> list[str]:
    """A line for every request that was sent, in order, shard after shard."""
    return list(itertools.chain.from_iterable(map(_lines_of, parts)))


def _lines_of(part: Recording) -> Iterator[str]:
    signed = {name for item in part.target.signatures for name in item.headers(b"")}
    keys = {form(key.value): key.name for key in part.target.keys for form in (str, altered_requests.quoted)}
    names = _Names()
    for exchange in part.exchanges:
        headers = [item for item in exchange.headers if item[0] not in _VOLATILE and item[0] not in signed]
        raw = exchange.body or b""
        body = raw[:MOST_BYTES].decode("latin-1")
        if len(raw) > MOST_BYTES:
            # The rest of a huge body still counts: two that differ only there are different requests.
            body += hashlib.sha256(raw[MOST_BYTES:]).hexdigest()
        if len(body) > LONG:
            filler = body[len(body) // 2]
            body = body.replace(filler * RUN, f"<{RUN} times {filler}>")
        line = json.dumps([exchange.source, exchange.method, exchange.target, headers, body])
        for value, name in keys.items():
            line = line.replace(value, name)
        for name in part.target.opaque:
            line = re.sub(rf"([?&]{re.escape(name)}=)[\w-]{{20,}}", r"\1opaque", line) if f"{name}=" in line else line
        yield _WORD.sub(names.within, line)


def hash_of(lines: Iterable[str]) -> str:
    """16 hexadecimal digits over `lines`."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:16]


def first_difference(before: list[str], now: list[str]) -> str | None:
    """Where two sequences part, with both requests; None when they are the same."""
    for number, (one, other) in enumerate(itertools.zip_longest(before, now), 1):
        if one != other:
            place = next(
                (place for place, pair in enumerate(zip(one or "", other or "", strict=False)) if pair[0] != pair[1]), 0
            )
            start = max(0, place - 120)
            return (
                f"request {number} differs:\n  then {(one or 'none')[start : place + 160]}\n"
                f"  now  {(other or 'none')[start : place + 160]}"
            )
    return None
