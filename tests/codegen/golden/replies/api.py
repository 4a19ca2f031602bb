"""Replies.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from ._runtime.operations import Operation
from ._runtime.params import Accept, Params
from ._runtime.problems import NotWrittenError
from ._runtime.replies import BytesReply, EmptyReply, JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.types import Int, Integer
from .models import api as models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob202(EmptyReply):
    """Started."""

    status: ClassVar[int] = 202
    header_names: ClassVar = (
        ("location", "Location"),
        ("retry_after", "Retry-After"),
        ("cache_control", "Cache-Control"),
    )
    location: str
    retry_after: Int | None = None
    cache_control: Literal["no-store"] = "no-store"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Missing404(ProblemReply):
    """Not there."""

    status: ClassVar[int] = 404
    body: models.Missing404Body


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob5XX(JsonReply):
    """Broken."""

    statuses: ClassVar[range] = range(500, 600)
    status: int
    body: models.StartJob5XxBody | None


StartJobReply: TypeAlias = StartJob202 | Missing404 | StartJob5XX


@dataclass(frozen=True, slots=True, kw_only=True)
class GetExportParams:
    """Parameters of `getExport`."""

    accept: Annotated[Literal["text/csv", "application/json"], Accept(("text/csv", "application/json"))] = "text/csv"
    """The media type that the caller likes best, of those that the reply can have."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetExport200Csv(BytesReply):
    """A file."""

    status: ClassVar[int] = 200
    media_type: ClassVar[str | None] = "text/csv"
    body: bytes | AsyncIterable[bytes]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetExport200Json(JsonReply):
    """A file."""

    status: ClassVar[int] = 200
    body: list[Annotated[int, Integer(gt=0)]]


GetExportReply: TypeAlias = GetExport200Csv | GetExport200Json | Missing404


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def start_job(self, *, call: Call[None]) -> StartJobReply:
        """POST /job."""
        ...

    async def get_export(self, params: GetExportParams, *, call: Call[None]) -> GetExportReply:
        """GET /export."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def start_job(self, *, call: Call[Any]) -> StartJobReply:
        raise NotWrittenError

    async def get_export(self, params: GetExportParams, *, call: Call[Any]) -> GetExportReply:
        raise NotWrittenError


START_JOB: Final = Operation(
    id="startJob",
    method="POST",
    path="/job",
    handler="start_job",
    replies=frozenset({Missing404, StartJob202, StartJob5XX}),
    origin="contracts/api.yaml:5",
)

GET_EXPORT: Final = Operation(
    id="getExport",
    method="GET",
    path="/export",
    handler="get_export",
    replies=frozenset({GetExport200Csv, GetExport200Json, Missing404}),
    origin="contracts/api.yaml:17",
    params=Params(GetExportParams),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    START_JOB,
    GET_EXPORT,
)
