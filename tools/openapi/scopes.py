"""Scopes of a security scheme."""

from __future__ import annotations

from typing import Any


def declared(scheme: dict[str, Any]) -> dict[str, str] | None:
    """Descriptions by scope: those of OAuth flows, else of `x-scopes`, which an http bearer scheme needs because OpenAPI gives it
    scopes in requirements but no place to define them. None when the scheme has neither.
    """
    if scheme.get("type") == "oauth2":
        flows = scheme.get("flows")
        listed = (
            [flow.get("scopes") for flow in flows.values() if isinstance(flow, dict)] if isinstance(flows, dict) else []
        )
        return {name: text for one in listed if isinstance(one, dict) for name, text in one.items()}
    extension = scheme.get("x-scopes")
    return dict(extension) if isinstance(extension, dict) else None
