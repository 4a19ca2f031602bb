"""Parameters.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from ._runtime.operations import Operation
from ._runtime.params import Cookie, Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import EmptyReply
from ._runtime.requests import Call
from ._runtime.types import Integer, Uuid
from .models import api as models


@dataclass(frozen=True, slots=True, kw_only=True)
class FindItemsParams:
    """Parameters of `findItems`."""

    id: Annotated[int, Integer(ge=1, le=2**63 - 1), Path("id", "integer")]
    limit: Annotated[int, Integer(ge=1, le=100), Query("limit", "integer")] = 50
    """Items on a page."""
    tags: Annotated[list[str] | None, Query("tags", ["string"], is_exploded=False)] = None
    filter: Annotated[
        models.FindItemsFilter | None, Query("filter", {"min": "number"}, style="deepObject", is_exploded=False)
    ] = None
    x_trace: Annotated[Uuid | None, Header("X-Trace")] = None
    class_: Annotated[Literal["a", "b"] | None, Cookie("class")] = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FindItems204(EmptyReply):
    """Nothing."""

    status: ClassVar[int] = 204


FindItemsReply: TypeAlias = FindItems204


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def find_items(self, params: FindItemsParams, *, call: Call[None]) -> FindItemsReply:
        """GET /items/{id}."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def find_items(self, params: FindItemsParams, *, call: Call[Any]) -> FindItemsReply:
        raise NotWrittenError


FIND_ITEMS: Final = Operation(
    id="findItems",
    method="GET",
    path="/items/{id}",
    handler="find_items",
    replies=frozenset({FindItems204}),
    origin="contracts/api.yaml:5",
    params=Params(FindItemsParams),
)

OPERATIONS: Final[tuple[Operation, ...]] = (FIND_ITEMS,)
