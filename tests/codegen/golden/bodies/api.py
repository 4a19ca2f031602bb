"""Bodies.

Generated from contracts/api.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, TypeAlias, final

from ._runtime.bodies import Bodies, BytesBody, Invalid, JsonBody, TextBody
from ._runtime.forms import FormBody, MultipartBody
from ._runtime.operations import Operation
from ._runtime.problems import NotWrittenError
from ._runtime.replies import EmptyReply, JsonReply
from ._runtime.requests import Call
from .models import api as models


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SendAnything200(JsonReply):
    """As it is kept."""

    status: ClassVar[int] = 200
    body: models.Account


SendAnythingReply: TypeAlias = SendAnything200


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SendSigned204(EmptyReply):
    """Taken."""

    status: ClassVar[int] = 204


SendSignedReply: TypeAlias = SendSigned204

_send_signed_body: JsonBody[models.AccountRequest] = JsonBody(models.AccountRequest)


def decode_send_signed(raw: bytes) -> models.AccountRequest | Invalid:
    """The body of `sendSigned`, or what is wrong with it."""
    return _send_signed_body.decode(raw)


class ApiApi(Protocol):
    """Operations of api, to be implemented."""

    async def send_anything(
        self, body: models.AccountRequest | models.SendAnythingBody | str | bytes, *, call: Call[None]
    ) -> SendAnythingReply:
        """POST /anything."""
        ...

    async def send_signed(self, *, call: Call[None]) -> SendSignedReply:
        """POST /signed."""
        ...


class ApiStub:
    """Answers 501 to every operation of api; derive from it to write them one by one."""

    async def send_anything(
        self, body: models.AccountRequest | models.SendAnythingBody | str | bytes, *, call: Call[Any]
    ) -> SendAnythingReply:
        raise NotWrittenError

    async def send_signed(self, *, call: Call[Any]) -> SendSignedReply:
        raise NotWrittenError


SEND_ANYTHING: Final = Operation(
    id="sendAnything",
    method="POST",
    path="/anything",
    handler="send_anything",
    replies=frozenset({SendAnything200}),
    origin="contracts/api.yaml:5",
    bodies=Bodies(
        {
            "application/json": JsonBody(models.AccountRequest),
            "application/x-www-form-urlencoded": FormBody(
                models.AccountRequest, {"name": "string", "password": "string", "limit_cents": "integer"}
            ),
            "multipart/form-data": MultipartBody(models.SendAnythingBody, {"file": "binary", "tags": ["string"]}),
            "text/plain": TextBody(str),
            "application/octet-stream": BytesBody(),
        },
        is_required=True,
    ),
)

SEND_SIGNED: Final = Operation(
    id="sendSigned",
    method="POST",
    path="/signed",
    handler="send_signed",
    replies=frozenset({SendSigned204}),
    origin="contracts/api.yaml:17",
    bodies=Bodies({"application/json": _send_signed_body}, is_required=True),
    is_raw=True,
    max_body_bytes=262_144,
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    SEND_ANYTHING,
    SEND_SIGNED,
)
