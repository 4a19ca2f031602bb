"""A processor is one object: who it is, how it signs, what its deliveries say, and samples of them.

A new processor is a package with such an object, its contract, and one line in `registry`.
"""

from __future__ import annotations

import copy
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Final, Literal

from impl.kernel import facts as rules
from impl.kernel.clock import Clock
from impl.kernel.events import EventType
from impl.kernel.facts import Fact, Position, Shown
from impl.platforms import notices
from impl.platforms.errors import UnusableDelivery
from impl.platforms.fields import Fields
from impl.platforms.notices import OnNotice
from impl.platforms.notification import Notification, ObjectVersion
from impl.settings import Settings

Headers = Mapping[str, bytes]
"""Headers of a delivery by lower-case name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One kind of notification of a processor."""

    event: EventType | None
    """The event it announces; None when only the object itself tells."""
    schema_of: str | None = None
    """The topic whose address declares the body, where this topic has no address of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The form of a signature, for whoever has to make one: HMAC-SHA256 unless there is no template."""

    header: str
    template: str | None = None
    """The header's value; `{hex}` or `{base64}` is the digest, `{time}` the Unix time. None for a key of the processor's own."""
    message: str = "{body}"
    """The signed text; `{body}` is the body."""
    tolerance_seconds: int | None = None
    """How far `{time}` may be away from our clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The steps of a merchant at the processor to connect it, in the words of its own pages."""

    place: str
    """Where deliveries are set up."""
    steps: tuple[str, ...]
    """What to enter there, apart from the address and the events."""
    credential: str
    """What verifies deliveries, and where it is shown."""
    credential_begins: str = ""
    """How it begins, where it always does: another secret of the processor is easily taken for it."""
    is_chosen_by_us: bool = False
    """Whether the merchant enters there what we make, and not the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One delivery of the demo's shop, and what it shows."""

    title: str
    topic: str
    delivery_id: str
    payload: Mapping[str, Any] = field(repr=False)

    @property
    def body(self) -> bytes:
        """The bytes that are signed and sent."""
        return json.dumps(self.payload).encode()


class Processor(ABC):
    """Everything that differs between processors; the rest of the service is the same for all."""

    name: ClassVar[str]
    """As addresses, rows and the command line spell it: `stripe`."""
    title: ClassVar[str]
    """As people spell it: `Stripe`."""
    signature_scheme: ClassVar[str]
    """How its deliveries are signed: `stripe_v1`."""
    signature: ClassVar[Signature]
    topic_header: ClassVar[str | None] = None
    """The header that names the topic; None where the body does."""
    headers: ClassVar[frozenset[str]]
    """Lower-case names of the headers it reads."""
    topics: ClassVar[Mapping[str, Topic]]
    """Its kinds of notification, by its own names."""
    guide: ClassVar[Guide]
    credential: ClassVar[Literal["secret", "webhook_id"]] = "secret"
    """What a tenant gives us so that deliveries can be verified: the secret that signs them, or the id of its webhook."""
    holds_to_schema_of_topic: ClassVar[bool] = True
    """Whether the one address for all topics asks for the body that the address of the topic declares."""
    has_signed_event_id: ClassVar[bool] = True
    """Whether `event_id` stands in the signed body. An id in a header is not signed, so it names no delivery."""
    topic_mismatch_status: ClassVar[int] = 400
    """Status that makes this processor stop repeating what was sent to the address of another topic."""

    @abstractmethod
    async def verify(self, body: bytes, headers: Headers, secrets: Sequence[bytes], *, now: float) -> int:
        """Index of the secret that signed `body`. Raises `SignatureMismatch`."""

    @abstractmethod
    def topic(self, payload: Any, headers: Headers) -> str | None:
        """The processor's own name of what happened, if it says one that can be kept."""

    @abstractmethod
    def event_id(self, payload: Any, headers: Headers) -> str | None:
        """The processor's id of the notification, if it says one that can be kept."""

    @abstractmethod
    def read(self, notification: Notification) -> tuple[Fact, ...]:
        """The facts of a notification, at least one, in the order in which they happened; see `impl.kernel.facts`.

        Pure. Raises `UnusableDelivery`, or `NothingToRecord` when it is not about revenue.
        """

    def object_version(self, topic: str | None, payload: Any) -> ObjectVersion | None:
        """The object that a body is about, and when it looked so; None where the body does not say. Never raises."""
        if topic is None or topic not in self.topics or not isinstance(payload, dict):
            return None
        try:
            return self._object_version(topic, Fields(payload))
        except UnusableDelivery:
            return None

    def _object_version(self, topic: str, payload: Fields) -> ObjectVersion | None:
        """The same; may raise `UnusableDelivery`."""
        return None

    def position(self, facts: Sequence[Shown]) -> Position:
        """The sum of all known facts of a payment: pure, and the same for every order of `facts`."""
        return rules.plain_position(facts)

    def transmission_id(self, headers: Headers) -> str | None:
        """Where the signature covers only a checksum of the body: the signed id that must never come with other bytes."""
        return None

    def kind_of(self, payload: Any) -> str | None:
        """Where a header that is not signed names the topic: the kind of object about money that the body shows by itself."""
        return None

    def is_test(self, payload: Any) -> bool | None:
        """Whether the object is of the processor's test mode; None where its bodies do not say, so that the secret decides."""
        return None

    @abstractmethod
    def sign(self, body: bytes, secret: str, *, topic: str, delivery_id: str, at: datetime) -> dict[str, str]:
        """Every header that the processor would send along with `body` at that time."""

    @abstractmethod
    def examples(self, now: datetime) -> Sequence[Example]:
        """The demo's deliveries of the day of `now`: a second run on that day repeats them and adds nothing."""

    def configured(self, settings: Settings, clock: Clock, on_notice: OnNotice = notices.unheard) -> Processor:
        """This processor as a service with `settings` needs it, where verifying or signing takes more than the secret.

        `on_notice` is called, at once or later, with what operators have to know.
        """
        return self

    def local_settings(self, settings: Settings, now: datetime) -> dict[str, Any]:
        """Settings with which a local service accepts what `sign` signs; the files that they name are made."""
        return {}

    def new_secret(self) -> str:
        """A random value for `credential`, for a tenant of a local service."""
        return f"whsec_{secrets.token_urlsafe(32)}"

    def is_unsigned_ping(self, headers: Headers, media_type: str) -> bool:
        """Whether this is a greeting that the processor does not sign and that says nothing. It needs a receipt all the same."""
        return False

    def samples(self) -> list[str]:
        """The topics there is a sample delivery of."""
        return sorted(samples_of(type(self).__module__))

    def sample(self, topic: str) -> dict[str, Any]:
        """A fresh payload of that topic, as the processor documents it. Raises `KeyError` that says which topics there are."""
        payloads = samples_of(type(self).__module__)
        if topic not in payloads:
            raise KeyError(f"there is no sample of {topic!r}; there are {', '.join(sorted(payloads))}")
        return copy.deepcopy(payloads[topic])


_SUFFIX: Final = ".json"


@cache
def samples_of(package: str) -> dict[str, dict[str, Any]]:
    """Payloads by topic from the folder `samples` of a processor's package; a dash stands for the slash of a topic."""
    files = [file for file in resources.files(package).joinpath("samples").iterdir() if file.name.endswith(_SUFFIX)]
    return {file.name.removesuffix(_SUFFIX).replace("-", "/"): json.loads(file.read_text("utf-8")) for file in files}
