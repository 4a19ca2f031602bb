"""Credit of journeys that stand in a file, under every model: `skeldir attribution credit FILE`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from generated.server import message_of
from impl.attribution.models import LEARNERS, RULES
from impl.attribution.models.journey import Journey, Shares, Touch, allocate
from impl.attribution.models.rules import Parameters
from impl.attribution.models.training import count
from impl.kernel.errors import SkeldirError
from impl.kernel.money import MAX_AMOUNT_CENTS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableFileError(SkeldirError):
    """The file holds no journeys that can be read; the message says where it goes wrong."""


@dataclass(frozen=True, slots=True)
class _TouchLine:
    channel: Annotated[str, Field(min_length=1, max_length=64)]
    at_seconds: Annotated[int, Field(ge=0, le=253_402_300_799)]


@dataclass(frozen=True, slots=True)
class _JourneyLine:
    touches: list[_TouchLine]
    converted: bool
    value_cents: Annotated[int, Field(ge=-MAX_AMOUNT_CENTS, le=MAX_AMOUNT_CENTS)] = 0


@dataclass(frozen=True, slots=True)
class _File:
    journeys: list[_JourneyLine]


_FILE = TypeAdapter(_File)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converted journey with its amount."""

    touches: Sequence[Touch]
    amount_cents: int


def credit_file(path: Path) -> dict[str, dict[str, int]]:
    """Cents by model and channel of all converted journeys in the JSON file at `path`.

    The file is `{"journeys": [{"touches": [{"channel", "at_seconds"}], "converted", "value_cents"}]}`. Models that learn take the
    whole file as their training set. Channels with 0 cents are left out. Raises `UnreadableFileError`.
    """
    journeys = _read(path)
    conversions = [
        Conversion(journey.touches, line.value_cents)
        for journey, line in journeys
        if line.converted and journey.touches
    ]
    credits_by_model = dict(_credits(conversions, [journey for journey, _ in journeys]))
    return {name: _total(conversions, shares) for name, shares in credits_by_model.items()}


def _credits(conversions: Sequence[Conversion], journeys: Sequence[Journey]) -> Iterator[tuple[str, list[Shares]]]:
    parameters = Parameters()
    for rule in RULES:
        yield rule.name, [rule.credit(conversion.touches, parameters) for conversion in conversions]
    counts = count(journeys)
    for learner in LEARNERS:
        trained = learner.train(counts)
        yield learner.name, [learner.credit(conversion.touches, trained) for conversion in conversions]


def _total(conversions: Sequence[Conversion], shares: Sequence[Shares]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for conversion, parts in zip(conversions, shares, strict=True):
        totals.update(allocate(conversion.amount_cents, parts))
    return {channel: cents for channel, cents in sorted(totals.items()) if cents}


def _read(path: Path) -> list[tuple[Journey, _JourneyLine]]:
    try:
        file = _FILE.validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise UnreadableFileError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableFileError(f"{path}: {place}: {message_of(first)}") from error
    return [(_journey(line), line) for line in file.journeys]


def _journey(line: _JourneyLine) -> Journey:
    touches = [Touch(touch.channel, _EPOCH + timedelta(seconds=touch.at_seconds)) for touch in line.touches]
    return Journey(sorted(touches, key=lambda touch: touch.occurred_at), line.converted)
