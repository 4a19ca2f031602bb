"""The request as it came in, and the call that an operation answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from .limits import RateLimit
    from .operations import Operation

PrincipalT_co = TypeVar("PrincipalT_co", covariant=True)


class Headers(Mapping[str, str]):
    """Request headers by name in any case; a header sent several times reads as one, joined by ", "."""

    __slots__ = ("_first", "_pairs")

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self._pairs = pairs
        self._first: dict[bytes, bytes] = dict(pairs)
        if len(self._first) != len(pairs):
            self._first = dict(reversed(pairs))

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Headers:
        """Headers from ordinary text, for tests."""
        return cls([(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()])

    def __getitem__(self, name: str) -> str:
        key = name.lower().encode("latin-1", "replace")
        if len(self._first) == len(self._pairs):
            return self._first[key].decode("latin-1")
        values = [value for header, value in self._pairs if header == key]
        if not values:
            raise KeyError(name)
        return b", ".join(values).decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._first)

    def __len__(self) -> int:
        return len(self._first)

    def raw(self, name: bytes) -> bytes | None:
        """First value of the header `name`, which must be lower-case."""
        return self._first.get(name)

    def only(self, name: bytes) -> str | None:
        """The header `name` (lower-case), without spaces around it, when no header was sent twice."""
        if len(self._first) != len(self._pairs):
            return None
        value = self._first.get(name)
        return None if value is None else value.decode("latin-1").strip()

    def every(self, name: bytes) -> list[bytes]:
        """Each value of the header `name`, which must be lower-case."""
        return [value for header, value in self._pairs if header == name]


@dataclass(slots=True)
class RawRequest:
    """The request as it came in, before anything of it was believed."""

    method: str = "GET"
    path: str = "/"
    query: bytes = b""
    """Query string, still encoded."""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    """Every byte of the body; empty when the operation declares none, and before it has been read."""
    client_host: str | None = None
    """Address of the peer, as the server in front tells it."""
    rate_classes: tuple[str, ...] = ()
    """Classes of `x-rate-limit` that the operation is counted in."""
    scope: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """The ASGI scope."""

    @property
    def media_type(self) -> str:
        """Media type of the body in lower case, without parameters; empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Grant(Generic[PrincipalT_co]):
    """Who calls, and what the credential allows: the answer of an authenticator."""

    principal: PrincipalT_co
    scopes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Call(Generic[PrincipalT_co]):
    """One request on its way through an operation."""

    operation: Operation
    request: RawRequest
    principal: PrincipalT_co
    """Who calls; None where the operation is public."""
    correlation_id: UUID
    rate_limit: RateLimit | None = None
    """What the limiter said; an operation may replace it, the reply's headers follow."""

    @property
    def raw(self) -> bytes:
        """Every byte of the body, as sent."""
        return self.request.body

    @property
    def headers(self) -> Headers:
        """Headers of the request."""
        return self.request.headers
