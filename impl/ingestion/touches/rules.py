"""The rules a touch must keep: time, session, channel. Pure, and the same for the receipt and for a later replay."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from generated.server.models import events as models
from impl.ingestion import channels
from impl.ingestion.channels import Origin
from impl.ingestion.rejections import Cause
from impl.ingestion.touches.batch import Item

MAX_AHEAD: Final = timedelta(minutes=5)
MAX_AGE: Final = timedelta(days=90)
MAX_SESSION: Final = timedelta(minutes=30)
"""Life of a session, from its first touch to its last."""

Span = tuple[datetime, datetime]
"""First and last touch of a session."""


class Result(enum.StrEnum):
    """The outcome of a touch, in the words of the contract."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The stored rows that decide about a batch."""

    channels: Collection[str]
    """Active channel codes."""
    own_hosts: Collection[str] = ()
    touch_ids: Collection[str] = ()
    sessions: Mapping[UUID, Span] = field(default_factory=dict[UUID, Span])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision about one touch; `channel` when it is accepted, `cause` when it is dead."""

    result: Result
    channel: str | None = None
    cause: Cause | None = None


def judge(items: Sequence[Item], known: Known, now: datetime) -> list[Verdict]:
    """A verdict for each of `items`, in their order.

    Touches are looked at by the time they happened, so that the order within a batch decides nothing.
    """
    spans, touch_ids = dict(known.sessions), set(known.touch_ids)
    verdicts = [Verdict(result=Result.DEAD, cause=item.cause) for item in items]
    readable = [(item.touch.occurred_at, item.index, item.touch) for item in items if item.touch is not None]
    # The index decides between touches of the same instant, so that equal batches have equal verdicts.
    for _, index, touch in sorted(readable, key=lambda one: one[:2]):
        verdicts[index] = _judge(index, touch, known, spans, touch_ids, now)
    return verdicts


def _judge(
    index: int, touch: models.Touch, known: Known, spans: dict[UUID, Span], touch_ids: set[str], now: datetime
) -> Verdict:
    if touch.touch_id in touch_ids:
        return Verdict(result=Result.DUPLICATE)
    cause = check(touch, known, now, f"/body/touches/{index}")
    span = extended(spans.get(touch.session_id), touch.occurred_at)
    if cause is None and span is None:
        message = "occurred_at is more than 30 minutes from another touch of its session; start a new session id"
        cause = Cause(code="session_expired", message=message, pointer=f"/body/touches/{index}/occurred_at")
    if cause is not None or span is None:
        return Verdict(result=Result.DEAD, cause=cause)
    spans[touch.session_id] = span
    touch_ids.add(touch.touch_id)
    return Verdict(result=Result.ACCEPTED, channel=channel(touch, known.own_hosts))


def check(touch: models.Touch, known: Known, now: datetime, pointer: str = "") -> Cause | None:
    """The cause for which the time or the channel of `touch` is rejected, if any; `pointer` is where it stands."""
    if touch.occurred_at > now + MAX_AHEAD:
        message = "occurred_at is more than 5 minutes ahead; check the clock that made it"
        return Cause(code="malformed_value", message=message, pointer=f"{pointer}/occurred_at")
    if touch.occurred_at < now - MAX_AGE:
        message = "occurred_at is more than 90 days ago; touches so old are not credited"
        return Cause(code="malformed_value", message=message, pointer=f"{pointer}/occurred_at")
    if touch.channel is not None and touch.channel not in known.channels:
        message = "channel is no active code of the channel taxonomy"
        return Cause(code="fk_constraint", message=message, pointer=f"{pointer}/channel")
    return None


def extended(span: Span | None, occurred_at: datetime) -> Span | None:
    """The span of a session with one more touch; None when the session would live too long."""
    first, last = span or (occurred_at, occurred_at)
    first, last = min(first, occurred_at), max(last, occurred_at)
    return (first, last) if last - first <= MAX_SESSION else None


def channel(touch: models.Touch, own_hosts: Collection[str]) -> str:
    """Channel code of `touch`: its own word, else what its origin means."""
    if touch.channel is not None:
        return touch.channel
    origin = Origin(
        source=touch.utm_source,
        medium=touch.utm_medium,
        campaign=touch.utm_campaign or touch.campaign_id,
        click_id=touch.click_id_kind,
        foreign_host=channels.foreign(touch.referrer_host, own_hosts),
    )
    return channels.of_origin(origin)
