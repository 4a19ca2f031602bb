"""The real service for the harness: a fresh copy of the template database, tenants, people of every role, keys.

`python -m tests.conformance.service FOLDER` writes `FOLDER/target.json` and `FOLDER/routes.json`, prints the address, and serves
until it is killed. Five things differ from production, and only here: the limits on logins and on failed authentication, which
would answer most of a conformance run with 429, are out of reach, password hashes are cheap, no worker runs, which would change
what a run sees (one that was seen once counts as alive, however long jobs wait), and health is found out for every request, because
on a fast machine what was found ten seconds ago would outlive the database. The limits of tenants are raised as an operator would.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import structlog
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from generated.server import Operation, Wrapper
from generated.server import app as generated
from impl import app as application
from impl.auth import passwords
from impl.auth.keys import tenant_keys
from impl.auth.limits import login_limits
from impl.cli import serve, tenant
from impl.cli.tenant import NewTenant
from impl.db import engine as engines
from impl.db import url as urls
from impl.db.sealing import KeyRing, Place
from impl.db.transaction import tenant_transaction
from impl.jobs import vitals
from impl.kernel.clock import SystemClock
from impl.platforms import registry
from impl.platforms.paypal import local_authority
from impl.platforms.processor import Processor
from impl.settings import Settings
from tests.conformance import contract, credited_sales, dead_events, fault_injection, policy
from tests.fixtures import database as databases
from tests.fixtures.service import RING

PASSWORD = "correct horse battery"
PEPPER = "conformance pepper"
SECRETS = {"secret": PASSWORD, "webhook_id": "WH-1"}
FAR = 1_000_000
BUNDLE = Path("generated/bundles/openapi.yaml").absolute()
ROLES = {"viewer": ["viewer"], "manager": ["manager", "viewer"], "admin": ["admin", "manager", "viewer"]}
OTHER_TOPICS = {"woocommerce": "order.updated"}
"""The topic sent to the one address for all topics, where it is not that of the processor's first example."""
PRIVATE = [
    "logout",
    "refreshToken",
    "changePassword",
    "adminRevokeTokensBefore",
    "adminUpdateMembershipRole",
    "rotateTenantKey",
    "putWebhookSecret",
    "deleteWebhookSecret",
]


@dataclass(frozen=True)
class Person:
    """Somebody who can log in."""

    user_id: uuid.UUID
    name: str
    tenant_id: uuid.UUID
    email: str
    role: str


PASSWORD_LENGTHS = (1, 1024)
"""The shortest and the longest that the contract allows."""


class CheapHasher(PasswordHasher):
    """Hashes that cost next to nothing. `PASSWORD` is right for everybody, and so are the shortest and the longest there are.

    Requests that change a password would otherwise end the harness' own logins, whatever new password they carry; and nobody
    could see whether a current password may be as short or as long as the contract says.
    """

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 (the name is argon2's)
        """Whether the password is right. Raises what argon2 raises."""
        is_right = password == PASSWORD.encode() or len(password) in PASSWORD_LENGTHS
        return True if is_right else super().verify(hash, password)


def cheap_passwords() -> passwords.Passwords:
    """Password hashes of the service under test."""
    return passwords.Passwords(CheapHasher())


def lenient(*, logins_per_minute: int, wrapper: Wrapper) -> application.Tuning:
    """Limits out of reach and cheap password hashes."""
    return application.Tuning(
        passwords=cheap_passwords(),
        logins_per_minute=logins_per_minute,
        logins_per_identifier=FAR,
        failures_per_minute=FAR,
        probes_keep_seconds=0.0,
        worker_seen_within_seconds=FAR,
        oldest_due_seconds=FAR,
        wrapper=wrapper,
    )


def settings_for(database: databases.Database, authority: Path) -> Settings:
    """Settings of the process under test, which believes the PayPal of `authority`."""
    local_authority.ensure(authority, SystemClock().now())
    address = {role: urls.dsn(database.url(role)) for role in ("app_user", "app_ops", "app_worker")}
    return Settings(
        environment="ci",
        app_database_url=address["app_user"],
        ops_database_url=address["app_ops"],
        worker_database_url=address["app_worker"],
        sealing_keys=RING,
        login_pepper=PEPPER,
        paypal_test_authority=authority,
        port=int(os.environ.get("CONFORMANCE_PORT", "0")),
    )


def merchant(settings: Settings, name: str) -> NewTenant:
    """A tenant as the operator's command makes it."""
    return tenant.make(settings, name=name, email=f"{name}@shop.example", password=PASSWORD)


async def people_of(operator: AsyncEngine, made: NewTenant, name: str, roles: dict[str, str]) -> list[Person]:
    """Users with a role each; an empty role is no membership at all."""
    password_hash = await cheap_passwords().hash(PASSWORD)
    people = []
    async with operator.begin() as connection:
        for person, role in roles.items():
            email = f"{person}@{name}.example"
            user_id = await _make_user(connection, made.tenant_id, email, password_hash, role)
            people.append(Person(user_id, f"{person}-{name}", made.tenant_id, email, role))
    return people


async def _make_user(
    connection: AsyncConnection, tenant_id: uuid.UUID, email: str, password_hash: str, role: str
) -> uuid.UUID:
    values = {"login": passwords.login_identifier_hash(PEPPER, email), "password": password_hash}
    user: Any = await connection.scalar(text("SELECT ops.create_user(:login, :password, 'password')"), values)
    if role:
        row = {"tenant": tenant_id, "user": user, "role": role}
        await connection.execute(text("SELECT ops.set_membership(:tenant, :user, :role)"), row)
    return uuid.UUID(str(user))


def edge_logins(made: NewTenant) -> dict[str, str]:
    """Passwords by e-mail of people as long as the contract allows, and one with a password as short."""
    longest = "e" * 64 + "@" + ".".join(("d" * 60, "d" * 60, "d" * 59)) + ".example"
    assert len(longest) == 254
    return {
        longest: PASSWORD,
        f"short@{made.tenant_id}.example": "s",
        f"long@{made.tenant_id}.example": "long" * 256,
    }


async def edge_people(operator: AsyncEngine, made: NewTenant) -> None:
    """Make the people of `edge_logins`, as viewers."""
    async with operator.begin() as connection:
        for email, password in edge_logins(made).items():
            password_hash = await cheap_passwords().hash(password)
            await _make_user(connection, made.tenant_id, email, password_hash, "viewer")


async def rates(operator: AsyncEngine, tenant_id: uuid.UUID, rate: int) -> None:
    """Set what the tenant may ask per minute."""
    statement = text(
        "SELECT ops.update_tenant(tenant_id => :tenant, api_rate_per_minute => :rate, webhook_rate_per_minute => :rate)"
    )
    async with operator.begin() as connection:
        await connection.execute(statement, {"tenant": tenant_id, "rate": rate})


async def shop_secrets(app: AsyncEngine, ring: KeyRing, made: NewTenant) -> None:
    """The secret of the first processor, given to the others too, as a secret or as the id of a webhook."""
    value = made.webhook_secret
    sealed = ring.seal(value.encode(), Place(made.tenant_id, "tenant_webhook_secrets", "secret_sealed"))
    by_credential = {
        "secret": {"credential": "secret", "sealed": sealed.value, "key_id": sealed.key_id, "id": None},
        "webhook_id": {"credential": "webhook_id", "sealed": None, "key_id": None, "id": value},
    }
    statement = text(
        "INSERT INTO tenant_webhook_secrets (tenant_id, processor, credential, version, secret_sealed, key_id, webhook_id)"
        " VALUES (:tenant_id, :processor, :credential, 1, :sealed, :key_id, :id)"
    )
    async with tenant_transaction(app, made.tenant_id) as connection:
        for processor in registry.PROCESSORS[1:]:
            row = {"tenant_id": made.tenant_id, "processor": processor.name, **by_credential[processor.credential]}
            await connection.execute(statement, row)


async def url_key(app: AsyncEngine, tenant_id: uuid.UUID) -> str:
    """A key for the addresses of processors that cannot send headers."""
    key = tenant_keys.new()
    statement = text("INSERT INTO tenant_api_keys (tenant_id, purpose, key_hash) VALUES (:tenant_id, 'url', :key_hash)")
    async with tenant_transaction(app, tenant_id) as connection:
        await connection.execute(statement, {"tenant_id": tenant_id, "key_hash": tenant_keys.hash_of(key)})
    return key


async def furnish(
    settings: Settings, first: NewTenant, second: NewTenant, poor: NewTenant, broken: NewTenant
) -> dict[str, Any]:
    """Everything the harness must know, as a target."""
    operator = engines.create(settings.secret("ops_database_url"), application_name="conformance", pool_size=1)
    app = engines.create(settings.secret("app_database_url"), application_name="conformance", pool_size=1)
    try:
        roles = {"admin": "admin", "manager": "manager", "viewer": "viewer"}
        spare = {f"spare{number}": "viewer" for number in range(3)}
        people = await people_of(operator, first, "a", {**roles, **spare, "nobody": ""})
        people += await people_of(operator, second, "b", {"admin": "admin"})
        people += await people_of(operator, poor, "l", {"limited": "admin"})
        people += await people_of(operator, broken, "s", {"admin": "admin", "victim": "viewer"})
        await edge_people(operator, first)
        for made, rate in ((broken, FAR), (first, FAR), (second, FAR), (poor, 1)):
            await rates(operator, made.tenant_id, rate)
            await shop_secrets(app, KeyRing(settings.key_ring()), made)
        await dead_events.make(app, KeyRing(settings.key_ring()), first.tenant_id)
        await dead_events.refused_deliveries(app, first.tenant_id)
        await dead_events.retries(app, first.tenant_id)
        await credited_sales.make(app, settings.secret("worker_database_url"), first.tenant_id)
        tenants = (("a", first), ("b", second), ("l", poor))
        keys = [(name, made, await url_key(app, made.tenant_id)) for name, made in tenants]
    finally:
        await asyncio.gather(operator.dispose(), app.dispose())
    return {
        "logins": [
            *(_login(person) for person in people if person.role and not person.name.startswith(("spare", "victim"))),
            *(_refresh_login(person) for person in people if person.name in {"limited-l", "admin-s"}),
        ],
        "keys": [
            *(
                {"name": f"key-{name}", "scheme": "tenantKeyAuth", "tenant": name, "value": made.tenant_key}
                for name, made, _ in keys
            ),
            *(
                {"name": f"url-key-{name}", "scheme": "tenantUrlKeyAuth", "tenant": name, "value": key}
                for name, _, key in keys
                if name != "l"
            ),
        ],
        "signatures": [
            _signature(settings, processor, made, name)
            for processor in registry.PROCESSORS
            for made, name in ((first, "a"), (poor, "l"))
        ],
        "extra": {
            "victim": str(next(item.user_id for item in people if item.name == "victim-s")),
            "spare": [_login(person) for person in people if "spare" in person.name or not person.role],
        },
    }


def _signature(settings: Settings, processor: Processor, made: NewTenant, tenant_name: str) -> dict[str, Any]:
    """How the harness signs for `processor`: from its template, or with `PROCESSOR_signer.py` where it has a key of its own."""
    signature = processor.signature
    row: dict[str, Any] = {
        "operations": [name for name, mapping in mappings().items() if mapping["map"] == processor.name],
        "header": signature.header,
        "secret": made.webhook_secret,
        "tenant": tenant_name,
    }
    if signature.template is None:
        signer, stand_in = Path(__file__).with_name(f"{processor.name}_signer.py"), settings.data_dir / processor.name
        authority = settings.paypal_test_authority or stand_in
        return row | {"signer": f"{signer}:sign", "forger": f"{signer}:forge", "options": {"authority": str(authority)}}
    row["template"] = signature.template
    if signature.tolerance_seconds is not None:
        row |= {"message": signature.message, "tolerance_seconds": signature.tolerance_seconds}
    return row


def mappings() -> dict[str, dict[str, str]]:
    """By operation, which deliveries its address is for."""
    return {name: item["x-mapping"] for name, item in contract.operations().items() if "x-mapping" in item}


def topics() -> dict[str, dict[str, str]]:
    """The header that says what a delivery is about, as the address wants it."""
    now, pinned = SystemClock().now(), {}
    for name, mapping in mappings().items():
        processor = registry.processor(mapping["map"])
        if processor.topic_header is not None:
            other = OTHER_TOPICS.get(processor.name, processor.examples(now)[0].topic)
            pinned[name] = {processor.topic_header: mapping.get("topic", other)}
    return pinned


def _charge(name: str, **changed: Any) -> dict[str, Any]:
    """A charge of this minute, so that today has revenue."""
    item = {"id": f"ch_{name}", "amount": 12999, "currency": "usd", "status": "succeeded", "paid": True, **changed}
    return {
        "id": f"evt_{name}",
        "type": "charge.succeeded",
        "created": "{now}",
        "livemode": True,
        "data": {"object": item},
    }


def _capture() -> dict[str, Any]:
    """A capture of this day at PayPal, so that a second platform has revenue."""
    body = registry.processor("paypal").sample("PAYMENT.CAPTURE.COMPLETED")
    return {**body, "create_time": "{moment}", "resource": {**body["resource"], "create_time": "{moment}"}}


def _login(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "scheme": "accessBearerAuth",
        "tenant": person.name[-1],
        "scopes": ROLES.get(person.role, []),
        "path": "/api/auth/login",
        "body": {"email": person.email, "password": PASSWORD, "tenant_id": str(person.tenant_id)},
        "headers": {"X-Correlation-ID": "0f8fad5b-d9cb-469f-a165-70867728950e"},
    }


def _refresh_login(person: Person) -> dict[str, Any]:
    login = _login(person)
    return {
        **login,
        "name": f"{login['name']}-refresh",
        "scheme": "refreshBearerAuth",
        "scopes": [],
        "token": "/refresh_token",
    }


def faults(owner: str, defect: Path) -> list[dict[str, Any]]:
    """The database goes away; a defect shows; and the database loses what the service lives on, as after a wrong migration."""
    flag = str(defect)
    me, damage = str(os.getpid()), [sys.executable, "-m", "tests.conformance.damage"]
    return [
        {"name": "without the database", "begin": ["kill", "-USR1", me], "end": ["kill", "-USR2", me]},
        {"name": "with a defect", "begin": ["touch", flag], "end": ["rm", flag], "replies": [500]},
        {
            "name": "with a damaged database",
            "begin": [*damage, "begin", owner],
            "end": [*damage, "end", owner],
            "is_foreseen": False,
        },
    ]


async def _say_that_a_worker_lives(settings: Settings) -> None:
    engine = engines.create(settings.secret("worker_database_url"), pool_size=1)
    await vitals.beat(engine, "conformance")
    await engine.dispose()


def target_of(settings: Settings, url: str, owner: str, defect: Path) -> dict[str, Any]:
    """The target file of this service, whose database `owner` (an address) may damage; it fails while `defect` exists."""
    asyncio.run(_say_that_a_worker_lives(settings))
    merchants = [merchant(settings, name) for name in "abls"]
    furnished = asyncio.run(furnish(settings, *merchants))
    nobody = next(row for row in furnished["extra"]["spare"] if not row["scopes"])
    seeds = [
        {"operation": "stripeChargeSucceeded", "body": _charge("one")},
        {"operation": "login", "body": nobody["body"]},
        {"operation": "receivePaypalWebhook", "body": _capture(), "everywhere": True},
        *(
            {"operation": "login", "body": {"email": email, "password": word, "tenant_id": str(merchants[0].tenant_id)}}
            for email, word in edge_logins(merchants[0]).items()
        ),
    ]
    seeds.append({"operation": "receiveStripeWebhook", "body": _charge("two", currency="eur", amount=48250)})
    seeds += [
        {"operation": "putWebhookSecret", "path": f"/api/auth/admin/webhook-secrets/{processor}", "body": body}
        for processor, body in (
            *((one.name, {one.credential: SECRETS[one.credential]}) for one in registry.PROCESSORS[1:]),
        )
    ]
    seeds += [
        {"operation": operation, "body": registry.processor(processor).sample(topic)}
        for operation, processor, topic in (
            ("receiveStripeWebhook", "stripe", "payment_intent.payment_failed"),
            ("receivePaypalWebhook", "paypal", "PAYMENT.CAPTURE.REFUNDED"),
        )
    ]
    seeds += [*dead_events.seeds(merchants[0].tenant_id), credited_sales.EVERYTHING, *credited_sales.REPAIRED]
    return {
        "url": url,
        "contract": str(BUNDLE),
        **furnished,
        "peers": ["admin-a", "admin-b"],
        "rule_codes": policy.RULE_CODES,
        "polite_refusals": policy.POLITE_REFUSALS,
        "opaque": policy.OPAQUE,
        "pinned": topics(),
        "correlation_header": policy.CORRELATION_HEADER,
        "problem_media_type": policy.PROBLEM_MEDIA_TYPE,
        "ignored_paths": policy.BESIDE_THE_CONTRACT,
        "hooks": str(Path(__file__).with_name("skeldir_hooks.py")),
        "limited": ["limited-l", "limited-l-refresh", "key-l"],
        "self_limited": [row["operation"] for row in FLOODS],
        "seeds": seeds,
        "faults": faults(owner, defect),
        "sacrifices": ["admin-s", "admin-s-refresh"],
        "consumes": {
            "retryDeadEvent": f"error_code={dead_events.REPAIRABLE}",
            "abandonDeadEvent": f"error_code={dead_events.PASSING}",
        },
        "present": ["occurred_at", "tokens_invalid_before"],
        "repeats": "X-Idempotency-Key",
        "echoes": {"refreshToken": "/refresh_token"},
        "private": PRIVATE,
    }


def routes_of(app: Any) -> list[dict[str, Any]]:
    """Routes of the application, with the operation that the generated server was built with."""
    rows = []
    for route in app.routes:
        for method in sorted(getattr(route, "methods", None) or ()):
            row = {"method": method, "path": route.path, "operation_id": route.name}
            operation = next((item for item in generated.OPERATIONS if item.id == route.name), None)
            rows.append({**row, **(_built(operation) if operation is not None else {})})
    return rows


def _built(operation: Operation) -> dict[str, list[str]]:
    request_types = set(operation.bodies.readers) if operation.bodies is not None else set()
    reply_types = {reply.media_type for reply in operation.replies} - {None}
    return {
        "statuses": sorted(str(reply.status) for reply in operation.replies),  # type: ignore[attr-defined]  # each has one
        "media_types": sorted(request_types | reply_types),
        "security": sorted({need.scheme.name for alternative in operation.security for need in alternative}),
    }


FLOODS = tuple({"operation": name, "times": 40} for name in ("login", "refreshToken", "changePassword"))
"""Operations that count their callers by themselves."""


def leave_with(parent: int) -> None:
    """End this process as SIGTERM does once `parent` is gone: who was killed cannot tell anybody to leave."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main(folder: Path, *, is_strict: bool) -> None:
    """Serve until SIGTERM; when `is_strict`, with the real limit on logins, and floods to see it."""
    folder.mkdir(parents=True, exist_ok=True)
    defect = folder.absolute() / "defect"
    defect.unlink(missing_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=leave_with, args=(os.getppid(),), daemon=True).start()
    logins = login_limits.LOGINS_PER_MINUTE if is_strict else FAR
    with databases.shared_server() as server, asyncio.Runner() as runner:
        holder = databases.temporary_database(server, databases._template(server))
        database = runner.run(holder.__aenter__())
        try:
            wire = fault_injection.Wire(int(database.url().port or 0))
            settings = settings_for(database, folder.absolute() / "paypal")
            # The signals are the harness' way to cut the wire and mend it.
            signal.signal(signal.SIGUSR1, lambda *_: wire.cut())
            signal.signal(signal.SIGUSR2, lambda *_: wire.mend())
            listening = serve.listen(settings)
            target = target_of(settings, serve.base_url(listening), database.dsn(), defect)
            target["floods"] = FLOODS if is_strict else ()
            tuning = lenient(logins_per_minute=logins, wrapper=fault_injection.defective(defect))
            app = application.create(settings, tuning)
            (folder / "routes.json").write_text(json.dumps(routes_of(app)), encoding="utf-8")
            (folder / "target.json").write_text(json.dumps(target, indent=1), encoding="utf-8")
            print(target["url"], flush=True)
            config = uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, lifespan="on", loop="uvloop"
            )
            with wire.laid():
                uvicorn.Server(config).run(sockets=[listening])
        finally:
            runner.run(holder.__aexit__(None, None, None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_strict="--strict" in sys.argv)
