"""Notices. What is told beside the answer: that it is the same, that it ends, where it goes on.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Protocol, TypeAlias, final

from ._runtime.operations import Operation
from ._runtime.params import Header, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import EmptyReply, ProblemReply, TextReply
from ._runtime.requests import Call
from ._runtime.types import Int, Timestamp
from .models import api as models


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPageParams:
    """Parameters of `getPage`."""

    if_none_match: Annotated[str | None, Header("If-None-Match")] = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPage200(TextReply):
    """The page."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (
        ("etag", "ETag"),
        ("last_modified", "Last-Modified"),
    )
    body: str
    etag: str
    last_modified: Timestamp | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetPage304(EmptyReply):
    """You have it."""

    status: ClassVar[int] = 304


GetPageReply: TypeAlias = GetPage200 | GetPage304


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetOld301(EmptyReply):
    """Moved."""

    status: ClassVar[int] = 301
    header_names: ClassVar = (("location", "Location"),)
    location: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetOld429(ProblemReply):
    """Slower."""

    status: ClassVar[int] = 429
    header_names: ClassVar = (("retry_after", "Retry-After"),)
    body: models.Problem
    retry_after: Int


GetOldReply: TypeAlias = GetOld301 | GetOld429


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def get_page(self, params: GetPageParams, *, call: Call[None]) -> GetPageReply:
        """GET /page."""
        ...

    async def get_old(self, *, call: Call[None]) -> GetOldReply:
        """GET /old."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def get_page(self, params: GetPageParams, *, call: Call[Any]) -> GetPageReply:
        raise NotWrittenError

    async def get_old(self, *, call: Call[Any]) -> GetOldReply:
        raise NotWrittenError


GET_PAGE: Final = Operation(
    id="getPage",
    method="GET",
    path="/page",
    handler="get_page",
    replies=frozenset({GetPage200, GetPage304}),
    origin="contracts/api.yaml:5",
    params=Params(GetPageParams),
    is_conditional=True,
)

GET_OLD: Final = Operation(
    id="getOld",
    method="GET",
    path="/old",
    handler="get_old",
    replies=frozenset({GetOld301, GetOld429}),
    origin="contracts/api.yaml:15",
    rate_limit=("api",),
    is_deprecated=True,
    notices=(
        ("Deprecation", "@1767312000"),
        ("Sunset", "Thu, 04 Mar 2027 00:00:00 GMT"),
        ("Link", '</page>; rel="successor-version"'),
    ),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    GET_PAGE,
    GET_OLD,
)
