"""Who may call: nothing is open by accident, and no scheme opens what it is not for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.openapi import scopes
from tools.openapi.problems import Problem
from tools.rules.rule import finding, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.openapi.problems import Origin
    from tools.rules.contract import Contract, Node, OperationNodes

PUBLIC = frozenset({"login", "getHealthStatus", "readinessProbe", "livenessProbe"})
"""The complete list of operations that anybody may call."""

ACCESS, REFRESH, KEY, URL_KEY = "accessBearerAuth", "refreshBearerAuth", "tenantKeyAuth", "tenantUrlKeyAuth"


def security_is_declared(contract: Contract) -> Iterator[Problem]:
    """Every operation declares its own `security`; an inherited or missing declaration can leave it open by mistake."""
    for operation in contract.operations:
        if "security" not in operation.node.value:
            hint = f"add security: [{{{ACCESS}: [viewer]}}]"
            yield finding(operation.node.at(), f"{operation.id} does not declare `security`", hint=hint)


def public_operations(contract: Contract) -> Iterator[Problem]:
    """Login and the three open health probes are public, and nothing else is."""
    for operation in contract.operations:
        is_public = not operation.security or {} in operation.security
        if is_public and "security" in operation.node.value and operation.id not in PUBLIC:
            yield finding(operation.node.at("security"), f"{operation.id} is public", hint="require a security scheme")


def known_security_scheme(contract: Contract) -> Iterator[Problem]:
    """Every scheme that an operation names is defined in its file; an undefined scheme protects nothing."""
    for operation, name, origin in _requirements(contract):
        if name not in _defined(contract, operation):
            hint = "define it under components.securitySchemes"
            yield finding(origin, f"{operation.id} uses the security scheme {name!r}, which is not defined", hint=hint)


def known_scope(contract: Contract) -> Iterator[Problem]:
    """Every scope is defined by its security scheme."""
    for operation, name, origin in _requirements(contract):
        known = _scopes(contract, operation, name)
        for scope in _asked(operation, name) if known is not None else ():
            if scope not in (known or ()):
                yield finding(
                    origin, f"{name} has no scope {scope!r}", hint=f"scopes are {', '.join(sorted(known or ()))}"
                )


def access_needs_scope(contract: Contract) -> Iterator[Problem]:
    """An operation with an access token requires at least one scope, and below `/admin/` the scope `admin`."""
    for operation, name, origin in _requirements(contract):
        if name != ACCESS:
            continue
        scopes = _asked(operation, name)
        if not scopes:
            yield finding(origin, f"{operation.id} requires no scope", hint="add viewer, manager or admin")
        elif "/admin/" in operation.path and scopes != ["admin"]:
            yield finding(
                origin, f"{operation.id} is below /admin/ and allows {', '.join(scopes)}", hint="write [admin]"
            )


def refresh_scheme(contract: Contract) -> Iterator[Problem]:
    """`refreshToken` accepts the refresh token and no access token; no other operation accepts a refresh token."""
    for operation, name, origin in _requirements(contract):
        if (operation.id == "refreshToken") != (name == REFRESH):
            yield finding(origin, f"{name} does not authenticate {operation.id}")


def webhook_scheme(contract: Contract) -> Iterator[Problem]:
    """Processors authenticate with a tenant key; only the four dispatchers take the key in the address."""
    for operation, name, origin in _requirements(contract):
        is_dispatcher = operation.is_webhook and operation.path.count("/") == 3
        if operation.is_webhook and name not in (KEY, URL_KEY):
            yield finding(origin, f"{name} is not accepted by webhooks", hint=f"write {KEY}")
        elif name == URL_KEY and not is_dispatcher:
            yield finding(origin, f"{URL_KEY} is for the four webhook dispatchers, not for {operation.id}")


def disallowed_schemes(contract: Contract) -> Iterator[Problem]:
    """No scheme listed in `x-disallowed-security-schemes` authorises the operation."""
    for operation, name, origin in _requirements(contract):
        if name in operation.node.listed("x-disallowed-security-schemes"):
            yield finding(origin, f"{operation.id} both requires and disallows {name}")


RULES = rules_of(
    "security",
    (
        security_is_declared,
        public_operations,
        known_security_scheme,
        known_scope,
        access_needs_scope,
        refresh_scheme,
        webhook_scheme,
        disallowed_schemes,
    ),
)


def _requirements(contract: Contract) -> Iterator[tuple[OperationNodes, str, Origin]]:
    """Every scheme that an operation names itself, with its place."""
    for operation in contract.operations:
        for index, alternative in enumerate(operation.node.listed("security")):
            for name in alternative if isinstance(alternative, dict) else ():
                yield operation, name, operation.node.at("security", index, name)


def _asked(operation: OperationNodes, name: str) -> list[str]:
    return [scope for alternative in operation.security for scope in alternative.get(name, ())]


def _defined(contract: Contract, operation: OperationNodes) -> dict[str, Node]:
    """Security schemes of the operation's file, by name."""
    schemes = contract.all("security-scheme")
    return {node.name: node for node in schemes if node.document is operation.document}


def _scopes(contract: Contract, operation: OperationNodes, name: str) -> set[str] | None:
    """Scopes that scheme `name` defines; None when it has none to define."""
    declared = _defined(contract, operation).get(name)
    scheme = contract.follow(declared) if declared is not None else None
    declared_scopes = scopes.declared(scheme.value) if scheme is not None else None
    return None if declared_scopes is None else set(declared_scopes)
