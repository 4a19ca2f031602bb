"""A batch of touches from its bytes: each touch read by itself, so that a bad one never spoils the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from generated.server import Invalid, InvalidRequestError, message_of
from generated.server import events as contract
from generated.server.models import events as models
from impl.ingestion import names, privacy
from impl.ingestion.rejections import MAX_ISSUES, Cause

MAX_TOUCHES: Final = 1000
_NUL: Final = "\x00"
_TOUCH: Final = TypeAdapter(models.Touch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One touch of a batch: read, or with the cause of its rejection."""

    index: int
    touch_id: str
    """Empty when it has no usable id."""
    touch: models.Touch | None = None
    cause: Cause | None = None
    payload: Any = field(default=None, repr=False)
    """The touch as it arrived, without anything personal; None when it was read or could not be stripped."""


def read(raw: bytes) -> list[Item]:
    """The touches of the batch in request order. Raises `InvalidRequestError` when `raw` is no batch."""
    batch = contract.decode_ingest_touches(raw)
    if isinstance(batch, Invalid):
        return [_item(index, value) for index, value in enumerate(_values(raw, batch))]
    return [_checked(index, touch) for index, touch in enumerate(batch.touches)]


def _values(raw: bytes, invalid: Invalid) -> list[Any]:
    """The touches as JSON values. Raises `InvalidRequestError` when the mistake is the batch's and not a touch's."""
    try:
        document = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise InvalidRequestError(errors=invalid.issues) from None
    touches = document.get("touches") if isinstance(document, dict) and document.keys() == {"touches"} else None
    if not isinstance(touches, list) or not 1 <= len(touches) <= MAX_TOUCHES:
        raise InvalidRequestError(errors=[issue for issue in invalid.issues if issue.pointer.count("/") <= 2])
    return touches


def _item(index: int, value: Any) -> Item:
    try:
        payload = strip(value)
    except privacy.CannotStrip as error:
        cause = Cause(code="pii_violation", message=str(error), pointer=_pointer(index))
        return Item(index=index, touch_id="", cause=cause)
    try:
        touch = _TOUCH.validate_json(to_json(payload), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return Item(index=index, touch_id=_id_of(payload), cause=_cause(index, details), payload=payload)
    return _checked(index, touch)


def strip(value: Any) -> Any:
    """`value` without personal data. A touch's own session id stays: it is random and lives half an hour."""
    stripped = privacy.strip(value)
    if isinstance(value, dict) and isinstance(value.get("session_id"), str):
        return stripped | {"session_id": value["session_id"]}
    return stripped


def _checked(index: int, touch: models.Touch) -> Item:
    """`touch`, unless the database could not hold one of its texts."""
    for name, value in touch:
        if isinstance(value, str) and _NUL in value:
            cause = Cause(
                code="malformed_value", message=f"{name} holds a NUL character", pointer=_pointer(index, name)
            )
            touch_id = touch.touch_id.replace(_NUL, "")
            return Item(index=index, touch_id=touch_id, cause=cause, payload=touch.model_dump(mode="json"))
    return Item(index=index, touch_id=touch.touch_id, touch=touch)


def _id_of(payload: Any) -> str:
    value = payload.get("touch_id") if isinstance(payload, dict) else None
    return value if isinstance(value, str) and len(value) <= 200 and _NUL not in value else ""


def _cause(index: int, details: list[ErrorDetails]) -> Cause:
    """The gravest mistake as the code, and every mistake as an issue, without a value of the touch."""
    issues = [
        {"pointer": _pointer(index, *one["loc"]), "code": one["type"], "message": message_of(one).replace(_NUL, "")}
        for one in details[:MAX_ISSUES]
    ]
    kinds = {one["type"] for one in details}
    if "missing" in kinds:
        code = "missing_required_field"
    else:
        code = "schema_validation" if kinds & {"extra_forbidden", "model_type"} else "malformed_value"
    first = next((issue for issue in issues if issue["code"] == "missing"), issues[0])
    return Cause(
        code=code,
        message=f"{first['pointer']}: {first['message']}",
        pointer=first["pointer"],
        issues=tuple(issues),
    )


def _pointer(index: int, *loc: int | str) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in loc)
    return names.kept(f"/body/touches/{index}{''.join(f'/{part}' for part in parts)}")
