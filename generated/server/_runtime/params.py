"""Parameters from the wire: every location and style of OpenAPI, decoded into one frozen value per operation.

A generated parameter class marks each field with where it stands and how its text reads:

    limit: Annotated[Int, Ge(1), Le(100), Query("limit", "integer")] = 50

A shape is `"integer"`, `"number"`, `"boolean"`, `"string"`, `"null"` or several joined by `|` (the first that fits wins);
`[shape]` for a list; `{"name": shape}` for an object, with `"*"` for names that are not listed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

from pydantic import ValidationError

from . import negotiation, styles, wire
from .issues import from_validation
from .problems import Issue, NotAcceptableError
from .requests import RawRequest

ParamsT = TypeVar("ParamsT")
Shape: TypeAlias = Any
"""str | list[Shape] | dict[str, Shape]; recursive."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parameter stands, and how its text reads."""

    name: str
    shape: Shape = "string"
    style: str = "form"
    is_exploded: bool = True
    is_json: bool = False
    """The text is a JSON document (`content: application/json`)."""


class Query(Place):
    """`?name=value`; styles form, spaceDelimited, pipeDelimited, deepObject."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Path(Place):
    """A segment of the path; styles simple, label, matrix."""

    style: str = "simple"
    is_exploded: bool = False


@dataclass(frozen=True, slots=True)
class Header(Place):
    """A request header; style simple."""

    style: str = "simple"
    is_exploded: bool = False


class Cookie(Place):
    """A cookie; style form."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Accept:
    """Not a parameter of the contract: the media type of the reply that the caller likes best."""

    offers: tuple[str, ...]
    """What the contract offers, the default first."""
    is_strict: bool = False
    """406 is declared: answer it when nothing fits. Else the default is served."""

    def choose(self, request: RawRequest) -> str:
        """The offer to serve. Raises `NotAcceptableError`."""
        offer = negotiation.choose(request.headers.get("accept"), self.offers)
        if offer is None and self.is_strict:
            raise NotAcceptableError
        return offer or self.offers[0]


@dataclass(slots=True)
class _Source:
    """The parts of one request, each taken apart when a parameter first asks for it."""

    request: RawRequest
    segments: Mapping[str, str]
    _pairs: list[tuple[str, str]] | None = None
    _cookies: list[tuple[str, str]] | None = None

    def pairs(self) -> list[tuple[str, str]]:
        if self._pairs is None:
            self._pairs = styles.query_pairs(self.request.query)
        return self._pairs

    def cookies(self) -> list[tuple[str, str]]:
        if self._cookies is None:
            self._cookies = styles.cookie_pairs(self.request.headers.every(b"cookie"))
        return self._cookies


def _raw(place: Place, source: _Source) -> Any:
    """Undecoded value of a parameter in JSON terms (strings for scalars), or `styles.ABSENT`."""
    if isinstance(place, Query):
        return styles.read_query(place.name, place.shape, place.style, source.pairs(), is_exploded=place.is_exploded)
    if isinstance(place, Path):
        segment = source.segments[place.name]
        return styles.read_segment(place.name, place.shape, place.style, segment, is_exploded=place.is_exploded)
    if isinstance(place, Header):
        value = source.request.headers.get(place.name)
        if value is None:
            return styles.ABSENT
        return styles.read_simple(place.shape, value.strip(), is_exploded=place.is_exploded, is_encoded=False)
    return styles.read_query(place.name, place.shape, "form", source.cookies(), is_exploded=place.is_exploded)


@dataclass(frozen=True, slots=True)
class _Field:
    attribute: str
    place: Place
    location: str
    validate: Callable[..., Any]
    validate_json: Callable[..., Any]
    validate_text: Callable[..., Any]
    is_required: bool
    plain_header: bytes | None
    """Wire name of a header whose text is its value: the usual case, read without detours."""
    plain_segment: str | None
    """Name of a segment of the path whose text is its value, likewise."""

    def plain(self, request: RawRequest, segments: Mapping[str, str]) -> str | None:
        """Text that is the value itself, in the usual case."""
        if self.plain_segment is not None:
            text = segments[self.plain_segment]
            # An escape is left to the general reader, so that it is decoded in one place only.
            return None if "%" in text else text
        return None if self.plain_header is None else request.headers.only(self.plain_header)

    def is_absent(self, request: RawRequest) -> bool:
        """Whether it is a header that need not be there and is not: the usual case of most headers."""
        return self.plain_header is not None and not self.is_required and request.headers.raw(self.plain_header) is None

    def read(self, source: _Source, values: dict[str, Any], issues: list[Issue]) -> None:
        """The value, or what is wrong with it."""
        where = f"/{self.location}/{self.place.name}"
        try:
            raw = _raw(self.place, source)
            if raw is styles.ABSENT:
                if self.is_required:
                    issues.append(Issue(where, self.place.name, "This parameter is required", "missing"))
                return
            if self.place.is_json:
                values[self.attribute] = self.validate_json(raw, strict=True)
            else:
                values[self.attribute] = self.validate(styles.convert(raw, self.place.shape), strict=True)
        except ValidationError as error:
            issues.extend(from_validation(error, where, None))
        except ValueError:
            issues.append(Issue(where, self.place.name, "The value cannot be parsed", "unreadable"))


class Params(Generic[ParamsT]):
    """Reads the parameters of one operation into instances of a generated class."""

    __slots__ = ("_accept", "_fields", "_make", "places")

    def __init__(self, make: Callable[..., ParamsT]) -> None:
        self._make = make
        hints = get_type_hints(make, include_extras=True)
        fields = dataclasses.fields(make)  # type: ignore[arg-type]  # generated dataclasses only
        marks = {one.name: _mark(hints[one.name]) for one in fields}
        accepts = {name: mark for name, mark in marks.items() if isinstance(mark, Accept)}
        self._accept = next(iter(accepts.items()), None)
        self._fields = tuple(_field(one, hints[one.name]) for one in fields if one.name not in accepts)
        self.places = tuple(one.place for one in self._fields)

    def decode(self, request: RawRequest, segments: Mapping[str, str]) -> tuple[ParamsT | None, list[Issue]]:
        """The parameters, or everything that is wrong with them."""
        source: _Source | None = None
        values: dict[str, Any] = {}
        issues: list[Issue] = []
        # All parameters are read even after an error, so that the caller can repair everything at once.
        for one in self._fields:
            text = one.plain(request, segments)
            if text is not None:
                try:
                    values[one.attribute] = one.validate_text(text, strict=True)
                except ValidationError as error:
                    issues += from_validation(error, f"/{one.location}/{one.place.name}", None)
                continue
            if one.is_absent(request):
                continue
            source = source or _Source(request, segments)
            one.read(source, values, issues)
        if self._accept is not None:
            name, accept = self._accept
            values[name] = accept.choose(request)
        return (None, issues) if issues else (self._make(**values), issues)


def _mark(hint: Any) -> Place | Accept:
    return next(mark for mark in hint.__metadata__ if isinstance(mark, Place | Accept))


def _field(one: dataclasses.Field[Any], hint: Any) -> _Field:
    place = _mark(hint)
    assert isinstance(place, Place)
    is_required = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    validator = wire.validator(hint)
    is_plain = place.shape == "string" and place.style == "simple" and not place.is_json
    plain_header = place.name.lower().encode("latin-1") if is_plain and isinstance(place, Header) else None
    plain_segment = place.name if is_plain and isinstance(place, Path) else None
    return _Field(
        one.name,
        place,
        type(place).__name__.lower(),
        validator.validate_python,
        validator.validate_json,
        validator.validate_strings,
        is_required,
        plain_header,
        plain_segment,
    )
