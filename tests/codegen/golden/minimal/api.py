"""Things. One operation.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, TypeAlias, final

from ._runtime.operations import Operation
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply
from ._runtime.requests import Call
from .models import api as models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetThing200(JsonReply):
    """A thing."""

    status: ClassVar[int] = 200
    body: models.Thing


GetThingReply: TypeAlias = GetThing200


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def get_thing(self, *, call: Call[None]) -> GetThingReply:
        """Get the thing (GET /thing)."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def get_thing(self, *, call: Call[Any]) -> GetThingReply:
        raise NotWrittenError


GET_THING: Final = Operation(
    id="getThing",
    method="GET",
    path="/thing",
    handler="get_thing",
    replies=frozenset({GetThing200}),
    origin="contracts/api.yaml:5",
)

OPERATIONS: Final[tuple[Operation, ...]] = (GET_THING,)
