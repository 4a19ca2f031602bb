"""Why a change matters and what to do instead."""

from __future__ import annotations

from tools.breaking.rules.changes import Change
from tools.breaking.rules.law import Effect
from tools.breaking.schema import contain
from tools.openapi.problems import Severity

WHOLE = (
    "keep accepting what was accepted and sending only what was promised, or publish a new operation beside this one"
)
UNDECIDED = "write the schema more simply, or accept the finding with a reason once a person has checked it"
_ANNOTATED = "Payloads stay valid, but generated clients read this value as another type."

_INSTEAD = {
    "required": "make it optional, with a default that keeps the old behaviour",
    "property": "keep the property and mark it deprecated with a sunset date, or add the new one as optional",
    "enum-value": "keep the value; in replies, send new values only to clients that asked for them, by a new operation",
    "enum": "keep accepting other values, or publish a new field beside this one",
    "type": "add a new property with the new type and deprecate this one",
    "list-of-types": "keep the old types, or add a new property",
    "format": "keep the format, or add a new property with the new one",
    "nullable": "leave the property out instead of sending null",
    "not-nullable": "keep accepting null and treat it as absent",
    "pattern": "keep the old pattern and check the new rule in the service, with a clear error",
    "additional-properties": "keep the object open and ignore what is not known",
}
_BOUND = "keep the old bound, or enforce the new one for new clients only"


def why(travel: str, effect: Effect, level: Severity, change: Change) -> str:
    """A sentence on who notices and how."""
    if "annotation" in change.traits:
        return _ANNOTATED if level is Severity.ERROR else ""
    if effect is Effect.UNKNOWN and (change.feature, change.action) == ("property", "removed"):
        return "Clients may still send it, and nothing says whether it is heeded."
    return of_direction(travel, effect)


def of_direction(travel: str, effect: Effect) -> str:
    """Consequence of an effect for messages that travel in this direction."""
    if effect is Effect.UNKNOWN:
        return "Neither a proof of safety nor a counter-example was found within the budget."
    if effect is Effect.NONE:
        return ""
    if travel == contain.REQUEST:
        return "A client that keeps to the old contract may send the witness, and the new contract refuses it."
    return "A server that keeps to the new contract may send the witness, and clients of the old contract do not expect it."


def instead(change: Change, travel: str) -> str:
    """Advice for the author."""
    del travel
    key = change.action if change.feature == "became" else change.feature
    return _INSTEAD.get(key) or (_BOUND if change.action in {"increased", "decreased", "set", "unset"} else WHOLE)
