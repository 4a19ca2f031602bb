"""Checks. Keywords that no Python type has.

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
class Check204(EmptyReply):
    """It is right."""

    status: ClassVar[int] = 204


CheckReply: TypeAlias = Check204


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def check(self, body: models.Checked, *, call: Call[None]) -> CheckReply:
        """POST /check."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def check(self, body: models.Checked, *, call: Call[Any]) -> CheckReply:
        raise NotWrittenError


CHECK: Final = Operation(
    id="check",
    method="POST",
    path="/check",
    handler="check",
    replies=frozenset({Check204}),
    origin="contracts/api.yaml:5",
    bodies=Bodies({"application/json": JsonBody(models.Checked)}, is_required=True),
)

OPERATIONS: Final[tuple[Operation, ...]] = (CHECK,)
