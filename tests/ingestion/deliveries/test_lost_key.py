"""A sealing key that was dropped too early makes deliveries wait, and operators learn which one it was (red team A16)."""

import dataclasses

import httpx2
import structlog

from impl.auth import assembly
from impl.db.sealing import KeyRing
from impl.ingestion.deliveries import receive
from impl.ingestion.deliveries.handler import DeliveryHandler
from impl.kernel.clock import SystemClock
from tests.auth.server import application, parts
from tests.fixtures.limits import Boundless
from tests.ingestion.deliveries.processors import DOORS, configured
from tests.ingestion.deliveries.street import serving


async def test_a_delivery_whose_secret_cannot_be_opened_is_answered_503_and_the_log_names_the_key(
    street, app_engine, database, ring
):
    """It was a 500, with a traceback; the processor repeats what is answered with 503."""
    clock, other = SystemClock(), KeyRing({"later-1": bytes(range(32))})
    auth = assembly.build(parts(app_engine, database, other, clock))
    auth = dataclasses.replace(auth, limiter=Boundless(auth.limiter.logins))
    app = application(
        auth, receive_delivery=DeliveryHandler(receive.build(app_engine, other, clock), configured(clock))
    )
    shop = await street.shop()
    async with serving(app) as base_url, httpx2.AsyncClient(base_url=base_url, timeout=120) as client:
        elsewhere = dataclasses.replace(shop, street=dataclasses.replace(street, client=client))
        with structlog.testing.capture_logs() as lines:
            answer = await elsewhere.post(DOORS[0], DOORS[0].body())
    assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    (line,) = [line for line in lines if line["event"] == "sealed_value_unreadable"]
    assert ring.newest in line["reason"]
