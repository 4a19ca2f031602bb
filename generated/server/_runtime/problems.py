"""Errors that become replies: one class per thing that can go wrong, one shape for all of them on the wire.

An operation raises where it knows; nobody catches in between. The runtime answers with the reply that the contract declares for
the error's status, or, when it declares none, with 500 and a log line naming the contract.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a request."""

    pointer: str
    """JSON pointer with the part of the request in front: `/body/items/0/id`, `/query/limit`, `/header/X-Correlation-ID`.
    Names that the client made up are shortened and without control characters."""
    field: str
    """Last name on the way, without escapes."""
    message: str
    """What is wrong; never repeats what was sent."""
    code: str
    """Stable word for the kind: `missing`, `string_too_short`."""


class ProblemKind(Protocol):
    """The constant parts of a problem, such as a row of a registry."""

    @property
    def code(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...


class ProblemError(Exception):
    """An unexpected error occurred; quote the correlation ID when you ask for help.

    Subclass it with the constant parts, and write the public text as the docstring:

        class WindowClosedError(ProblemError, status=409, code="WINDOW_CLOSED", slug="window-closed"):
            '''The window starts more than 90 days ago.'''

    Where a registry has them, name its row: `class WindowClosedError(ProblemError, kind=problems.WINDOW_CLOSED)`.

    `detail` replaces that text for one occurrence. `title` defaults to the slug in words. An instance may have a status, code,
    slug and title of its own: an error that was kept, and is answered again.
    """

    status: int = 500
    code: str = "INTERNAL_ERROR"
    slug: str = "internal-server-error"
    title: str = "Internal server error"
    text: ClassVar[str] = "An unexpected error occurred; quote the correlation ID when you ask for help."
    default_retry_after_seconds: ClassVar[int | None] = None

    def __init_subclass__(
        cls,
        *,
        kind: ProblemKind | None = None,
        status: int | None = None,
        code: str | None = None,
        slug: str | None = None,
        title: str | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init_subclass__()
        if kind is not None:
            cls.status, cls.code, cls.slug, cls.title = kind.status, kind.code, kind.slug, kind.title
        cls.status = status or cls.status
        cls.code = code or cls.code
        cls.title = title or (slug.replace("-", " ").capitalize() if slug else cls.title)
        cls.slug = slug or cls.slug
        cls.default_retry_after_seconds = retry_after_seconds or cls.default_retry_after_seconds
        cls.text = inspect.cleandoc(cls.__doc__).split("\n\n")[0].replace("\n", " ") if cls.__doc__ else cls.text

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[Issue] = (),
        retry_after_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.text)
        self.detail = detail or self.text
        self.errors = tuple(errors)
        self.retry_after_seconds = retry_after_seconds or self.default_retry_after_seconds
        self.headers = dict(headers or {})


class InvalidRequestError(ProblemError, status=400, code="REQUEST_VALIDATION_FAILED", slug="request-validation-failed"):
    """The request does not conform to the contract; see `errors`."""


class UnauthorizedError(
    ProblemError, status=401, code="AUTH_UNAUTHORIZED", slug="authentication-failed", title="Authentication failed."
):
    """Authentication failed."""


class ForbiddenError(ProblemError, status=403, code="AUTH_FORBIDDEN", slug="forbidden", title="Access denied."):
    """Access denied."""


class NotFoundError(ProblemError, status=404, code="NOT_FOUND", slug="not-found"):
    """The requested resource does not exist."""


class MethodNotAllowedError(ProblemError, status=405, code="METHOD_NOT_ALLOWED", slug="method-not-allowed"):
    """This path does not support the request method; see the `Allow` header."""


class NotAcceptableError(ProblemError, status=406, code="NOT_ACCEPTABLE", slug="not-acceptable"):
    """No media type in the `Accept` header is available."""


class PayloadTooLargeError(ProblemError, status=413, code="PAYLOAD_TOO_LARGE", slug="payload-too-large"):
    """The request body exceeds the size limit of this operation."""


class UnsupportedMediaTypeError(ProblemError, status=415, code="UNSUPPORTED_MEDIA_TYPE", slug="unsupported-media-type"):
    """This operation does not accept the media type of the request body."""


class RateLimitedError(ProblemError, status=429, code="RATE_LIMITED", slug="rate-limited", retry_after_seconds=60):
    """Too many requests; retry after the number of seconds in `Retry-After`."""


class InternalError(ProblemError):
    """An unexpected error occurred; quote the correlation ID when you ask for help."""


class NotWrittenError(ProblemError, status=501, code="NOT_IMPLEMENTED", slug="not-implemented"):
    """This operation is not implemented yet."""


class ServiceUnavailableError(
    ProblemError, status=503, code="SERVICE_UNAVAILABLE", slug="service-unavailable", retry_after_seconds=5
):
    """A required service is unavailable; retry after the number of seconds in `Retry-After`."""
