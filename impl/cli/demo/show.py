"""Sends the examples of every processor to a running service and prints the outcome of each and the revenue of today."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from impl.cli.demo.sender import Sender
from impl.kernel import money
from impl.kernel.errors import SkeldirError
from impl.platforms import registry
from impl.platforms.processor import Example

_TIMEOUT_SECONDS: Final = 30.0
_LOGIN: Final = "/api/auth/login"
_REVENUE: Final = "/api/v1/revenue/realtime"

Say = Callable[[str], None]


class DemoFailed(SkeldirError):
    """The service did not reply as the demo expects. The message names the request and the reply."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo shop, with the secrets of its processors and the login of its owner."""

    tenant_id: uuid.UUID
    email: str
    password: str = field(repr=False)
    tenant_key: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    """By processor, the signing secret or the webhook id."""


async def show(base_url: str, shop: Shop, sender: Sender, say: Say) -> None:
    """Send the deliveries, log in, read the revenue, and print the results. Raises `DemoFailed`."""
    try:
        async with httpx2.AsyncClient(base_url=base_url, timeout=_TIMEOUT_SECONDS) as client:
            say("Deliveries, each signed the way its processor signs them:")
            for processor in registry.PROCESSORS:
                for example in processor.examples(sender.clock.now()):
                    outcome = await _deliver(client, sender, processor.name, example)
                    say(f"  {processor.name:<12} {example.title:<40} → {outcome}")
            revenue = await _revenue(client, shop)
    except httpx2.HTTPError as error:
        message = f"{base_url} does not respond ({type(error).__name__}); start the service with `skeldir run`"
        raise DemoFailed(message) from error
    say("")
    state = "reconciled" if revenue["verified"] else "not reconciled yet"
    say(f"Revenue of today, from the ledger:  {revenue_text(revenue)}  ({state})")


async def _deliver(client: httpx2.AsyncClient, sender: Sender, processor: str, example: Example) -> str:
    reply = await sender.send(client, processor, example.topic, example.body, delivery_id=example.delivery_id)
    receipt = _expect(reply, 200)
    return f"{receipt['outcome']}: {receipt['message']}"


async def _revenue(client: httpx2.AsyncClient, shop: Shop) -> dict[str, Any]:
    correlation = {"X-Correlation-ID": str(uuid.uuid4())}
    credentials = {"email": shop.email, "password": shop.password, "tenant_id": str(shop.tenant_id)}
    login = _expect(await client.post(_LOGIN, json=credentials, headers=correlation), 200)
    bearer = {"Authorization": f"Bearer {login['access_token']}"}
    return _expect(await client.get(_REVENUE, headers=correlation | bearer), 200)


def _expect(response: httpx2.Response, status: int) -> dict[str, Any]:
    if response.status_code != status:
        raise DemoFailed(
            f"{response.request.url} replied with status {response.status_code} instead of {status}: {response.text[:300]}"
        )
    body: dict[str, Any] = response.json()
    return body


def revenue_text(revenue: Mapping[str, Any]) -> str:
    """The total of a reply with today's revenue."""
    total = money.Money(revenue["revenue_total_cents"], money.currency(revenue["currency"]))
    return money.text(total)


def curl_lines(base_url: str, shop: Shop) -> list[str]:
    """Three lines to paste into a shell: health, a login that stores the token, and today's revenue."""
    body = f'{{"email":"{shop.email}","password":"{shop.password}","tenant_id":"{shop.tenant_id}"}}'
    extract = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    login = f"curl -s {base_url}{_LOGIN} -H 'Content-Type: application/json' -d '{body}'"
    return [
        f"curl -s -w '\\n' {base_url}/api/health",
        f"TOKEN=$({login} | {extract})",
        f'curl -s -w "\\n" {base_url}{_REVENUE} -H "Authorization: Bearer $TOKEN"',
    ]
