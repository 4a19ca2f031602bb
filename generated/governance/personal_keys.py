"""Data of personal_keys.yaml.

Generated from contracts/governance/personal_keys.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


STRIPPED: Final[tuple[str, ...]] = (
    "email",
    "email_address",
    "phone",
    "phone_number",
    "ssn",
    "social_security_number",
    "ip_address",
    "ip",
    "first_name",
    "last_name",
    "full_name",
    "address",
    "street_address",
    "billing_address",
    "shipping_address",
    "customer_email",
    "customer_phone",
    "receipt_email",
)
"""Keys that name a person; removed from deliveries at any depth."""

FORBIDDEN_IN_JSON: Final[tuple[str, ...]] = (
    "vendor_payload",
    "billing_details",
    "raw_body",
    "raw_body_sha256",
    "raw_body_bytes",
    "parse_error",
    "device_fingerprint",
    "user_agent",
    "ip_hash",
    "session_id",
)
"""Keys that durable JSON never holds."""

PAYLOAD: Final[tuple[str, ...]] = (
    "event_type",
    "event_timestamp",
    "currency",
    "processor",
    "utm_source",
    "utm_medium",
    "external_event_id",
    "campaign_id",
    "idempotency_key",
    "channel",
)
"""Keys that a stored payload may hold."""

LOOK_ALIKES: Final[Mapping[str, str]] = {
    "а": "a",
    "е": "e",
    "о": "o",
    "р": "p",
    "с": "c",
    "у": "y",
    "х": "x",
    "і": "i",
    "ѕ": "s",
    "ј": "j",
    "ԁ": "d",
    "һ": "h",
    "к": "k",
    "м": "m",
    "т": "t",
    "в": "b",
    "α": "a",
    "ε": "e",
    "ι": "i",
    "ν": "v",
    "ο": "o",
    "ρ": "p",
    "υ": "u",
}
"""Latin letter by the letter of another script that looks like it."""
