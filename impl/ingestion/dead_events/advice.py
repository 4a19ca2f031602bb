"""Advice to a merchant about a dead event, by its cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from impl.ingestion import rejections

_RESEND: Final = "The content is no longer stored. Send the delivery again at the processor."
_PASSING: Final = "The cause was temporary. It is retried automatically up to three times; you can also retry it now."
_OTHER: Final = "Fix the cause, then retry with `force`: the delivery is read again with the current rules."
_ADVICE: Final[Mapping[str, str]] = {
    "schema_validation": (
        "Send the delivery again at the processor. A retry succeeds only after a release that can read its content."
    ),
    "pii_violation": (
        "Nothing of the content was stored. Send the delivery again at the processor, without the personal data."
    ),
    "unknown_provider_event": (
        "Deselect this event at the processor, then abandon the dead event. After a release that knows the event, it is "
        "retried automatically once."
    ),
    "unsupported_money_event": (
        "The delivery carries money that is not read yet. Report it; after a release that reads it, it is retried "
        "automatically once."
    ),
    "topic_mismatch": (
        "The delivery was sent to the address of another event. Correct the address at the processor, then send it again."
    ),
    "missing_required_field": (
        "Fill in the field at the processor and send the delivery again. A retry reads the same content again."
    ),
    "malformed_value": (
        "Correct the value at its source and send the delivery again. A retry reads the same content again."
    ),
    "unknown_currency": "The currency is not in ISO 4217. Correct it at its source and send the delivery again.",
    "currency_mismatch": (
        "A refund or dispute must be in the currency of its payment. Retry with `amount_cents` and `currency`: what it is in the "
        "currency of the payment, as the processor's own report of the payment says."
    ),
    "contradicts_recorded": (
        "Another amount is recorded under the same id. Compare both at the processor before you retry with `force`."
    ),
    "session_expired": "The touch arrived after its session had ended. Abandon it, and check the clock of the site.",
    "fk_constraint": "Something that the delivery refers to does not exist. Create it, then retry with `force`.",
    "duplicate_key": "The same fact is already recorded. Abandon the dead event.",
}


def of(error_code: str, *, is_redacted: bool) -> str:
    """Advice for one dead event."""
    if is_redacted and error_code not in {"pii_violation", "schema_validation"}:
        return _RESEND
    if error_code in rejections.PASSING:
        return _PASSING
    return _ADVICE.get(error_code, _OTHER)
