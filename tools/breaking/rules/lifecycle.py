"""The life of a contract's parts: stability levels, deprecation, sunset dates and removal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.breaking.input.documents import At
from tools.breaking.rules.changes import Change, Path
from tools.breaking.rules.law import Effect
from tools.breaking.schema import contain

if TYPE_CHECKING:
    from tools.breaking.rules.options import Options

Json = Any
LEVELS = ("draft", "alpha", "beta", "stable")
UNSTABLE = frozenset({"draft", "alpha"})


@dataclass(frozen=True, slots=True)
class Life:
    """Lifecycle of one part of a contract: deprecation, sunset, stability."""

    deprecated: bool
    sunset: str | None
    stability: str | None

    @property
    def date(self) -> dt.date | None:
        """The sunset as a date; None when there is none or it is no date."""
        return None if self.sunset is None else parse_date(self.sunset)

    @property
    def is_unstable(self) -> bool:
        """Whether nothing is promised yet."""
        return self.stability in UNSTABLE


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a life: suffix of the rule id, effect, and a sentence."""

    name: str
    effect: Effect
    text: str
    is_announced: bool = False
    """Whether the contract itself said that, and when, this would happen."""


def parse_date(text: str) -> dt.date | None:
    """The day of an RFC 3339 date or date-time, or of an HTTP date; None for anything else."""
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        pass
    import email.utils  # noqa: PLC0415 - start-up: it brings sockets along, and dates like these are rare

    try:
        return email.utils.parsedate_to_datetime(text).date()
    except (ValueError, TypeError):
        return None


def of(raw: Json) -> Life:
    """The life written at an operation, parameter or schema (`deprecated`, `x-sunset`, `x-deprecation`, `x-stability-level`)."""
    if not isinstance(raw, dict):
        return Life(deprecated=False, sunset=None, stability=None)
    notice = raw.get("x-deprecation")
    sunset = raw.get("x-sunset")
    if sunset is None and isinstance(notice, dict):
        sunset = notice.get("sunset") or notice.get("sunset_date") or notice.get("removal_date")
    if sunset is None:
        sunset = _sunset_header(raw)
    stability = raw.get("x-stability-level")
    return Life(
        raw.get("deprecated") is True,
        None if sunset is None else str(sunset),
        None if stability is None else str(stability),
    )


def _sunset_header(raw: dict[str, Json]) -> Json:
    """The date of a `Sunset` reply header, where the contract fixes it with `const`."""
    responses = raw.get("responses")
    for response in responses.values() if isinstance(responses, dict) else ():
        headers = response.get("headers") if isinstance(response, dict) else None
        header = headers.get("Sunset") if isinstance(headers, dict) else None
        schema = header.get("schema") if isinstance(header, dict) else None
        if isinstance(schema, dict) and isinstance(schema.get("const"), str):
            return schema["const"]
    return None


def removal(life: Life, options: Options) -> Step:
    """Verdict on the removal of a part with this `life`."""
    if not life.deprecated:
        return Step("without-deprecation", Effect.VIOLATION, "without having been deprecated")
    if life.sunset is None:
        return Step("with-deprecation", Effect.NONE, "after it was deprecated")
    if life.date is None:
        return Step("sunset-parse", Effect.VIOLATION, f"and its sunset `{life.sunset}` is no date")
    if life.date > options.now:
        return Step("before-sunset", Effect.VIOLATION, f"before its sunset {life.date}")
    return Step("with-deprecation", Effect.NONE, f"after its sunset {life.date}", is_announced=True)


def transition(base: Life, head: Life, options: Options) -> Step | None:
    """Change between the two lifecycles of a part that stayed; None when there is none."""
    if base.deprecated and not head.deprecated:
        return Step("reactivated", Effect.NONE, "is no longer deprecated")
    if not head.deprecated:
        return None
    if not base.deprecated:
        return _announced(head, options)
    if base.sunset is None and head.sunset is not None:
        return _announced(head, options)  # the notice starts when the date is set
    return _moved(base, head)


def _announced(head: Life, options: Options) -> Step:
    if head.sunset is None:
        if options.sunset_required:
            return Step("deprecated-sunset-missing", Effect.VIOLATION, "was deprecated without a sunset date")
        return Step("deprecated", Effect.NONE, "was deprecated")
    if head.date is None:
        return Step(
            "deprecated-sunset-parse",
            Effect.VIOLATION,
            f"was deprecated with a sunset that is no date: `{head.sunset}`",
        )
    earliest = options.now + dt.timedelta(days=options.grace_days)
    if head.date < earliest:
        return Step(
            "sunset-date-too-small",
            Effect.VIOLATION,
            f"was deprecated with the sunset {head.date}, which is before {earliest}",
        )
    return Step("deprecated-with-sunset", Effect.NONE, f"was deprecated with the sunset {head.date}")


def _moved(base: Life, head: Life) -> Step | None:
    if base.sunset == head.sunset:
        return None
    if base.sunset is not None and head.sunset is None:
        return Step("sunset-deleted", Effect.VIOLATION, f"lost its sunset date {base.sunset}")
    broken = next((life.sunset for life in (base, head) if life.sunset is not None and life.date is None), None)
    if broken is not None:
        return Step("sunset-parse", Effect.VIOLATION, f"has a sunset that is no date: `{broken}`")
    if base.date and head.date and head.date < base.date:
        return Step(
            "sunset-date-changed-too-small",
            Effect.VIOLATION,
            f"has its sunset moved forward from {base.date} to {head.date}",
        )
    return None


def stability(base: Life, head: Life) -> Step | None:
    """Change of the stability level."""
    for level in (base.stability, head.stability):
        if level is not None and level not in LEVELS:
            return Step(
                "invalid-stability-level",
                Effect.VIOLATION,
                f"has the stability level `{level}`, which is none of {', '.join(LEVELS)}",
            )
    before, after = (LEVELS.index(life.stability or "stable") for life in (base, head))
    if after == before or (base.stability is None and head.stability is None):
        return None
    effect, name = (Effect.VIOLATION, "decreased") if after < before else (Effect.NONE, "increased")
    levels = [life.stability or "stable" for life in (base, head)]
    return Step(f"stability-{name}", effect, f"went from {levels[0]} to {levels[1]}")


_PROPERTY_NAMES = {
    "deprecated-sunset-parse": "deprecated-sunset-invalid", "sunset-parse": "deprecated-sunset-invalid",
}  # fmt: skip


def of_property(direction: str, options: Options, base: At, head: At, path: Path) -> Iterator[Change]:
    """Changes in the life of a property."""
    prefix = "request" if direction == contain.REQUEST else "response"
    lives = of(base.raw), of(head.raw)
    for step in (transition(*lives, options), None if lives[0].is_unstable else stability(*lives)):
        if step is None or step.name == "invalid-stability-level":
            continue
        name = _PROPERTY_NAMES.get(step.name, step.name)
        traits = frozenset({"annotation", step.effect.value, f"id:{prefix}-property-{name}"})
        yield Change("lifecycle", step.text, path, base, head, traits=traits)
