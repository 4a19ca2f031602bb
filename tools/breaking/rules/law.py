"""How bad a change is: level = f(effect, direction, guards). One law instead of a table of levels.

The effect of a schema change is computed by containment; of a structural change it follows from what was added or removed.
"""

from __future__ import annotations

import enum

from tools.openapi.problems import Severity


class Effect(enum.Enum):
    """Effect of a change on the set of messages."""

    NARROWS = "narrows"
    """Some message of before is no longer one."""
    WIDENS = "widens"
    """Some message is new."""
    INCOMPARABLE = "incomparable"
    """Both."""
    NONE = "none"
    """The same messages as before; only what is said about them changed."""
    UNKNOWN = "unknown"
    """Nobody can tell: undecided, or left open by the contract (a property no longer declared in an open object)."""
    VIOLATION = "violation"
    """A rule of the contract's life was broken: removed before its sunset, a date that is none."""


class Guard(enum.Enum):
    """Circumstances that lift the usual consequence."""

    SANCTIONED = "sanctioned"
    """Announced: deprecated, and past its sunset when it has one."""
    OPTIONAL_REPLY = "optional-reply"
    """Replies a client must live without anyway: error statuses, optional response properties."""
    ADVISORY = "advisory"
    """Says something about messages without changing them: discriminators, defaults, tags."""


REQUEST, RESPONSE, NEITHER = "request", "response", "none"


def level(effect: Effect, direction: str, guards: frozenset[Guard] = frozenset()) -> Severity:
    """The level of a change with this `effect` on messages that travel in this `direction`."""
    if guards:
        return Severity.INFO
    if effect in {Effect.INCOMPARABLE, Effect.VIOLATION}:
        return Severity.ERROR
    if effect is Effect.UNKNOWN:
        return Severity.WARNING
    harmful = {REQUEST: Effect.NARROWS, RESPONSE: Effect.WIDENS}.get(direction)
    return Severity.ERROR if effect is harmful else Severity.INFO
