"""Checks that hold for every answer and that no OpenAPI document can say: pure functions over one exchange.

Schemathesis runs them as own checks (`hooks.py`), the oracle runs them over the record, and so does the test client.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.conformance.drive.exchange import Exchange
from tools.conformance.judge.oracle import Finding


@dataclass(frozen=True, slots=True)
class Conventions:
    """Conventions of one service."""

    correlation_header: str = ""
    """Lower case; empty when the service has none."""
    problem_media_type: str = ""


_LEAKS = re.compile(
    rb"Traceback \(most recent|File \"[^\"]+\", line \d+|\bSELECT\s.{1,200}\sFROM\s|asyncpg\.|sqlalchemy\.|postgresql://"
)


def problem_everywhere(exchange: Exchange, conventions: Conventions) -> str | None:
    """Every 4xx and 5xx is a problem document whose `status` is the status line's (RFC 9457), and tells no internals."""
    if exchange.status < 400 or exchange.method == "HEAD":
        return None
    if _LEAKS.search(exchange.reply_body):
        return f"the {exchange.status} shows internals (a stack, a path or SQL)"
    if not conventions.problem_media_type:
        return None
    media_type = exchange.reply_values.get("content-type", "").partition(";")[0].strip()
    if media_type != conventions.problem_media_type:
        return (
            f"the {exchange.status} is {media_type or 'without a content type'}, not {conventions.problem_media_type}"
        )
    body = exchange.json_reply
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or not isinstance(body.get("title"), str):
        return f"the {exchange.status} is no problem document: type and title are not both there"
    if body.get("status") != exchange.status:
        return f"the problem says status {body.get('status')!r}, the status line {exchange.status}"
    return None


def correlation_echo(exchange: Exchange, conventions: Conventions) -> str | None:
    """The correlation id of a request comes back when it is a UUID, and another valid one when not; a problem says it too."""
    name = conventions.correlation_header
    if not name:
        return None
    reply_id, request_id = exchange.reply_values.get(name), exchange.header_values.get(name)
    if reply_id is None or not _is_uuid(reply_id):
        return f"{name} of the reply is {reply_id!r}, not a UUID"
    if (
        request_id is not None
        and _is_uuid(request_id)
        and uuid.UUID(request_id) != uuid.UUID(reply_id)
        and not _is_delivery(exchange)
    ):
        return f"{name} was sent as {request_id} and returned as {reply_id}"
    body = exchange.json_reply if exchange.status >= 400 else None
    problem_id = body.get("correlation_id", reply_id) if isinstance(body, dict) else reply_id
    if not isinstance(problem_id, str) or not _is_uuid(problem_id) or uuid.UUID(problem_id) != uuid.UUID(reply_id):
        return f"{name} of the reply is {reply_id}, and the correlation_id in its body {problem_id!r}"
    return None


def _is_delivery(exchange: Exchange) -> bool:
    """Webhook deliveries have an id of their own: the same delivery always gets the same one."""
    return "/webhooks/" in exchange.path


def _is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def page_limit(exchange: Exchange, _: Conventions) -> str | None:
    """A page holds at most `limit` items and says the limit it was asked for; a next cursor means more, and the other way."""
    body = exchange.json_reply if exchange.status == 200 and exchange.method == "GET" else None
    if not isinstance(body, dict) or not isinstance(body.get("items"), list) or not isinstance(body.get("page"), dict):
        return None
    page, requested = body["page"], exchange.query_values.get("limit", [""])[-1]
    limit = page.get("limit")
    if requested.isdecimal() and limit != int(requested):
        return f"page.limit is {limit!r}, requested was {requested}"
    if isinstance(limit, int) and len(body["items"]) > limit:
        return f"the page holds {len(body['items'])} items, the limit is {limit}"
    if bool(page.get("has_more")) != ("next_cursor" in page and page["next_cursor"] is not None):
        return f"page.has_more is {page.get('has_more')!r}, but next_cursor is {page.get('next_cursor')!r}"
    return None


def rate_limit_headers(exchange: Exchange, _: Conventions) -> str | None:
    """The three rate limit headers come together, are numbers, and never promise more than the limit."""
    values = [exchange.reply_values.get(f"x-ratelimit-{part}") for part in ("limit", "remaining", "reset")]
    if all(value is None for value in values):
        return None
    if any(value is None or not value.isdecimal() for value in values):
        return f"X-RateLimit-Limit, -Remaining, -Reset are {', '.join(map(repr, values))}; all three are needed, as numbers"
    if int(values[1] or 0) > int(values[0] or 0):
        return f"X-RateLimit-Remaining {values[1]} is more than the limit {values[0]}"
    return None


def retry_after(exchange: Exchange, _: Conventions) -> str | None:
    """Every 429 and 503 says when to come back, in whole seconds."""
    value = exchange.reply_values.get("retry-after", "")
    if exchange.status in {429, 503} and not value.isdecimal():
        return f"the {exchange.status} has Retry-After {value!r}, not whole seconds"
    return None


Check = Callable[[Exchange, Conventions], str | None]
CHECKS: tuple[Check, ...] = (problem_everywhere, correlation_echo, page_limit, rate_limit_headers, retry_after)


def judge(exchange: Exchange, conventions: Conventions, operation: str) -> Iterator[Finding]:
    """Findings of every check; `operation` is the key of the called operation."""
    for check in CHECKS:
        message = check(exchange, conventions)
        if message is not None:
            yield Finding(f"convention-{check.__name__.replace('_', '-')}", operation, "", message, exchange.id)
