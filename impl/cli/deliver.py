"""`skeldir deliver` and `skeldir replay`: deliveries by hand, signed as processors sign them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from generated.governance import mappings
from impl.cli import api_client, local, run
from impl.cli.api_client import Login, Session
from impl.cli.demo import show
from impl.cli.demo.sender import Sender
from impl.cli.options import FailOn
from impl.kernel import money
from impl.kernel.clock import SystemClock
from impl.kernel.errors import ConfigurationError
from impl.kernel.money import Money, MoneyError
from impl.platforms import fresh, registry
from impl.platforms.notification import short_text
from impl.settings import Settings


@dataclass(frozen=True, slots=True)
class Recorded:
    """A delivery from a file: what was sent, without the signature, which is made anew."""

    processor: str
    topic: str
    body: bytes
    delivery_id: str | None = None
    where: str = "the sample"


def sample(processor: str, topic: str) -> Recorded:
    """A sample delivery as it is: the second one is a duplicate. Raises `ConfigurationError` that says which there are."""
    try:
        payload = registry.processor(processor).sample(topic)
    except KeyError as error:
        raise ConfigurationError(str(error.args[0])) from error
    return Recorded(processor, topic, json.dumps(payload).encode())


def new(processor: str, topic: str, *, amount: str | None, currency: str | None) -> Recorded:
    """A delivery of now that no other one repeats. Raises `ConfigurationError` for a wrong name, amount or currency."""
    try:
        wanted = _amount(amount, currency) if amount is not None or currency is not None else None
        payload = fresh.fresh(registry.processor(processor), topic, SystemClock().now(), wanted)
    except KeyError as error:
        raise ConfigurationError(str(error.args[0])) from error
    except (ValueError, MoneyError) as error:
        raise ConfigurationError(str(error)) from error
    return Recorded(processor, topic, json.dumps(payload).encode(), where="a new one")


def _amount(amount: str | None, currency: str | None) -> Money:
    code = money.currency(currency or "USD")
    wanted = money.parse(amount or "12.00", code)
    if wanted.amount_cents < 1:
        raise ConfigurationError("--amount must be more than 0; write the amount of a refund without its sign")
    return wanted


def subscriptions(processor: str | None = None) -> Sequence[str]:
    """Lines that say which events to select at `processor`, or at each. Raises `ConfigurationError` for an unknown name."""
    try:
        processors = registry.PROCESSORS if processor is None else (registry.processor(processor),)
    except KeyError as error:
        raise ConfigurationError(str(error.args[0])) from error
    blocks = (
        [f"Select these events at {one.title}:", *(f"  {topic}" for topic in mappings.SUBSCRIBE[one.name])]
        for one in processors
    )
    return [line for block in blocks for line in block]


def read(path: Path) -> Sequence[Recorded]:
    """The deliveries of a file, or of every `.json` file of a folder in the order of their names. Raises `ConfigurationError`."""
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files:
        raise ConfigurationError(f"there is no .json file in {path}")
    return [_recorded(file) for file in files]


def _recorded(path: Path) -> Recorded:
    """One file: `provider`, `event`, and the body as JSON (`body`) or as its very bytes (`body_b64`)."""
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        processor, topic, delivery_id = str(values["provider"]), values["event"], values.get("delivery_id")
        body = base64.b64decode(values["body_b64"], validate=True) if "body_b64" in values else _bytes(values["body"])
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        message = f'{path} is no recorded delivery; write {{"provider": …, "event": …, "body": {{…}}}} or "body_b64"'
        raise ConfigurationError(message) from error
    if processor not in registry.NAMES:
        raise ConfigurationError(f"{path}: there is no processor {processor!r}; there are {', '.join(registry.NAMES)}")
    if not _is_name(topic) or not (delivery_id is None or _is_name(delivery_id)):
        raise ConfigurationError(f"{path}: event and delivery_id are names of 1 to 255 printable ASCII characters")
    return Recorded(processor, topic, body, delivery_id, str(path))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and short_text(value) is not None


def _bytes(body: object) -> bytes:
    return json.dumps(body).encode()


def sender(settings: Settings, *, tenant_key: str | None, secret: str | None) -> Sender:
    """Signs for the given tenant; for the demo's shop of this data folder when no key is given."""
    if tenant_key is None:
        return run.sender(settings, run.known_shop(settings))
    if secret is None:
        raise ConfigurationError("--tenant-key needs --secret: the processor's secret, or the id of the webhook there")
    if not (tenant_key.isascii() and tenant_key.isprintable()):
        raise ConfigurationError("--tenant-key holds characters that no key has; copy it again")
    clock = SystemClock()
    signers = {one.name: one.configured(settings, clock) for one in registry.PROCESSORS}
    return Sender(tenant_key, dict.fromkeys(registry.NAMES, secret), signers, clock)


def deliver(url: str, signer: Sender, deliveries: Sequence[Recorded], *, fail_on: FailOn = FailOn.REFUSED) -> None:
    """Send each delivery and print its outcome. Raises `ConfigurationError` when one failed in the sense of `fail_on`."""
    with api_client.reaching(url):
        refused, dead = asyncio.run(_deliver(url.rstrip("/"), signer, deliveries))
    if refused:
        raise ConfigurationError(f"{refused} of {len(deliveries)} deliveries were refused")
    if dead and fail_on is FailOn.DEAD:
        raise ConfigurationError(f"{dead} of {len(deliveries)} deliveries are dead events")


def deliver_to_demo(url: str, settings: Settings, delivery: Recorded) -> None:
    """Send one delivery for the demo's shop, and print today's revenue before and after it. Raises `ConfigurationError`."""
    shop, tokens = run.known_shop(settings), run.kept_token(settings)
    with api_client.session(url, Login(str(shop.tenant_id), shop.email, shop.password), tokens) as session:
        before = _revenue(session)
        deliver(url, run.sender(settings, shop), [delivery])
        if before is not None:
            local.say(f"Revenue of today: {before} → {_revenue(session)}")


def _revenue(session: Session) -> str | None:
    """None when it cannot be read, as after many logins in one minute: the delivery is worth sending all the same."""
    try:
        revenue = session.get("/api/v1/revenue/realtime")
    except ConfigurationError as error:
        local.say(f"Revenue of today cannot be read: {error}")
        return None
    return show.revenue_text(revenue)


async def _deliver(url: str, signer: Sender, deliveries: Sequence[Recorded]) -> tuple[int, int]:
    """Number of refused deliveries, and of dead ones."""
    refused = dead = 0
    async with httpx2.AsyncClient(base_url=url, timeout=api_client.TIMEOUT_SECONDS) as client:
        for one in deliveries:
            name = one.delivery_id or str(uuid.uuid4())
            reply = await signer.send(client, one.processor, one.topic, one.body, delivery_id=name)
            refused += reply.status_code != 200
            dead += reply.status_code == 200 and reply.json()["outcome"] == "dead"
            local.say(f"{one.processor} {one.topic} ({one.where}) → {reply.status_code} {_outcome(reply)}")
    return refused, dead


def _outcome(reply: httpx2.Response) -> str:
    try:
        body = reply.json()
    except ValueError:
        return reply.text[:200]
    if "outcome" not in body:
        return f"{body.get('code')}: {body.get('detail')}"
    where = f" at {body['pointer']}" if "pointer" in body else ""
    return f"{body['outcome']}: {body['message']}" + (f" ({body['error_code']}{where})" if "error_code" in body else "")
