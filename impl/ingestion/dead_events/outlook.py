"""The outlook of a retry: its needs and its effect, told before it is requested and in the reply to the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from impl.ingestion import rejections
from impl.ingestion.dead_events import reading
from impl.ingestion.dead_events.many import Retry
from impl.ingestion.dead_events.reading import Reader, StillDead
from impl.ingestion.dead_events.repair import SQL, DeadEvent
from impl.kernel import money
from impl.kernel.facts import Report
from impl.kernel.money import Currency, Money
from impl.platforms import summary

Needs = Literal["nothing", "force", "amount", "resend"]
_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Outlook:
    """The needs and the effect of a retry."""

    needs: Needs
    effect: str


def of(dead_event: DeadEvent) -> Outlook | None:
    """The outlook of a dead event; None for one that is resolved."""
    needs = _needs(dead_event)
    return None if needs is None else Outlook(needs, _EFFECTS[needs].format_map(_Names(dead_event)))


def _needs(dead_event: DeadEvent) -> Needs | None:
    if dead_event.remediation_status == "resolved":
        return None
    if dead_event.is_redacted:
        return "resend"
    if dead_event.remediation_status == "in_progress" or dead_event.error_code in rejections.PASSING:
        return "nothing"
    return "amount" if dead_event.error_code == "currency_mismatch" else "force"


_EFFECTS: Final[Mapping[Needs, str]] = {
    "nothing": (
        "A worker reads the stored content again with version {reader} of the rules. If it can be read, its facts are recorded "
        "with their own times and the dead event is resolved; otherwise it returns to `pending` with the new cause."
    ),
    "force": (
        "With `force` a worker reads the same stored content again with version {reader} of the rules; version {read_by} read it "
        "last. Without a change of the rules or of your settings the result is the same."
    ),
    "amount": (
        "With `amount_cents` and `currency` the amount that you give counts in place of {told}, and is shown as repaired. The "
        "currency must be that of the payment."
    ),
    "resend": "No retry is possible: the content is not stored. A later delivery of the same object resolves it.",
}


class _Names(dict[str, str]):
    """The names in an effect."""

    def __init__(self, dead_event: DeadEvent) -> None:
        read_by = dead_event.reader_version
        super().__init__(
            reader=str(summary.READER_VERSION),
            read_by=str(read_by) if read_by is not None else "an earlier one",
            told=_told(dead_event),
        )


def _told(dead_event: DeadEvent) -> str:
    if dead_event.amount_cents is None or dead_event.currency is None:
        return "the one that the processor sent"
    return f"{money.text(Money(dead_event.amount_cents, Currency(dead_event.currency)))} at the processor"


async def of_retry(connection: AsyncConnection, reader: Reader, tenant_id: UUID, dead_event: DeadEvent) -> Outlook:
    """The outlook of a retry that was just requested: the content is read as the worker will read it."""
    row = (await connection.execute(SQL["get_content"], {"tenant_id": tenant_id, "id": dead_event.id})).one()
    if row.source == rejections.TOUCH:
        return Outlook("nothing", _TOUCH)
    try:
        facts = (await _report(connection, reader, tenant_id, row)).facts
    except StillDead as error:
        effect = f"With the current rules it fails with `{error.code}`: {error}. It then returns to `pending`."
        return Outlook("nothing", effect[:_MAX])
    instead = next((f", in place of {money.text(fact.repair.told)}" for fact in facts if fact.repair), "")
    effect = (
        f"With the current rules it says: {reading.in_words(facts)}{instead}. A worker records this with these dates; what is "
        "recorded already is not counted again. If it contradicts what is recorded, it returns to `pending`."
    )
    return Outlook("nothing", effect[:_MAX])


_TOUCH: Final = (
    "A worker checks the touch again with the current channels and rules, as of the time of its receipt. It becomes a touch, or "
    "returns to `pending` with the new cause."
)


async def _report(connection: AsyncConnection, reader: Reader, tenant_id: UUID, row: Any) -> Report:
    if row.refused_key is not None:
        return await reading.refused_report(connection, tenant_id, row)
    content = reading.content(reader.ring, tenant_id, row)
    return await reading.report(connection, reader.processors, tenant_id, row, content)


def of_many(retry: Retry) -> str:
    """The effect of a retry of many."""
    if not retry.selected:
        effect = "Nothing is retried."
    else:
        effect = (
            f"A worker reads {_dead_events(retry.selected)} again with version {summary.READER_VERSION} of the rules, the oldest "
            "first. Those that can be read become events or touches; the others return to `pending` with their new cause."
        )
    left_out = [
        f" {_dead_events(retry.needs_force)} can be retried only with `force`." if retry.needs_force else "",
        f" The content of {_dead_events(retry.without_content)} is not stored." if retry.without_content else "",
        " More match than one request retries." if retry.has_more else "",
    ]
    return effect + "".join(left_out)


def _dead_events(count: int) -> str:
    return f"{count} dead event{'' if count == 1 else 's'}"
