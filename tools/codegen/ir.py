"""The intermediate representation, with nothing of OpenAPI left: types, operations, replies. Every node knows its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tools.openapi.problems import Origin

Key: TypeAlias = tuple[str, str, str]
"""Identity of a definition: file, pointer, and variant ("" or "request")."""

ScalarKind: TypeAlias = Literal[
    "string",
    "integer",
    "number",
    "boolean",
    "null",
    "uuid",
    "timestamp",
    "date",
    "time",
    "decimal",
    "base64",
    "binary",
    "bytes",
]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value at all: a property that must not be there."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or boolean, or a Python value that stands for one."""

    kind: ScalarKind
    bounds: tuple[tuple[str, Any], ...] = ()
    """Arguments of the runtime's `Text`, `Integer` or `Real`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few constants."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """A list."""

    item: Type
    min_items: int | None = None
    max_items: int | None = None
    prefix: tuple[Type, ...] = ()
    """Types of the first items, where they have types of their own; a check holds them."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """An object whose names are not known."""

    value: Type


@dataclass(frozen=True, slots=True)
class Reference:
    """A definition by its identity."""

    key: Key


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types."""

    members: tuple[Type, ...]
    tag: str | None = None
    """Wire name of the discriminating property."""
    tags: tuple[tuple[str, int], ...] = ()
    """Value of the tag to index in `members`."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A type with keywords that no Python type has; `schema` is the JSON of a schema that holds them."""

    type: Type
    schema: str


Type: TypeAlias = Anything | Nothing | Scalar | Choice | Array | Dictionary | Reference | Union | Checked


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object."""

    name: str
    type: Type
    is_required: bool
    is_nullable: bool
    default: Any = None
    has_default: bool = False
    description: str = ""
    is_deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """An object with known properties."""

    properties: tuple[Property, ...]
    extra: Type | None = None
    """Type of properties that are not listed and kept; None when they are not kept."""
    is_closed: bool = False
    """Unlisted properties are refused."""
    schema: str | None = None
    """JSON of keywords that no Python type has."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named type: a class for an object, an alias for anything else."""

    key: Key
    name: str
    body: Object | Type
    description: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    location: Literal["path", "query", "header", "cookie"]
    type: Type
    is_required: bool
    style: str
    is_exploded: bool
    is_json: bool
    shape: Any
    """How its text reads: see the runtime's `params`."""
    default: Any
    has_default: bool
    description: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Media:
    """One media type of a body; `kind` decides reader and writer."""

    media_type: str
    kind: Literal["json", "text", "bytes", "events", "form", "multipart"]
    type: Type
    shape: Any = None
    encoding: tuple[tuple[str, tuple[str, bool]], ...] = ()
    """Fields of a form that are not written as OpenAPI assumes: style, or `json`, and whether they are exploded."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request body."""

    media: tuple[Media, ...]
    is_required: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class ReplyHeader:
    """A header that the operation decides."""

    name: str
    type: Type
    is_required: bool
    constant: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Response:
    """One reply: a status, perhaps a range of them, and one media type."""

    key: tuple[str, str]
    """Identity of the response object it comes from; shared ones are the same for several operations."""
    shared_name: str | None
    """Name of the component, None for an inline response."""
    status: str
    """`200`, `4XX` or `default`."""
    media: Media | None
    is_one_of_several: bool
    """Whether other media types stand beside it."""
    headers: tuple[ReplyHeader, ...]
    description: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """One way to prove who calls."""

    name: str
    kind: Literal["bearer", "basic", "apiKey", "other"]
    location: str
    parameter: str
    description: str
    origin: Origin


Requirement: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Schemes with scopes that must hold together."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, as it is served: types in place of schemas, nothing of OpenAPI."""

    id: str
    class_name: str
    """What the names of its classes begin with, unlike that of any other operation of its API."""
    method: str
    path: str
    base_path: str
    """Path of its server, in front of its own."""
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[Response, ...]
    security: tuple[Requirement, ...]
    is_raw: bool
    max_body_bytes: int | None
    rate_limit: tuple[str, ...]
    is_deprecated: bool
    notices: tuple[tuple[str, str], ...]
    handler: str | None
    """The one handler that answers this operation and others (`x-handler`); None when it has a method of its own."""
    extensions: Mapping[str, Any]
    """For the handler: the `x-` words of the operation that the generator itself does not read."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class Api:
    """One entry document."""

    name: str
    """Path below the contract folder without suffix: `webhooks/stripe`."""
    file: str
    title: str
    summary: str
    operations: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything."""

    apis: tuple[Api, ...]
    definitions: Mapping[Key, Definition]
    schemes: Mapping[str, SecurityScheme]
    skipped: tuple[str, ...] = field(default=())
    """`operationId`s (or method and path) that could not be read; a problem says why."""


def needs(body: Object | Type) -> set[Key]:
    """Definitions that `body` names directly."""
    if isinstance(body, Object):
        inner = [one.type for one in body.properties] + ([body.extra] if body.extra is not None else [])
    elif isinstance(body, Reference):
        return {body.key}
    elif isinstance(body, Array):
        inner = [body.item, *body.prefix]
    elif isinstance(body, Dictionary):
        inner = [body.value]
    elif isinstance(body, Union):
        inner = list(body.members)
    elif isinstance(body, Checked):
        inner = [body.type]
    else:
        inner = []
    return {key for one in inner for key in needs(one)}
