"""A batch of touches from its bytes: each touch read by itself, so that a bad one never spoils the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from generated.server import Invalid, InvalidRequestError
from generated.server import events as contract
from generated.server.models import events as models
from impl.ingestion import names, privacy

MAX_TOUCHES: Final = 1000
MAX_ISSUES: Final = 20
_NUL: Final = "\x00"
_TOUCH: Final = TypeAdapter(models.Touch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a touch is dead."""

    code: str
    """`missing_required_field`, `malformed_value`, `schema_validation`, `pii_violation`, `session_expired`, `fk_constraint`."""
    message: str
    pointer: str
    """JSON pointer into the body: `/body/touches/3/occurred_at`."""
    issues: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One touch of a batch: read, or at fault."""

    index: int
    touch_id: str
    """Empty when it has no usable id."""
    touch: models.Touch | None = None
    fault: Fault | None = None
    payload: Any = field(default=None, repr=False)
    """What was sent, without anything personal; None when it was read or could not be stripped."""


def read(raw: bytes) -> list[Item]:
    """The touches of the batch in request order. Raises `InvalidRequestError` when `raw` is no batch."""
    batch = contract.decode_ingest_touches(raw)
    if isinstance(batch, Invalid):
        return [_item(index, sent) for index, sent in enumerate(_sent(raw, batch))]
    return [_checked(index, touch) for index, touch in enumerate(batch.touches)]


def _sent(raw: bytes, invalid: Invalid) -> list[Any]:
    """What stands in the batch. Raises `InvalidRequestError` when the fault is the batch's and not a touch's."""
    try:
        document = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise InvalidRequestError(errors=invalid.issues) from None
    touches = document.get("touches") if isinstance(document, dict) and document.keys() == {"touches"} else None
    if not isinstance(touches, list) or not 1 <= len(touches) <= MAX_TOUCHES:
        raise InvalidRequestError(errors=[issue for issue in invalid.issues if issue.pointer.count("/") <= 2])
    return touches


def _item(index: int, sent: Any) -> Item:
    try:
        payload = strip(sent)
    except privacy.CannotStrip as error:
        fault = Fault(code="pii_violation", message=str(error), pointer=_pointer(index))
        return Item(index=index, touch_id="", fault=fault)
    try:
        touch = _TOUCH.validate_json(to_json(payload), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return Item(index=index, touch_id=_id_of(payload), fault=_fault(index, details), payload=payload)
    return _checked(index, touch)


def strip(sent: Any) -> Any:
    """`sent` without personal data. A touch's own session id stays: it is random and lives half an hour."""
    stripped = privacy.strip(sent)
    if isinstance(sent, dict) and isinstance(sent.get("session_id"), str):
        return stripped | {"session_id": sent["session_id"]}
    return stripped


def _checked(index: int, touch: models.Touch) -> Item:
    """`touch`, unless the database could not hold one of its texts."""
    for name, value in touch:
        if isinstance(value, str) and _NUL in value:
            fault = Fault(
                code="malformed_value", message=f"{name} holds a NUL character", pointer=_pointer(index, name)
            )
            touch_id = touch.touch_id.replace(_NUL, "")
            return Item(index=index, touch_id=touch_id, fault=fault, payload=touch.model_dump(mode="json"))
    return Item(index=index, touch_id=touch.touch_id, touch=touch)


def _id_of(payload: Any) -> str:
    value = payload.get("touch_id") if isinstance(payload, dict) else None
    return value if isinstance(value, str) and len(value) <= 200 and _NUL not in value else ""


def _fault(index: int, details: list[ErrorDetails]) -> Fault:
    """The worst of what is wrong, and everything that is, without repeating what was sent."""
    issues = [
        {"pointer": _pointer(index, *one["loc"]), "code": one["type"], "message": one["msg"].replace(_NUL, "")}
        for one in details[:MAX_ISSUES]
    ]
    kinds = {one["type"] for one in details}
    if "missing" in kinds:
        code = "missing_required_field"
    else:
        code = "schema_validation" if kinds & {"extra_forbidden", "model_type"} else "malformed_value"
    first = next((issue for issue in issues if issue["code"] == "missing"), issues[0])
    return Fault(
        code=code,
        message=f"{first['pointer']}: {first['message']}",
        pointer=first["pointer"],
        issues=tuple(issues),
    )


def _pointer(index: int, *loc: int | str) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in loc)
    return names.kept(f"/body/touches/{index}{''.join(f'/{part}' for part in parts)}")
