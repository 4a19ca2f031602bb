"""`skeldir connect`: what a merchant needs so that a processor sends its deliveries here, and proof that they arrive."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from generated.governance import mappings
from impl.cli import api_client, local, run, tenant
from impl.cli.api_client import Login, Session
from impl.kernel import money
from impl.kernel.errors import ConfigurationError
from impl.kernel.money import Money
from impl.platforms import registry
from impl.platforms.processor import Processor
from impl.settings import Settings

_ASK_EVERY_SECONDS: Final = 2.0
DEMO_LABEL: Final = "connected"
"""Of secrets that are entered for the demo's shop."""
_WRONG: Final = "the last one had a wrong signature"
_UNREACHED: Final = "check the address, which must be reachable from the Internet"
USUAL_MISTAKES: Final = (
    "the secret is that of another endpoint, or of the other mode (test, live)",
    "the secret was copied without its end, or changed at the processor since",
    "something between the processor and Skeldir changes the body",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A processor to connect, as the options say."""

    processor: str
    url: str
    """Address of the service, for this command."""
    public_url: str | None
    """Address of the service, for the processor; that of `url` when None."""
    login: Login | None
    """None for the demo shop of the data folder."""
    secret: str | None = field(repr=False)
    """None to ask for it."""
    endpoint: dict[str, str]
    """Label, mode, account and prefix of orders, as the contract names them; only those that were given."""
    is_secret_only: bool
    wait_seconds: float


def connect(settings: Settings, connection: Connection) -> None:
    """Make the address, say what to enter at the processor, store its secret, and wait for the first delivery.

    Raises `ConfigurationError` in one line that says what to do: nothing answers, the login is wrong, the secret
    cannot be one, or nothing arrived in time.
    """
    try:
        processor = registry.processor(connection.processor)
    except KeyError as error:
        raise ConfigurationError(str(error.args[0])) from error
    if connection.secret is not None:
        _check(processor, connection.secret)
    login, endpoint = connection.login or _demo_login(settings), connection.endpoint
    if connection.login is None:
        # The demo goes on signing with its own secrets, which have the label default.
        endpoint = {"label": DEMO_LABEL, **endpoint}
    tokens = run.kept_token(settings) if connection.login is None else None
    with api_client.session(connection.url, login, tokens) as session:
        started = datetime.now(UTC)
        secret = connection.secret or (processor.new_secret() if processor.guide.is_chosen_by_us else None)
        if not connection.is_secret_only:
            key = session.post("/api/auth/admin/tenant-keys", {"purpose": "url", "processor": processor.name})
            base = (connection.public_url or connection.url).rstrip("/")
            _instruct(processor, f"{base}/api/webhooks/{processor.name}?tenant_key={key['tenant_key']}", secret)
        _store(session, processor, secret or _read_secret(processor), endpoint)
        if connection.wait_seconds > 0:
            _wait(session, processor, started, connection.wait_seconds)


def read_login(tenant_id: str | None, email: str | None) -> Login | None:
    """The login to use, with a password from the terminal; None for the demo shop. Raises `ConfigurationError`."""
    if tenant_id is None and email is None:
        return None
    if tenant_id is None or email is None:
        raise ConfigurationError("name the shop with both --tenant-id and --email, or neither for the demo shop")
    return Login(tenant_id, email, tenant.read_password(f"Password of {email}: "))


def endpoint_of(**values: str | None) -> dict[str, str]:
    """The options that were given."""
    return {name: value for name, value in values.items() if value is not None}


def _demo_login(settings: Settings) -> Login:
    """That of the demo shop of this data folder. Raises `ConfigurationError` without one."""
    try:
        shop = run.known_shop(settings)
    except ConfigurationError as error:
        raise ConfigurationError(f"name the shop with --tenant-id and --email; {error}") from error
    local.say(f"Logging in as the demo shop of {settings.data_dir}.")
    return Login(str(shop.tenant_id), shop.email, shop.password)


def _instruct(processor: Processor, address: str, secret: str | None) -> None:
    guide = processor.guide
    local.say(f"\nAt {processor.title}: {guide.place}\n")
    local.say(f"  Address:  {address}")
    if guide.is_chosen_by_us:
        local.say(f"  Secret:   {secret}")
    for step in guide.steps:
        local.say(f"  {step}")
    local.say("  Events:")
    for topic in mappings.SUBSCRIBE[processor.name]:
        local.say(f"    {topic}")
    local.say("\nThe address holds a key: whoever has it can send, but not sign. It is shown only now.")


def _read_secret(processor: Processor) -> str:
    """From the terminal, or from standard input if there is no terminal."""
    prompt = f"\nEnter {processor.guide.credential}: "
    secret = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()
    if not secret.strip():
        message = (
            f"no secret was given; run `skeldir connect {processor.name} --secret-only` once {processor.title} shows it"
        )
        raise ConfigurationError(message)
    return secret.strip()


def _check(processor: Processor, secret: str) -> None:
    beginning = processor.guide.credential_begins
    if not secret.startswith(beginning):
        raise ConfigurationError(f"this is not {processor.guide.credential}: it begins with {beginning}")


def _store(session: Session, processor: Processor, secret: str, endpoint: dict[str, str]) -> None:
    _check(processor, secret)
    stored = session.put(
        f"/api/auth/admin/webhook-secrets/{processor.name}", {processor.credential: secret, **endpoint}
    )
    local.say(f"The secret is stored: {processor.title}, label {stored['label']}, mode {stored['mode']}.")


def _wait(session: Session, processor: Processor, started: datetime, seconds: float) -> None:
    """Until a delivery with a good signature arrived. Raises `ConfigurationError` when none did."""
    local.say(
        f"\nWaiting up to {seconds:.0f} s for the first delivery; send a test event there. Press Ctrl-C to stop waiting."
    )
    ends_at, refused_at = time.monotonic() + seconds, ""
    while time.monotonic() < ends_at:
        delivery = next(_deliveries(session, processor, started), None)
        if delivery is not None:
            local.say(_arrival(processor, delivery))
            return
        last = max((one["last_at"] for one in _refusals(session, processor, started)), default="")
        if last > refused_at:
            refused_at = last
            local.say(_refusal(processor))
        time.sleep(_ASK_EVERY_SECONDS)
    reason = _WRONG if refused_at else _UNREACHED
    raise ConfigurationError(f"no delivery that {processor.title} signed arrived within {seconds:.0f} s; {reason}")


def _deliveries(session: Session, processor: Processor, started: datetime) -> Iterator[dict[str, Any]]:
    page = session.get("/api/events/deliveries", source=processor.name, limit=10)
    yield from (one for one in page["items"] if datetime.fromisoformat(one["received_at"]) >= started)


def _refusals(session: Session, processor: Processor, started: datetime) -> Iterator[dict[str, Any]]:
    for one in session.get("/api/auth/webhook-refusals", hours=1)["refusals"]:
        is_ours = one["provider"] == processor.name and one["reason"] == "signature"
        if is_ours and datetime.fromisoformat(one["last_at"]) >= started:
            yield one


def _arrival(processor: Processor, delivery: dict[str, Any]) -> str:
    name, kind = processor.title, delivery["event_type"]
    match delivery["outcome"]:
        case "accepted" | "duplicate" if "amount_cents" in delivery:
            amount = Money(delivery["amount_cents"], money.currency(delivery["currency"]))
            return f"{name} reached us: signature good, {kind}, {money.text(amount)}."
        case "ignored":
            return f"{name} reached us: signature good, {kind}. It does not count, for example because it is a test object."
        case "dead":
            where = f"/api/events/dead/{delivery['dead_event_id']}"
            return f"{name} reached us: signature good, but {kind} could not be processed. It is kept; the reason is at {where}."
        case _:
            return f"{name} reached us: signature good, {kind}."


def _refusal(processor: Processor) -> str:
    mistakes = "".join(f"\n  - {mistake}" for mistake in USUAL_MISTAKES)
    repair = f"Set it again with `skeldir connect {processor.name} --secret-only`."
    return f"{processor.title} reached us, but the signature is wrong. Usual mistakes:{mistakes}\n{repair}"
