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
from impl.ingestion.touches.batch import Fault, Item

MAX_AHEAD: Final = timedelta(minutes=5)
MAX_AGE: Final = timedelta(days=90)
MAX_SESSION: Final = timedelta(minutes=30)
"""Life of a session, from its first touch to its last."""

Span = tuple[datetime, datetime]
"""First and last touch of a session."""


class Result(enum.StrEnum):
    """What became of a touch."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored already, as far as the batch is concerned."""

    channels: Collection[str]
    """Active channel codes."""
    own_hosts: Collection[str] = ()
    touch_ids: Collection[str] = ()
    sessions: Mapping[UUID, Span] = field(default_factory=dict[UUID, Span])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of one touch; `channel` when it is accepted, `fault` when it is dead."""

    result: Result
    channel: str | None = None
    fault: Fault | None = None


def judge(items: Sequence[Item], known: Known, now: datetime) -> list[Verdict]:
    """A verdict for each of `items`, in their order.

    Touches are looked at by the time they happened, so that the order within a batch decides nothing.
    """
    spans, taken = dict(known.sessions), set(known.touch_ids)
    verdicts = [Verdict(result=Result.DEAD, fault=item.fault) for item in items]
    readable = [(item.touch.occurred_at, item.index, item.touch) for item in items if item.touch is not None]
    for _, index, touch in sorted(readable, key=lambda one: one[:2]):
        verdicts[index] = _judge(index, touch, known, spans, taken, now)
    return verdicts


def _judge(
    index: int, touch: models.Touch, known: Known, spans: dict[UUID, Span], taken: set[str], now: datetime
) -> Verdict:
    if touch.touch_id in taken:
        return Verdict(result=Result.DUPLICATE)
    fault = check(touch, known, now, f"/body/touches/{index}")
    span = extended(spans.get(touch.session_id), touch.occurred_at)
    if fault is None and span is None:
        message = "occurred_at is more than 30 minutes from another touch of its session; start a new session id"
        fault = Fault(code="session_expired", message=message, pointer=f"/body/touches/{index}/occurred_at")
    if fault is not None or span is None:
        return Verdict(result=Result.DEAD, fault=fault)
    spans[touch.session_id] = span
    taken.add(touch.touch_id)
    return Verdict(result=Result.ACCEPTED, channel=channel(touch, known.own_hosts))


def check(touch: models.Touch, known: Known, now: datetime, pointer: str = "") -> Fault | None:
    """What is wrong with the time or the channel of `touch`, if anything; `pointer` is where it stands."""
    if touch.occurred_at > now + MAX_AHEAD:
        message = "occurred_at is more than 5 minutes ahead; check the clock that made it"
        return Fault(code="malformed_value", message=message, pointer=f"{pointer}/occurred_at")
    if touch.occurred_at < now - MAX_AGE:
        message = "occurred_at is more than 90 days ago; touches so old are not credited"
        return Fault(code="malformed_value", message=message, pointer=f"{pointer}/occurred_at")
    if touch.channel is not None and touch.channel not in known.channels:
        message = "channel is no active code of the channel taxonomy"
        return Fault(code="fk_constraint", message=message, pointer=f"{pointer}/channel")
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
