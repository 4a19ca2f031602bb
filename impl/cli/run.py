"""`skeldir run` and `skeldir demo`: the whole service on one machine, with deliveries that are signed like real ones."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
import uuid
from pathlib import Path
from typing import Any

from impl.cli import local, options, serve, tenant, worker
from impl.cli.api_client import TokenFile
from impl.cli.demo import show
from impl.cli.demo.sender import Sender
from impl.cli.demo.show import Shop
from impl.kernel.clock import SystemClock
from impl.kernel.errors import ConfigurationError
from impl.platforms import registry
from impl.platforms.processor import Processor
from impl.settings import Settings
from impl.telemetry import logging
from impl.telemetry.log_file import LogFile

DEMO_NAME = "Demo shop"
LOG = "skeldir.log"


def run(settings: Settings, *, since: float | None = None) -> None:
    """Start everything, send the demo's deliveries, print how to reach the service, and serve until Ctrl-C.

    `since` is the time from which the start is counted: `make run` checks more before this process begins.
    """
    started = time.time() if since is None else since
    if settings.environment in {"stage", "prod"}:
        raise ConfigurationError(
            "`skeldir run` is for a local machine; in stage and prod use `skeldir migrate` and `skeldir serve`"
        )
    # Before anything is started, so that a port in use is reported at once and not after the database is up.
    listening = serve.listen(settings)
    local.say("Starting PostgreSQL, the API and a worker …")
    with local.stack(settings) as stack, LogFile(settings.data_dir / LOG) as log:
        logging.configure(settings.log_level, log)
        local.say(f"Database: {stack.where}\nLog:      {log.path}\n")
        shop = demo_shop(stack)
        stand_ins = local_settings(settings)

        async def when_started(base_url: str) -> None:
            options.note_service(settings, base_url)
            await show.show(base_url, shop, sender(settings, shop), local.say)
            _explain(base_url, shop, time.time() - started)

        with worker.running(stack.settings, log):
            serve.serve(stack.settings.model_copy(update=stand_ins), listening, when_started)
        local.say("Stopped.")


def demo(settings: Settings, base_url: str) -> None:
    """Send the demo's deliveries to the local service at `base_url`."""
    shop = known_shop(settings)
    asyncio.run(show.show(base_url.rstrip("/"), shop, sender(settings, shop), local.say))


def known_shop(settings: Settings) -> Shop:
    """The demo shop of this data folder. Raises `ConfigurationError` if there is none."""
    shop = _read(_path(settings.data_dir))
    if shop is None:
        raise ConfigurationError(f"there is no demo shop in {settings.data_dir} yet; `skeldir run` creates one")
    return shop


def kept_token(settings: Settings) -> TokenFile:
    """Where commands keep the token of the demo shop's login."""
    return TokenFile(settings.data_dir / "session.json")


def local_settings(settings: Settings) -> dict[str, Any]:
    """Settings with which a service of this machine accepts what `sender` signs for every processor."""
    now = SystemClock().now()
    return {name: value for one in registry.PROCESSORS for name, value in one.local_settings(settings, now).items()}


def sender(settings: Settings, shop: Shop) -> Sender:
    """Signs as the shop's processors do, by local stand-ins where a processor has keys of its own."""
    return Sender(shop.tenant_key, shop.secrets, signers(settings), SystemClock())


def signers(settings: Settings) -> dict[str, Processor]:
    """Every processor by name, as far as it can sign with `settings`."""
    clock = SystemClock()
    known = settings.model_copy(update=local_settings(settings))
    return {one.name: one.configured(known, clock) for one in registry.PROCESSORS}


def demo_shop(stack: local.Stack) -> Shop:
    """The demo shop of this data folder, or a new one if it does not exist in this database."""
    path = _path(stack.settings.data_dir)
    shop = _read(path)
    if shop is not None and tenant.exists(stack.settings, shop.tenant_id):
        return shop
    # The folder names a shop of another database, or of one that was removed: it cannot be used here.
    path.unlink(missing_ok=True)
    # Random, because a login is unique in the database, and the database may outlive this folder.
    email = f"demo-{uuid.uuid4().hex[:6]}@shop.example"
    secrets = {processor.name: processor.new_secret() for processor in registry.PROCESSORS}
    new = tenant.make(stack.settings, name=DEMO_NAME, email=email, password=tenant.new_password(), secrets=secrets)
    shop = Shop(new.tenant_id, new.email, new.password, new.tenant_key, secrets)
    local.write_private(path, dataclasses.asdict(shop) | {"tenant_id": str(shop.tenant_id)})
    return shop


def _path(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _read(path: Path) -> Shop | None:
    """The shop in the file at `path`; None if there is none, or if it does not know every processor."""
    if not path.exists():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    if not set(registry.NAMES) <= set(values.get("secrets", ())):
        return None
    return Shop(uuid.UUID(values.pop("tenant_id")), **values)


def _explain(base_url: str, shop: Shop, seconds: float) -> None:
    local.say(f"\nSkeldir is running at {base_url}, started in {seconds:.1f} s. API reference: {base_url}/docs")
    local.say(f"Demo login: {shop.email}  password {shop.password}  tenant {shop.tenant_id}")
    local.say("\nTry it:")
    for line in show.curl_lines(base_url, shop):
        local.say(f"  {line}")
    local.say("\nPress Ctrl-C to stop. The data is kept.")
