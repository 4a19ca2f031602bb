"""One request and its reply, as bytes went over the wire, with the views that judging needs.

Views (`query_values`, `json_body`, …) are made once, on first use: one recorded run is judged thousands of times, once under
every mutant of the contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

Headers = tuple[tuple[str, str], ...]
"""Name (lower case) and value, in order, repeated names repeated."""


class _NotJson:
    """Stands for bytes that are no JSON text; JSON `null` is None."""

    def __repr__(self) -> str:
        return "NOT_JSON"

    def __reduce__(self) -> str:
        """There is one only, also after a journey between processes."""
        return "NOT_JSON"


NOT_JSON: Final = _NotJson()


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def parse_json(raw: bytes) -> Any:
    """Value of the JSON text `raw`, or `NOT_JSON`. NaN and infinities are no JSON (RFC 8259), half a surrogate is no text."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        if may_hold_half_a_surrogate(raw):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def may_hold_half_a_surrogate(raw: bytes) -> bool:
    r"""Whether `raw` has an escape like `\ud800`; servers in good faith differ about half a pair."""
    return b"\\ud" in raw or b"\\uD" in raw


@dataclass(slots=True, eq=False)
class Exchange:
    """A recorded request and response. Header names are lower case; bodies are bytes, `None` when none was sent."""

    id: str
    method: str
    path: str
    """As sent: percent-encoded, without the query."""
    query: str
    headers: Headers
    body: bytes | None
    status: int
    reply_headers: Headers
    reply_body: bytes
    source: str = ""
    """Who sent it: `examples`, `coverage`, `stateful`, `positive`, `probe`, or a test."""
    mode: str = ""
    """The intent of the sender: `positive`, `negative` or unknown (empty)."""
    purpose: str = ""
    """Purpose of the request, in the sender's words: the defect of a negative case, the name of a probe."""
    operation: str = ""
    """CompiledOperation the sender aimed at, `GET /orders/{id}`, when it said."""
    elapsed_ms: float = 0.0
    server: str = ""
    """Address it was sent to."""
    _views: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def query_values(self) -> dict[str, list[str]]:
        """Decoded query parameters, in order of their first appearance."""
        if "query" not in self._views:
            self._views["query"] = parse_query(self.query)
        return self._views["query"]  # type: ignore[no-any-return]  # the cache holds every view

    @property
    def encoded_query_values(self) -> dict[str, list[str]]:
        """Query parameters by their decoded names, as they were sent: still percent-encoded."""
        if "encoded" not in self._views:
            self._views["encoded"] = parse_query(self.query, decode=str)
        return self._views["encoded"]  # type: ignore[no-any-return]  # the cache holds every view

    @property
    def header_values(self) -> dict[str, str]:
        """Request headers; a repeated one joined by a comma (RFC 9110 §5.3)."""
        if "headers" not in self._views:
            self._views["headers"] = _joined(self.headers)
        return self._views["headers"]  # type: ignore[no-any-return]  # the cache holds every view

    @property
    def reply_values(self) -> dict[str, str]:
        """Response headers; a repeated one joined by a comma."""
        if "reply" not in self._views:
            self._views["reply"] = _joined(self.reply_headers)
        return self._views["reply"]  # type: ignore[no-any-return]  # the cache holds every view

    @property
    def cookie_values(self) -> dict[str, str]:
        """Request cookies; empty when the header cannot be read."""
        if "cookies" not in self._views:
            self._views["cookies"] = parse_cookies(self.header_values.get("cookie", ""))
        return self._views["cookies"]  # type: ignore[no-any-return]  # the cache holds every view

    @property
    def json_body(self) -> Any:
        """Request body as JSON value, or `NOT_JSON`."""
        if "body" not in self._views:
            self._views["body"] = parse_json(self.body or b"")
        return self._views["body"]

    @property
    def json_reply(self) -> Any:
        """Response body as JSON value, or `NOT_JSON`."""
        if "reply_body" not in self._views:
            self._views["reply_body"] = parse_json(self.reply_body)
        return self._views["reply_body"]

    @property
    def target(self) -> str:
        """Path and query as sent."""
        return f"{self.path}?{self.query}" if self.query else self.path


def _joined(headers: Headers) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in headers:
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def parse_query(query: str, decode: Callable[[str], str] = unquote_plus) -> dict[str, list[str]]:
    """Decoded values by name; `?a` is an empty value. Bytes that are no UTF-8 become U+FFFD."""
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            values.setdefault(unquote_plus(name), []).append(decode(value))
    return values


def parse_cookies(header: str) -> dict[str, str]:
    """Cookies of a `Cookie` header; empty when it cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: unquote(morsel.value) for name, morsel in jar.items()}
