"""Deliver the story to a running service and print what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from impl.cli.demo import deliveries
from impl.cli.demo.sender import Sender
from impl.kernel import money
from impl.kernel.errors import SkeldirError

_TIMEOUT_SECONDS: Final = 30.0
_LOGIN: Final = "/api/auth/login"
_REVENUE: Final = "/api/v1/revenue/realtime"

Say = Callable[[str], None]


class DemoFailed(SkeldirError):
    """The service did not answer as the demo expects. The message says which call and what came back."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What the demo needs to act as the shop's processor and as its owner."""

    tenant_id: uuid.UUID
    email: str
    password: str = field(repr=False)
    tenant_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    """Stripe's."""
    others: Mapping[str, str] = field(repr=False)
    """What the shop shares with the other processors: secrets, and PayPal's webhook id."""


def authority_folder(data_dir: Path) -> Path:
    """Where the certificate authority lives that stands in for PayPal's."""
    return data_dir / "paypal"


async def show(base_url: str, shop: Shop, sender: Sender, say: Say) -> None:
    """Deliver, log in, read the revenue, and print all of it. Raises `DemoFailed`."""
    try:
        async with httpx2.AsyncClient(base_url=base_url, timeout=_TIMEOUT_SECONDS) as client:
            say("Deliveries, each signed as its processor signs them:")
            for step in deliveries.story(sender.clock.now()):
                say(f"  {step.provider:<12} {step.title:<40} → {await _deliver(client, sender, step)}")
            revenue = await _revenue(client, shop)
    except httpx2.HTTPError as error:
        raise DemoFailed(f"{base_url} does not answer ({type(error).__name__}); start it with `skeldir run`") from error
    say("")
    say(f"Revenue of today, from the ledger:  {_amount(revenue)}  (verified: {str(revenue['verified']).lower()})")


async def _deliver(client: httpx2.AsyncClient, sender: Sender, step: deliveries.Step) -> str:
    answer = _expect(await sender.send(client, step.provider, step.event, step.body, delivery_id=step.id), 200)
    return f"{answer['outcome']}: {answer['message']}"


async def _revenue(client: httpx2.AsyncClient, shop: Shop) -> dict[str, Any]:
    correlation = {"X-Correlation-ID": str(uuid.uuid4())}
    credentials = {"email": shop.email, "password": shop.password, "tenant_id": str(shop.tenant_id)}
    login = _expect(await client.post(_LOGIN, json=credentials, headers=correlation), 200)
    bearer = {"Authorization": f"Bearer {login['access_token']}"}
    return _expect(await client.get(_REVENUE, headers=correlation | bearer), 200)


def _expect(response: httpx2.Response, status: int) -> dict[str, Any]:
    if response.status_code != status:
        raise DemoFailed(
            f"{response.request.url} answered {response.status_code} instead of {status}: {response.text[:300]}"
        )
    answer: dict[str, Any] = response.json()
    return answer


def _amount(revenue: dict[str, Any]) -> str:
    total = money.Money(revenue["revenue_total_cents"], money.currency(revenue["currency"]))
    return f"{money.decimal_text(total)} {total.currency}"


def curl_lines(base_url: str, shop: Shop) -> list[str]:
    """Three lines to paste into a shell: health, a login that keeps the token, and today's revenue."""
    correlation = f"-H 'X-Correlation-ID: {uuid.uuid4()}'"
    body = f'{{"email":"{shop.email}","password":"{shop.password}","tenant_id":"{shop.tenant_id}"}}'
    extract = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    login = f"curl -s {base_url}{_LOGIN} {correlation} -H 'Content-Type: application/json' -d '{body}'"
    return [
        f"curl -s {base_url}/api/health",
        f"TOKEN=$({login} | {extract})",
        f'curl -s {base_url}{_REVENUE} {correlation} -H "Authorization: Bearer $TOKEN"',
    ]
