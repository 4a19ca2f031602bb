"""Security as clients meet it: alternatives, each a conjunction of schemes with scopes.

A change is safe when every way in of before still opens the door: for each old alternative some new one asks for no more.
"""

from __future__ import annotations

from typing import Any

from tools.breaking.input.documents import At, Spec, at_of
from tools.breaking.rules import facts, law
from tools.breaking.rules.facts import Fact, OperationPair
from tools.breaking.rules.law import Effect
from tools.breaking.rules.pairing import Pairing
from tools.openapi import operations as reader

Json = Any
Way = dict[str, frozenset[str]]
"""One alternative: scheme name to scopes. Empty: no credentials."""
_INSTEAD = "keep the old way in as an alternative until clients have moved"


def effective(spec: Spec, operation: At) -> tuple[list[Way], At]:
    """Ways into an operation, and where they are written."""
    root, node = spec.node(spec.root), spec.node(operation)
    required = reader.Operation(root, "", "", node, node).security_node()
    if required is None or not isinstance(required.value, list):
        return [{}], operation
    return ways(required.value), at_of(required)


def ways(listed: list[Json]) -> list[Way]:
    """`security` as alternatives; an empty list needs no credentials."""
    alternatives: list[Way] = [
        {name: frozenset(scopes or ()) for name, scopes in entry.items()} for entry in listed if isinstance(entry, dict)
    ]
    return alternatives or [Way()]


def compare(pairing: Pairing, operation: OperationPair) -> None:
    """Compare the ways into one operation."""
    (old, was), (new, now) = effective(pairing.base, operation.base), effective(pairing.head, operation.head)
    new_names = renamed(pairing)
    new = [{new_names.get(name, name): scopes for name, scopes in way.items()} for way in new]
    for way in old:
        if not any(_opens(way, other) for other in new):
            _closed(pairing, operation, (was, now), way, new)
    for way in new:
        if way not in old and any(_opens(other, way) for other in old):
            name = (
                "api-security-scope-removed" if any(set(way) == set(other) for other in old) else "api-security-added"
            )
            _info(pairing, operation, (was, now), name, f"it now suffices to present {shown(way)}", shown(way))
        elif (
            way not in old
            and not any(set(way) == set(other) for other in old)
            and all(any(_opens(o, n) for n in new if n != way) for o in old)
        ):
            _info(pairing, operation, (was, now), "api-security-added", f"{shown(way)} is accepted too", shown(way))
    _definitions(pairing, operation, old, new)


def renamed(pairing: Pairing) -> dict[str, str]:
    """Schemes of now by the name of before that asks for the same credential, where only the name changed."""
    old, new = (spec.entries(spec.root, "components", "securitySchemes") for spec in (pairing.base, pairing.head))
    gone = {
        name: [at.raw.get("type"), *_identity(at.raw)]
        for name, at in old.items()
        if name not in new and isinstance(at.raw, dict)
    }
    names: dict[str, str] = {}
    for name, at in new.items():
        if name in old or not isinstance(at.raw, dict):
            continue
        own = [at.raw.get("type"), *_identity(at.raw)]
        former = next((other for other, identity in gone.items() if identity == own), None)
        if former is not None:
            names[name] = former
            del gone[former]
    return names


def _opens(presented: Way, required: Way) -> bool:
    return all(name in presented and scopes <= presented[name] for name, scopes in required.items())


def _closed(pairing: Pairing, operation: OperationPair, places: tuple[At, At], way: Way, new: list[Way]) -> None:
    if not way:
        identifier, text = "api-security-added", f"credentials are required: {' or '.join(map(shown, new))}"
    elif any(set(other) == set(way) for other in new):
        more = sorted(
            {scope for other in new if set(other) == set(way) for name in way for scope in other[name] - way[name]}
        )
        identifier, text = (
            "api-security-scope-added",
            f"{shown(way)} no longer suffices: the scopes {', '.join(more)} are required",
        )
    else:
        identifier, text = "api-security-removed", f"{shown(way)} no longer suffices"
    fact = Fact(identifier, Effect.NARROWS, text, *places, law.REQUEST, subject=f"{shown(way)}", instead=_INSTEAD)
    facts.report(pairing, fact, operation)


def _info(
    pairing: Pairing, operation: OperationPair, places: tuple[At, At], identifier: str, text: str, subject: str
) -> None:
    facts.report(pairing, Fact(identifier, Effect.NONE, text, *places, subject=subject), operation)


def shown(way: Way) -> str:
    """`bearer (read, write) with key`, or `no credentials`."""
    parts = [
        f"`{name}`" + (f" ({', '.join(sorted(scopes))})" if scopes else "") for name, scopes in sorted(way.items())
    ]
    return " with ".join(parts) or "no credentials"


def _identity(raw: dict[str, Json]) -> list[str]:
    """Credential that a client presents. OAuth, OpenID and bearer schemes all end in the same header with a token."""
    kind, scheme = str(raw.get("type", "")).lower(), str(raw.get("scheme", "")).lower()
    if kind in {"oauth2", "openidconnect"} or (kind == "http" and scheme in {"bearer", ""}):
        return ["bearer token"]
    return [kind, scheme, str(raw.get("in", "")).lower(), str(raw.get("name", "")).lower()]


def _definitions(pairing: Pairing, operation: OperationPair, old: list[Way], new: list[Way]) -> None:
    """A scheme that keeps its name but asks for another kind of credential closes every way that uses it."""
    for name in sorted({name for way in old for name in way} & {name for way in new for name in way}):
        sides = [spec.child(spec.root, "components", "securitySchemes", name) for spec in (pairing.base, pairing.head)]
        if any(side is None or not isinstance(side.raw, dict) for side in sides):
            continue
        was, now = (side for side in sides if side is not None)
        before, after = (_identity(side.raw) for side in (was, now))
        if before != after and not any(name not in way and any(_opens(first, way) for first in old) for way in new):
            text = f"the scheme `{name}` asks for another credential: {_said(before)} became {_said(after)}"
            fact = Fact(
                "api-security-scheme-changed",
                Effect.NARROWS,
                text,
                was,
                now,
                law.REQUEST,
                subject=name,
                instead=_INSTEAD,
            )
            facts.report(pairing, fact, operation)


def _said(identity: list[str]) -> str:
    return " ".join(part for part in identity if part)


def components(pairing: Pairing) -> None:
    """Changes of the schemes and of the global requirement, as such."""
    old, new = (spec.entries(spec.root, "components", "securitySchemes") for spec in (pairing.base, pairing.head))
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        places = was or pairing.base.root, now or pairing.head.root
        if was is not None and now is not None:
            _scheme(pairing, name, was, now)
        else:
            action = "removed" if was is not None else "added"
            text = f"the security scheme `{name}` was {action}"
            facts.report(pairing, Fact(f"api-security-component-{action}", Effect.NONE, text, *places, subject=name))
    _global(pairing)


def _scheme(pairing: Pairing, name: str, was: At, now: At) -> None:
    if was.raw.get("type") != now.raw.get("type"):
        text = f"the security scheme `{name}` went from {was.raw.get('type')} to {now.raw.get('type')}"
        facts.report(pairing, Fact("api-security-component-type-changed", Effect.NONE, text, was, now, subject=name))
        return
    before, after = was.raw.get("flows") or {}, now.raw.get("flows") or {}
    for flow in before.keys() & after.keys():
        for word, part in (("authorizationUrl", "url"), ("tokenUrl", "token-url")):
            if before[flow].get(word) != after[flow].get(word):
                text = f"the {part} of `{name}` went from {before[flow].get(word)} to {after[flow].get(word)}"
                facts.report(
                    pairing,
                    Fact(
                        f"api-security-component-oauth-{part}-changed",
                        Effect.NONE,
                        text,
                        was,
                        now,
                        subject=f"{name}|{flow}",
                    ),
                )
        _scopes(pairing, name, (was, now), before[flow].get("scopes") or {}, after[flow].get("scopes") or {})


def _scopes(pairing: Pairing, name: str, places: tuple[At, At], old: dict[str, str], new: dict[str, str]) -> None:
    for scope in sorted(old.keys() | new.keys()):
        if old.get(scope) != new.get(scope):
            action = "added" if scope not in old else "removed" if scope not in new else "changed"
            text = f"the scope `{scope}` of `{name}` was {action}"
            facts.report(
                pairing, Fact(f"api-security-component-oauth-scope-{action}", Effect.NONE, text, *places, subject=scope)
            )


def _global(pairing: Pairing) -> None:
    old, new = (ways(spec.root.raw.get("security") or []) for spec in (pairing.base, pairing.head))
    was, now = (spec.child(spec.root, "security") or spec.root for spec in (pairing.base, pairing.head))
    schemes = [{name: scopes for way in side for name, scopes in way.items()} for side in (old, new)]
    for name in sorted(schemes[0].keys() | schemes[1].keys()):
        if (name in schemes[0]) != (name in schemes[1]):
            action = "added" if name in schemes[1] else "removed"
            text = f"the scheme `{name}` was {action} for the whole API"
            facts.report(pairing, Fact(f"api-global-security-{action}", Effect.NONE, text, was, now, subject=name))
            continue
        for scope in sorted(schemes[0][name] ^ schemes[1][name]):
            action = "added" if scope in schemes[1][name] else "removed"
            text = f"the scope `{scope}` of `{name}` was {action} for the whole API"
            facts.report(
                pairing, Fact(f"api-global-security-scope-{action}", Effect.NONE, text, was, now, subject=scope)
            )
