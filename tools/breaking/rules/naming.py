"""Rule ids and sentences: the field's ids (those of oasdiff) where it has one, the same grammar beyond.

An id is direction, place, feature, action: `request-property-max-length-decreased`. The grammar is computed; only words that the
field spells differently are listed.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.breaking.rules import keywords
from tools.breaking.rules.changes import Change

BODY, PARAMETER, HEADER = "body", "parameter", "header"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a schema is used."""

    kind: str
    """`body`, `parameter` or `header`."""
    direction: str
    label: str
    """For messages: `the request body`, `the query parameter 'limit'`."""
    parameter_in: str = ""


def rule_id(place: Place, change: Change, *, broken: bool, text: bool) -> str:
    """The id of `change` at `place`. `broken`: it breaks somebody; `text`: the value travels as text."""
    nested = bool(change.path.tokens)
    stem = _stem(place, nested=nested)
    if change.feature == "property":
        return _property(place, change)
    if "wrapped" in change.traits and broken and stem.endswith("-body"):
        return f"{stem}-wrapped-in-one-of"
    if change.feature == "became" and change.action in _MUTABILITY:
        requirement = "required" if "required" in change.traits else "optional"
        return f"{place.direction}-{requirement}-property-became-{change.action}"
    if change.feature in {"type", "format", "list-of-types"}:
        return f"{stem}-{_type(place, change, broken=broken, text=text, nested=nested)}"
    if change.feature in {"enum-value", "enum"}:
        return _enum(place, change, stem, nested=nested)
    if change.feature == "became":
        return _became(place, change, stem, nested=nested)
    if change.feature == "pattern" and change.action == "changed" and place.direction == "request" and not broken:
        return f"{stem}-pattern-generalized"
    infix = "read-only-property" if change.path.hidden and place.direction == "request" else ""
    start = f"request-{infix}" if infix and nested and place.kind == BODY else stem
    return f"{start}-{change.feature}-{change.action}"


_MUTABILITY = {"read-only", "not-read-only", "write-only", "not-write-only"}


def _stem(place: Place, *, nested: bool) -> str:
    if place.kind == PARAMETER:
        return "request-parameter-property" if nested else "request-parameter"
    if place.kind == HEADER:
        return "response-header-property" if nested else "response-header"
    return f"{place.direction}-{'property' if nested else 'body'}"


def _property(place: Place, change: Change) -> str:
    requirement = "required" if "required" in change.traits else "optional"
    if place.direction == "response":
        infix = "-write-only" if "write-only" in change.traits else ""
        return (
            f"response-{requirement}{infix}-property-{change.action}"
            if place.kind == BODY
            else f"response-header-property-{change.action}"
        )
    where = {PARAMETER: "header-" if place.parameter_in == "header" else "parameter-"}.get(place.kind, "")
    if change.action == "removed":
        return f"request-{where}property-removed"
    suffix = "-with-default" if {"required", "default"} <= change.traits else ""
    return f"new-{requirement}-request-{where}property{suffix}"


def _type(place: Place, change: Change, *, broken: bool, text: bool, nested: bool) -> str:
    if change.feature == "format":
        wider = change.action == "generalized" or "widens" in change.traits
        if broken:
            return "type-changed"
        return "type-generalized" if wider and place.direction == "request" else "type-specialized"
    if change.feature == "list-of-types":
        return f"list-of-types-{change.action}"
    if place.kind == PARAMETER and nested:
        return "type-specialized" if broken else "type-generalized"
    if place.direction == "request":
        return (
            "type-changed"
            if broken
            else "type-generalized"
            if change.action == "generalized" or not text
            else "type-compatible"
        )
    if broken:
        return "type-generalized" if change.action == "generalized" and change.new != "any" else "type-changed"
    return "type-specialized" if change.action == "specialized" or not text else "type-compatible"


def _enum(place: Place, change: Change, stem: str, *, nested: bool) -> str:
    action = change.action
    if place.kind == BODY and change.path.hidden and nested:
        if place.direction == "request":
            return f"request-read-only-property-enum-value-{action}"
        if action == "added":
            return "response-write-only-property-enum-value-added"
    if place.kind == BODY and place.direction == "response" and not nested:
        stem = "response-mediatype"
    return f"{stem}-enum-value-{action}"


def _became(place: Place, change: Change, stem: str, *, nested: bool) -> str:
    if place.kind == PARAMETER and nested and place.parameter_in == "header" and change.action in {"enum", "required"}:
        return f"request-header-property-became-{change.action}"
    if (
        place.kind == BODY
        and place.direction == "response"
        and change.path.hidden
        and change.action in {"required", "optional"}
    ):
        return f"response-write-only-property-became-{change.action}"
    suffix = (
        "-with-default"
        if change.action == "required" and "default" in change.traits and place.direction == "request"
        else ""
    )
    return f"{stem}-became-{change.action}{suffix}"


def is_fine_print(place: Place, change: Change) -> bool:
    """Whether this change, once it is known to be harmless, is for a changelog only.

    That is what asks nothing of anybody: a promise of replies that became tighter, a limit of requests that was dropped, and
    details of parameters and headers beyond their type and values.
    """
    feature, nested = change.feature, bool(change.path.tokens)
    if place.kind == HEADER:
        return nested or not (feature in _TYPED or (feature == "became" and "nullable" in change.action))
    if place.kind == PARAMETER and nested:
        return not (feature in _TYPED or feature == "enum-value" or (feature, change.action) == ("became", "nullable"))
    if place.kind == PARAMETER and feature not in _OF_PARAMETERS:
        return feature not in keywords.BOUNDS.values() or "contains" in feature
    if feature in keywords.SINGLE.values():
        return True
    if feature in keywords.BOUNDS.values() and "contains" not in feature:
        return place.direction == "response" or change.action in {"set", "unset"} or feature in _ONE_WAY
    if place.direction == "response":
        return (feature, change.action) in _SILENT_IN_REPLIES or (not nested and feature == "pattern")
    return place.kind == BODY and not nested and (feature, change.action) in _SILENT_IN_BODIES


_TYPED = frozenset({"type", "format", "list-of-types"})
_OF_PARAMETERS = _TYPED | {
    "became",
    "enum-value",
    "enum",
    "pattern",
    "default-value",
    "lifecycle",
    "x-extensible-enum-value",
}
_ONE_WAY = frozenset({"max-items", "min-items"})
_SILENT_IN_BODIES = frozenset({("pattern", "removed"), ("enum-value", "added")})
_SILENT_IN_REPLIES = frozenset({("became", "enum"), ("x-extensible-enum-value", "removed")})


def sentence(place: Place, change: Change) -> str:
    """The change in a sentence, for people."""
    path = change.path.text()
    subject = f"{place.label}: `{path}`" if path else place.label
    words = change.feature.replace("-", " ")
    match change.feature:
        case "lifecycle":
            return f"{subject} {change.action}"
        case "property":
            requirement = "required" if "required" in change.traits else "optional"
            return f"{place.label}: {change.action} the {requirement} property `{path}`"
        case "became":
            return f"{subject} became {_STATES.get(change.action, change.action)}{_list(change)}"
        case "enum-value" | "x-extensible-enum-value":
            return f"{subject}: {change.action} the value `{change.name}` of its {words.removesuffix(' value')}"
        case "type" | "format" | "list-of-types":
            return f"{subject}: the {words} changed from `{change.old}` to `{change.new}`"
        case _:
            return _general(subject, words, change)


def _general(subject: str, words: str, change: Change) -> str:
    if change.old is not None and change.new is not None and not isinstance(change.old, dict | list):
        return f"{subject}: {words} {_VERBS.get(change.action, change.action)} from `{change.old}` to `{change.new}`"
    name = (
        f" `{change.name}`"
        if change.name
        else f" `{change.new if change.new is not None else change.old}`"
        if _plain(change)
        else ""
    )
    return f"{subject}: {words}{name} was {_VERBS.get(change.action, change.action)}"


_STATES = {"not-nullable": "not nullable", "enum": "restricted to a list of values", "read-only": "read-only"}
_VERBS = {"set": "set", "unset": "removed", "increased": "increased", "decreased": "decreased"}


def _list(change: Change) -> str:
    return f": {', '.join(map(str, change.new))}" if change.action == "enum" and isinstance(change.new, list) else ""


def _plain(change: Change) -> bool:
    value = change.new if change.new is not None else change.old
    return isinstance(value, str | int | float)
