"""Unions.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, TypeAlias, final

from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.problems import NotWrittenError
from ._runtime.replies import EmptyReply
from ._runtime.requests import Call
from .models import api as models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AddPet204(EmptyReply):
    """Added."""

    status: ClassVar[int] = 204


AddPetReply: TypeAlias = AddPet204


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def add_pet(self, body: models.Pet, *, call: Call[None]) -> AddPetReply:
        """POST /pets."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def add_pet(self, body: models.Pet, *, call: Call[Any]) -> AddPetReply:
        raise NotWrittenError


ADD_PET: Final = Operation(
    id="addPet",
    method="POST",
    path="/pets",
    handler="add_pet",
    replies=frozenset({AddPet204}),
    origin="contracts/api.yaml:5",
    bodies=Bodies({"application/json": JsonBody(models.Pet)}, is_required=True),
)

OPERATIONS: Final[tuple[Operation, ...]] = (ADD_PET,)
