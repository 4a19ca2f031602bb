"""Doors. One of many, several together, or nobody at all.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, TypeAlias, final

from . import security
from ._runtime.operations import Operation
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from ._runtime.security import Need
from .models import api as models
from .security import CookieT_contra, KeyT_contra, SignatureT_contra, UserT_contra


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mine200(JsonReply):
    """What you may see."""

    status: ClassVar[int] = 200
    body: models.Mine


GetMineReply: TypeAlias = Mine200

GetEitherReply: TypeAlias = Mine200

GetPerhapsReply: TypeAlias = Mine200

GetOpenReply: TypeAlias = Mine200


class ApiApi(Protocol[CookieT_contra, KeyT_contra, SignatureT_contra, UserT_contra]):
    """Operations of api, to be implemented."""

    async def get_mine(self, *, call: Call[UserT_contra]) -> GetMineReply:
        """GET /mine."""
        ...

    async def get_either(self, *, call: Call[UserT_contra | tuple[KeyT_contra, SignatureT_contra]]) -> GetEitherReply:
        """GET /either."""
        ...

    async def get_perhaps(self, *, call: Call[CookieT_contra | None]) -> GetPerhapsReply:
        """GET /perhaps."""
        ...

    async def get_open(self, *, call: Call[None]) -> GetOpenReply:
        """GET /open."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def get_mine(self, *, call: Call[Any]) -> GetMineReply:
        raise NotWrittenError

    async def get_either(self, *, call: Call[Any]) -> GetEitherReply:
        raise NotWrittenError

    async def get_perhaps(self, *, call: Call[Any]) -> GetPerhapsReply:
        raise NotWrittenError

    async def get_open(self, *, call: Call[Any]) -> GetOpenReply:
        raise NotWrittenError


GET_MINE: Final = Operation(
    id="getMine",
    method="GET",
    path="/mine",
    handler="get_mine",
    replies=frozenset({Mine200}),
    origin="contracts/api.yaml:5",
    security=((Need(security.USER, frozenset({"read"})),),),
)

GET_EITHER: Final = Operation(
    id="getEither",
    method="GET",
    path="/either",
    handler="get_either",
    replies=frozenset({Mine200}),
    origin="contracts/api.yaml:6",
    security=(
        (Need(security.USER, frozenset({"read", "write"})),),
        (
            Need(security.KEY),
            Need(security.SIGNATURE),
        ),
    ),
)

GET_PERHAPS: Final = Operation(
    id="getPerhaps",
    method="GET",
    path="/perhaps",
    handler="get_perhaps",
    replies=frozenset({Mine200}),
    origin="contracts/api.yaml:7",
    security=(
        (Need(security.COOKIE),),
        (),
    ),
)

GET_OPEN: Final = Operation(
    id="getOpen",
    method="GET",
    path="/open",
    handler="get_open",
    replies=frozenset({Mine200}),
    origin="contracts/api.yaml:8",
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_MINE,
    GET_EITHER,
    GET_PERHAPS,
    GET_OPEN,
)
