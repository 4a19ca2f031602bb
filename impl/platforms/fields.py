"""Strict reading of a processor's fields: each mistake is an `UnusableDelivery` that points at the field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from impl.kernel import money
from impl.kernel.money import Currency, Money, MoneyError
from impl.platforms.errors import UnusableDelivery

MAX_ID_LENGTH = 255
_MAX_INTEGER = 2**63 - 1
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|z|[+-]\d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a delivery and where it stands."""

    values: Mapping[str, Any] = field(repr=False)
    pointer: str = ""
    """JSON pointer to the object."""

    def has(self, name: str) -> bool:
        """Whether there is a value that is not null."""
        return self.values.get(name) is not None

    def first(self, *names: str) -> str:
        """The first of `names` that has a value; the first of all when none has."""
        return next((name for name in names if self.has(name)), names[0])

    def missing(self, name: str) -> UnusableDelivery:
        """The error for a field that is needed and not there."""
        return UnusableDelivery("missing_required_field", f"{name} is missing", f"{self.pointer}/{name}")

    def malformed(self, name: str, what: str) -> UnusableDelivery:
        """The error for a field that is not `what` it should be."""
        return UnusableDelivery("malformed_value", f"{name} is not {what}", f"{self.pointer}/{name}")

    def required(self, name: str) -> Any:
        """The value of `name`."""
        value = self.values.get(name)
        if value is None:
            raise self.missing(name)
        return value

    def name(self, name: str) -> str:
        """An id or another name: 1 to 255 printable ASCII characters."""
        value = self.required(name)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH:
            raise self.malformed(name, f"a text of 1 to {MAX_ID_LENGTH} characters")
        if not value.isascii() or not value.isprintable():
            raise self.malformed(name, "an id of printable characters")
        return value

    def word(self, name: str) -> str:
        """A status or another word of the processor's own, in lower case; empty when it is none.

        Newer interfaces of a processor write the same words in capitals.
        """
        value = self.values.get(name)
        return value.strip().lower() if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A numeric id, at least 1."""
        value = self.required(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MAX_INTEGER:
            raise self.malformed(name, "a positive integer")
        return value

    def object(self, name: str) -> Fields:
        """The object under `name`."""
        value = self.required(name)
        if not isinstance(value, dict):
            raise self.malformed(name, "an object")
        return Fields(value, f"{self.pointer}/{name}")

    def objects(self, name: str) -> Sequence[Fields]:
        """The objects of the list under `name`; none when it is missing."""
        values = self.values.get(name)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.malformed(name, "a list of objects")
        return [Fields(value, f"{self.pointer}/{name}/{index}") for index, value in enumerate(values)]

    def instant(self, name: str, *, is_utc_without_zone: bool = False) -> datetime:
        """An RFC 3339 time, in UTC. Without a zone it is refused, or read as UTC when the processor means that."""
        value = self.required(name)
        match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None or not (match[1] or is_utc_without_zone):
            raise self.malformed(name, "a time such as 2026-11-21T09:30:00Z")
        try:
            read = datetime.fromisoformat(match[0].upper())
            return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise self.malformed(name, "a time that exists") from error

    def currency(self, name: str) -> Currency:
        """An ISO 4217 code, in any case."""
        text = self.name(name)
        try:
            return money.currency(text)
        except MoneyError as error:
            raise UnusableDelivery(error.code, str(error), f"{self.pointer}/{name}") from error

    def amount(self, name: str, code: Currency, *, is_signed: bool = False) -> Money:
        """A decimal text as exact money. A minus is refused, or dropped where the processor uses it for money given back."""
        value = self.required(name)
        if not isinstance(value, str):
            raise self.malformed(name, "a decimal text")
        try:
            read = money.parse(value, code)
        except MoneyError as error:
            raise UnusableDelivery(error.code, str(error), f"{self.pointer}/{name}") from error
        if read.amount_cents < 0 and not is_signed:
            raise self.malformed(name, "zero or more")
        return Money(abs(read.amount_cents), code)
