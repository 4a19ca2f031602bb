"""Request bodies, replies, their media types and headers."""

from __future__ import annotations

from typing import Any

from tools.breaking.input.documents import At
from tools.breaking.rules import facts, law, media, schema_rules
from tools.breaking.rules.facts import Fact, OperationPair
from tools.breaking.rules.law import Effect, Guard
from tools.breaking.rules.naming import BODY, HEADER, Place
from tools.breaking.rules.pairing import Pairing
from tools.breaking.rules.schema_rules import Use

Json = Any
_KEEP_REPLY = "keep the old reply, and add the new one beside it"


def compare(pairing: Pairing, operation: OperationPair) -> None:
    """Compare what one operation takes and gives."""
    _request(pairing, operation)
    _responses(pairing, operation)


def _request(pairing: Pairing, operation: OperationPair) -> None:
    old, new = pairing.base.child(operation.base, "requestBody"), pairing.head.child(operation.head, "requestBody")
    travel = operation.travel(law.REQUEST)
    if old is None and new is not None:
        requirement, effect = (
            ("required", Effect.NARROWS) if new.raw.get("required") is True else ("optional", Effect.WIDENS)
        )
        fact = Fact(
            f"request-body-added-{requirement}",
            effect,
            f"a request body was added and is {requirement}",
            operation.base,
            new,
            travel,
        )
        facts.report(pairing, fact, operation)
    elif old is not None and new is None:
        text = "the request body was removed"
        facts.report(
            pairing, Fact("request-body-removed", Effect.NARROWS, text, old, operation.head, travel), operation
        )
    elif old is not None and new is not None:
        was, now = (at.raw.get("required") is True for at in (old, new))
        if was != now:
            state, effect = ("required", Effect.NARROWS) if now else ("optional", Effect.WIDENS)
            fact = Fact(f"request-body-became-{state}", effect, f"the request body became {state}", old, new, travel)
            facts.report(pairing, fact, operation)
        _content(pairing, operation, old, new, "", law.REQUEST)


def _content(pairing: Pairing, operation: OperationPair, old: At, new: At, status: str, direction: str) -> None:
    before, after = pairing.base.entries(old, "content"), pairing.head.entries(new, "content")
    if direction == law.RESPONSE and not before and after:
        return _body_appeared(pairing, operation, old, new, status)
    pairs, removed, added = media.matched(list(before), list(after))
    owner = f"the {status} reply" if status else "the request body"
    for first, second in pairs:
        if direction == law.RESPONSE and first != second:
            _renamed(pairing, operation, before[first], after[second], first, second)
        _media(pairing, operation, before[first], after[second], owner, direction)
    travel = operation.travel(direction)
    for name in removed:
        narrows = Effect.NARROWS if direction == law.REQUEST else Effect.INCOMPARABLE
        prefix = "request-body" if direction == law.REQUEST else "response"
        text = f"{owner} is no longer offered as {name}"
        fact = Fact(
            f"{prefix}-media-type-removed",
            narrows,
            text,
            before[name],
            new,
            travel,
            subject=name,
            instead="keep the media type beside the new one",
        )
        facts.report(pairing, fact, operation)
    for name in added:
        prefix = "request-body" if direction == law.REQUEST else "response"
        fact = Fact(
            f"{prefix}-media-type-added",
            Effect.NONE,
            f"{owner} can also be {name}",
            old,
            after[name],
            travel,
            subject=name,
        )
        facts.report(pairing, fact, operation)
    return None


def _body_appeared(pairing: Pairing, operation: OperationPair, old: At, new: At, status: str) -> None:
    for name, at in pairing.head.entries(new, "content").items():
        fact = Fact(
            "response-media-type-added",
            Effect.NONE,
            f"the {status} reply can also be {name}",
            old,
            at,
            law.RESPONSE,
            subject=name,
        )
        facts.report(pairing, fact, operation)


def _renamed(pairing: Pairing, operation: OperationPair, old: At, new: At, first: str, second: str) -> None:
    how = media.relation(first, second)
    effect = Effect.WIDENS if how == "generalized" else Effect.NONE
    text = f"the media type {first} became {second}"
    fact = Fact(f"response-media-type-name-{how}", effect, text, old, new, law.RESPONSE, subject=f"{first}|{second}")
    facts.report(pairing, fact, operation)


def _media(pairing: Pairing, operation: OperationPair, old: At, new: At, owner: str, direction: str) -> None:
    base, head = pairing.base.schema(old), pairing.head.schema(new)
    travel = operation.travel(direction)
    prefix = "request-body" if direction == law.REQUEST else "response-body"
    if base is not None and head is not None:
        name = "" if media.is_json(old.name) else f" ({old.name})"
        use = Use(
            operation.key, operation.operation_id, Place(BODY, direction, owner + name), travel, media.wire_of(old.name)
        )
        schema_rules.compare(pairing, use, base, head)
    elif head is not None:
        effect = Effect.NARROWS
        fact = Fact(
            f"{prefix}-media-type-schema-added", effect, f"{owner} ({new.name}) was given a schema", old, head, travel
        )
        facts.report(pairing, fact, operation)
    elif base is not None:
        effect = Effect.UNKNOWN if travel == law.RESPONSE else Effect.WIDENS
        fact = Fact(
            f"{prefix}-media-type-schema-removed", effect, f"{owner} ({old.name}) lost its schema", base, new, travel
        )
        facts.report(pairing, fact, operation)


def _responses(pairing: Pairing, operation: OperationPair) -> None:
    old, new = pairing.base.entries(operation.base, "responses"), pairing.head.entries(operation.head, "responses")
    for status, at in old.items():
        counterpart = new.get(status) or _in_range(status, new)
        if counterpart is not None:
            _response(pairing, operation, at, counterpart, status)
        elif not _covers(status, new):
            _status_removed(pairing, operation, at, status)
    for status, at in new.items():
        if status in old:
            continue
        ranged = _in_range(status, old)
        if ranged is not None:
            _response(pairing, operation, ranged, at, status)
        elif not _covers(status, old) and status != "default":
            group = "success" if is_success(status) else "non-success"
            fact = Fact(
                f"response-{group}-status-added",
                Effect.NONE,
                f"the reply may have the status {status}",
                operation.base,
                at,
                subject=status,
            )
            facts.report(pairing, fact, operation)


def is_success(status: str) -> bool:
    """Whether a status, or range of them, says that all went well."""
    return status[:1] == "2"


def _in_range(status: str, others: dict[str, At]) -> At | None:
    """The range (`2XX`) among `others` that holds `status`."""
    return next((at for name, at in others.items() if name.upper() == f"{status[:1]}XX" and status.isdecimal()), None)


def _covers(status: str, others: dict[str, At]) -> bool:
    """Whether `status` is a range of which `others` has members."""
    return status[1:].upper() == "XX" and any(name[:1] == status[:1] for name in others)


def _status_removed(pairing: Pairing, operation: OperationPair, at: At, status: str) -> None:
    group = "success" if is_success(status) else "non-success"
    text = f"the reply with the status {status} was removed"
    if status == "default":
        group, text = "default", "the default reply was removed"
    guards = frozenset() if group == "success" else frozenset({Guard.OPTIONAL_REPLY})
    fact = Fact(
        f"response-{group}-status-removed",
        Effect.INCOMPARABLE,
        text,
        at,
        operation.head,
        law.RESPONSE,
        guards,
        status,
        _KEEP_REPLY,
        fine_print=status == "default",
    )
    facts.report(pairing, fact, operation)


def _response(pairing: Pairing, operation: OperationPair, old: At, new: At, status: str) -> None:
    _content(pairing, operation, old, new, status, law.RESPONSE)
    _headers(pairing, operation, old, new, status)
    before, after = pairing.base.entries(old, "links"), pairing.head.entries(new, "links")
    for name in dict.fromkeys([*before, *after]):
        if (name in before) != (name in after):
            action = "added" if name in after else "removed"
            text = f"the link `{name}` of the {status} reply was {action}"
            places = before.get(name, old), after.get(name, new)
            fact = Fact(f"response-link-{action}", Effect.NONE, text, *places, subject=name, fine_print=True)
            facts.report(pairing, fact, operation)


def _headers(pairing: Pairing, operation: OperationPair, old: At, new: At, status: str) -> None:
    before = {name.lower(): at for name, at in pairing.base.entries(old, "headers").items()}
    after = {name.lower(): at for name, at in pairing.head.entries(new, "headers").items()}
    travel = operation.travel(law.RESPONSE)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        label = f"the header `{(was or now or old).name}` of the {status} reply"
        if was is not None and now is not None:
            _header(pairing, operation, was, now, label)
        elif was is not None:
            requirement = was.raw.get("required") is True
            identifier = "required-response-header-removed" if requirement else "optional-response-header-removed"
            effect = Effect.WIDENS if requirement else Effect.UNKNOWN
            facts.report(
                pairing, Fact(identifier, effect, f"{label} was removed", was, new, travel, subject=name), operation
            )
        elif now is not None:
            facts.report(
                pairing,
                Fact("response-header-added", Effect.NONE, f"{label} was added", old, now, travel, subject=name),
                operation,
            )


def _header(pairing: Pairing, operation: OperationPair, old: At, new: At, label: str) -> None:
    was, now = (at.raw.get("required") is True for at in (old, new))
    travel = operation.travel(law.RESPONSE)
    if was != now:
        state, effect = ("required", Effect.NARROWS) if now else ("optional", Effect.WIDENS)
        facts.report(
            pairing,
            Fact(f"response-header-became-{state}", effect, f"{label} became {state}", old, new, travel),
            operation,
        )
    base, head = pairing.base.schema(old), pairing.head.schema(new)
    if base is not None and head is not None:
        use = Use(operation.key, operation.operation_id, Place(HEADER, law.RESPONSE, label), travel, "text")
        schema_rules.compare(pairing, use, base, head)
