"""What the fixture shop checks, by hand: values as the contract has them, each check with the plant that breaks it.

`PLANT` names the one defect that is switched on; without it the shop keeps its contract. Plants exist only here.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any


def planted(name: str) -> bool:
    """Whether the defect `name` is the one switched on."""
    return os.environ.get("PLANT") == name


class Refused(Exception):
    """The request breaks the contract."""

    def __init__(self, status: int, title: str, detail: str = "The request breaks the contract.") -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail


def need(ok: bool, what: str) -> None:
    if not ok:
        raise Refused(400, "Bad request.", f"{what} breaks the contract.")


def is_integer(value: Any) -> bool:
    if isinstance(value, bool):
        return planted("bool-as-integer")
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def is_uuid(text: Any) -> bool:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        return False
    return bool(uuid.UUID(text))


def is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) and date.fromisoformat(text))
    except ValueError:
        return False


def whole(text: str, what: str, lowest: int, highest: int) -> int:
    """Integer of a parameter."""
    need(bool(re.fullmatch(r"-?(0|[1-9][0-9]*)", text)), what)
    number = int(text)
    need(lowest <= number <= highest, what)
    return number


def number_in(value: Any, lowest: int, highest: int) -> bool:
    if planted("string-as-integer") and isinstance(value, str) and value.lstrip("-").isdecimal():
        value = int(value)
    return is_integer(value) and lowest <= value <= highest


def text_in(value: Any, lowest: int, highest: int) -> bool:
    return isinstance(value, str) and lowest <= len(value) <= highest


def parse(raw: bytes, content_type: str) -> Any:
    """JSON value of a request body."""
    if content_type.partition(";")[0].strip().lower() != "application/json" and not planted("any-content-type"):
        raise Refused(415, "Unsupported media type.")
    if planted("crash-on-bytes"):
        raw.decode("utf-8")
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        if planted("broken-json-accepted") and raw.startswith(b"{"):
            return {"currency": "EUR", "rate": 0.5}
        raise Refused(400, "Bad request.", "The body is not JSON.") from None


def check_object(
    value: Any, rules: dict[str, Callable[[Any], bool]], required: tuple[str, ...], *, closed: bool = True
) -> None:
    """Every property by its rule; no other property when `closed`."""
    need(isinstance(value, dict), "/body")
    for name in required:
        need(name in value, f"/body/{name}")
    for name, item in value.items():
        if name in rules:
            need(rules[name](item), f"/body/{name}")
        else:
            need(not closed or planted("unknown-property"), f"/body/{name}")


def _is_tags(value: Any) -> bool:
    if not isinstance(value, list) or not all(text_in(item, 1, 8) for item in value) or len(value) > 3:
        return False
    return len(set(value)) == len(value) or planted("duplicates-accepted")


def _is_note(value: Any) -> bool:
    if planted("nul-500") and isinstance(value, str) and "\0" in value:
        raise RuntimeError("the database takes no NUL")
    return value is None or text_in(value, 0, 21 if planted("max-length-off-by-one") else 20)


def _is_sku(value: Any) -> bool:
    if not isinstance(value, str):
        return planted("null-accepted") and value is None
    return bool(re.fullmatch(r"[A-Z]{3}-[0-9]{1,4}", value)) or planted("pattern-ignored")


NEW_ORDER: dict[str, Callable[[Any], bool]] = {
    "sku": _is_sku,
    "quantity": lambda value: number_in(value, -1 if planted("minimum-off-by-one") else 0, 1000),
    "kind": lambda value: value in ("retail", "wholesale") or planted("enum-ignored"),
    "gift_note": _is_note,
    "tags": _is_tags,
    "coupon": lambda value: text_in(value, 4, 10),
}
ORDER_CHANGE: dict[str, Callable[[Any], bool]] = {
    "quantity": lambda value: number_in(value, 0, 1000),
    "status": lambda value: value in ("open", "paid", "refunded"),
}
SETTINGS: dict[str, Callable[[Any], bool]] = {
    "currency": lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{3}", value)),
    "rate": lambda value: (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (value > 0 or (planted("exclusive-as-inclusive") and value == 0))
        and value <= 1
        and (value * 4 == int(value * 4) or planted("multiple-ignored"))
    ),
}
PAYMENT: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: text_in(value, 1, 40),
    "order": is_uuid,
    "amount_cents": lambda value: number_in(value, 1, 2**53 - 1),
}
LOGIN: dict[str, Callable[[Any], bool]] = {
    "user": lambda value: text_in(value, 1, 40),
    "password": lambda value: text_in(value, 4, 40),
}
