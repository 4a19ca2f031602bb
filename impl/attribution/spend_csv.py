"""Spend as comma-separated values: rows, or what is wrong at which line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from impl.attribution.errors import InvalidParameterError
from impl.attribution.spend import Mistake, SpendRow, Upload, line_mistake
from impl.kernel.money import MAX_AMOUNT_CENTS

HEADER: Final = ["channel_code", "on", "currency", "spend_cents"]
MAX_ROWS: Final = 10_000
MAX_BYTES: Final = 1_048_576
_WHOLE: Final = re.compile(r"[0-9]{1,16}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    fields: list[str]


def read(body: bytes) -> Upload:
    """The rows of the file. Raises `InvalidParameterError` when it has no such rows at all."""
    lines = list(_lines(_text(body)))
    if not lines or [field.strip() for field in lines[0].fields] != HEADER:
        raise _unusable(1, "header", f"The first line must be {','.join(HEADER)}.")
    if len(lines) == 1:
        raise _unusable(2, "rows", "There must be a row below the header.")
    if len(lines) - 1 > MAX_ROWS:
        raise _unusable(lines[MAX_ROWS + 1].number, "rows", f"There must be at most {MAX_ROWS:,} rows.")
    rows: list[SpendRow] = []
    numbers: list[int] = []
    mistakes: list[Mistake] = []
    for line in lines[1:]:
        row, wrong = _row(line)
        mistakes += wrong
        if row is not None:
            rows.append(row)
            numbers.append(line.number)
    return Upload(rows=rows, lines=numbers, mistakes=mistakes)


def _text(body: bytes) -> str:
    if len(body) > MAX_BYTES:
        raise InvalidParameterError(f"the file must not be larger than {MAX_BYTES:,} bytes")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise _unusable(line, "text", "The file must be UTF-8.") from error


def _lines(text: str) -> Iterator[_Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for fields in reader:
            if fields:
                yield _Line(reader.line_num, fields)
    except csv.Error as error:
        raise _unusable(reader.line_num, "text", "A quoted field does not end as it should.") from error


def _unusable(line: int, column: str, message: str) -> InvalidParameterError:
    mistake = line_mistake(line, column, message, "invalid_csv")
    return InvalidParameterError("the file cannot be read", errors=[mistake.issue])


def _row(line: _Line) -> tuple[SpendRow | None, list[Mistake]]:
    if len(line.fields) != len(HEADER):
        message = f"There must be {len(HEADER)} fields, not {len(line.fields)}."
        return None, [line_mistake(line.number, "row", message, "invalid_row")]
    channel, day_text, currency, cents_text = (field.strip() for field in line.fields)
    day = _day(day_text)
    mistakes: list[Mistake] = []
    if day is None:
        mistakes.append(line_mistake(line.number, "on", "Not a date such as 2026-11-20.", "invalid_date"))
    if not _WHOLE.fullmatch(cents_text) or int(cents_text) > MAX_AMOUNT_CENTS:
        message = "Not a whole number of minor units from 0 to 1,000,000,000,000,000."
        mistakes.append(line_mistake(line.number, "spend_cents", message, "invalid_amount"))
    if mistakes or day is None:
        return None, mistakes
    return SpendRow(channel, day, currency, int(cents_text)), []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
