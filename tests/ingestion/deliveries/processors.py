"""Every webhook operation as a row: its address, a good delivery, and how its processor signs. Both come from the contract and
the registry, so that a new processor is tested by being there.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generated.server import Operation, handlers
from impl.kernel.clock import Clock, SystemClock
from impl.platforms import registry
from impl.platforms.processor import Processor
from impl.settings import Settings

Headers = dict[str, bytes]


def _settings() -> Settings:
    """Settings of a machine that stands in for the keys of every processor."""
    settings = Settings(environment="ci", data_dir=Path(tempfile.mkdtemp(prefix="skeldir-processors-")))
    for processor in registry.PROCESSORS:
        settings = settings.model_copy(update=processor.local_settings(settings, datetime.now(UTC)))
    return settings


SETTINGS = _settings()


def configured(clock: Clock) -> list[Processor]:
    """The processors of one event loop, which believe this test process."""
    return [processor.configured(SETTINGS, clock) for processor in registry.PROCESSORS]


PROCESSORS = {processor.name: processor for processor in configured(SystemClock())}


@dataclasses.dataclass(frozen=True)
class Door:
    """One operation and what it takes."""

    path: str
    name: str
    event: str
    """The processor's name of the event whose sample is delivered."""
    is_dispatcher: bool = False
    operation: str = ""

    @property
    def processor(self) -> Processor:
        return PROCESSORS[self.name]

    @property
    def signature_header(self) -> str:
        """The header that holds the signature."""
        return self.processor.signature.header.lower()

    @property
    def is_timed(self) -> bool:
        return self.processor.signature.tolerance_seconds is not None

    def other_bit(self, headers: Headers) -> Headers:
        """The same headers with one bit of the signature turned, in the last but one byte that carries weight."""
        value = bytearray(headers[self.signature_header])
        place = len(value) - 4
        value[place] = ord("A") if value[place] != ord("A") else ord("B")
        return headers | {self.signature_header: bytes(value)}

    @property
    def mismatch_status(self) -> int:
        return self.processor.topic_mismatch_status

    def payload(self) -> dict[str, Any]:
        return self.processor.sample(self.event)

    def body(self, **changes: Any) -> bytes:
        return json.dumps(self.payload() | changes).encode()

    def broken(self) -> bytes:
        """A signed body that is JSON and lacks what any reader needs."""
        needed = {"id", "token", "total_price", "total", "transactions", "resource"}
        return json.dumps({name: value for name, value in self.payload().items() if name not in needed}).encode()

    def headers(self, body: bytes, secret: str, *, at: float | None = None, delivery: str = "delivery-1") -> Headers:
        """What the processor sends along, apart from the tenant key."""
        moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
        signed = self.processor.sign(body, secret, topic=self.event, delivery_id=delivery, at=moment)
        return {"content-type": b"application/json"} | {name.lower(): value.encode() for name, value in signed.items()}


def _door(operation: Operation) -> Door:
    mapping = operation.extensions["x-mapping"]
    processor, topic = registry.processor(mapping["map"]), mapping.get("topic")
    event = topic or processor.examples(datetime.now(UTC))[0].topic
    return Door(operation.path, processor.name, event, is_dispatcher=topic is None, operation=operation.id)


DOORS = sorted(map(_door, handlers.RECEIVE_DELIVERY), key=lambda door: registry.NAMES.index(door.name))
