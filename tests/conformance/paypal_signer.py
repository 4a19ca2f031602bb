"""Signs as PayPal does, with the authority that stands in for PayPal's on this machine; and forges as a stranger would."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from impl.platforms.paypal import local_authority

ELSEWHERE = "https://api.paypal.example/v1/notifications/certs/CERT-local-stand-in"


_authority = cache(local_authority.read)


def sign(body: bytes, *, at: float, secret: str, options: dict[str, Any]) -> dict[str, str]:
    """PayPal's five headers for `body`; `secret` is the id of the tenant's webhook."""
    authority = _authority(Path(options["authority"]))
    return authority.headers(body, secret, datetime.fromtimestamp(at, UTC))


def forge(body: bytes, *, at: float, secret: str, options: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What somebody would send who knows the webhook's id, and has keys of their own."""
    moment = datetime.fromtimestamp(at, UTC)
    own, known = local_authority.make(moment), _authority(Path(options["authority"]))
    return {
        "signed with a key that nobody vouches for": own.headers(body, secret, moment),
        "with the certificate at another host": known.headers(body, secret, moment, url=ELSEWHERE),
        "with an algorithm of their own": known.headers(body, secret, moment) | {"PAYPAL-AUTH-ALGO": "none"},
        "with a webhook id that holds a separator": known.headers(body, f"{secret}|", moment),
    }
