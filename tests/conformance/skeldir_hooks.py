"""What Schemathesis must know about Skeldir beyond its contract: logins that are used up by the request that carries them.

`logout` and `refreshToken` get a fresh login each time, `login` gets somebody who exists wherever its request is meant to be right.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import requests
import schemathesis

from tools.conformance.drive.hooks import SESSION

SPARE = [login for login in SESSION["extra"]["spare"] if login["scopes"]]
ISSUED = Path(SESSION["issued"])
_SENDER = requests.Session()


SACRIFICE = next(login for login in SESSION["logins"] if login["name"] == SESSION["sacrifices"][0])
ADMIN_ONLY = frozenset(SESSION["private"]) - {"logout", "refreshToken", "changePassword"}


def fresh_login(login: dict[str, Any]) -> dict[str, Any]:
    """Tokens nobody has used yet; noted, so that the oracle knows them."""
    headers = {"X-Correlation-ID": str(uuid.UUID(int=1))}
    reply = _SENDER.post(SESSION["url"] + login["path"], json=login["body"], headers=headers, timeout=20)
    tokens: dict[str, Any] = reply.json()
    with ISSUED.open("a", encoding="utf-8") as notes:
        for scheme, name in (("accessBearerAuth", "access_token"), ("refreshBearerAuth", "refresh_token")):
            scopes = login["scopes"] if scheme == "accessBearerAuth" else []
            row = {
                "name": login["name"],
                "scheme": scheme,
                "value": f"Bearer {tokens[name]}",
                "scopes": scopes,
                "tenant": "a",
            }
            notes.write(json.dumps(row) + "\n")
    return tokens


def _change_password(case: Any) -> None:
    """By somebody whom nobody else logs in as: all their sessions end with it."""
    case.headers["Authorization"] = f"Bearer {fresh_login(SPARE[2])['access_token']}"
    if _is_positive(case) and isinstance(case.body, dict):
        case.body = {**case.body, "current_password": SPARE[2]["body"]["password"]}


def _is_positive(case: Any) -> bool:
    return case.meta is None or str(case.meta.generation.mode.value) == "positive"


def _carries_a_token(case: Any) -> bool:
    return str((case.headers or {}).get("Authorization", "")).startswith("Bearer ey")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # the signature is Schemathesis'
    """Give `login`, `logout` and `refreshToken` what makes them succeed, where the case means them to."""
    operation = case.operation.definition.raw.get("operationId")
    if case.media_type == "application/x-www-form-urlencoded" and _is_positive(case):
        _make_ping(case, kwargs)
    elif operation == "login" and _is_positive(case) and _phase(case) in {"examples", "stateful"}:
        case.body = dict(SPARE[1]["body"])
    elif operation == "logout" and _carries_a_token(case):
        case.headers["Authorization"] = f"Bearer {fresh_login(SPARE[0])['access_token']}"
    elif operation == "changePassword" and _carries_a_token(case):
        _change_password(case)
    elif operation in ADMIN_ONLY and _carries_a_token(case):
        _administer(case)
    elif operation == "refreshToken" and _carries_a_token(case):
        _refresh(case)


def _administer(case: Any) -> None:
    """By an admin whom nobody else needs, about a user whom nobody else needs."""
    case.headers["Authorization"] = f"Bearer {fresh_login(SACRIFICE)['access_token']}"
    if _is_positive(case) and isinstance(case.body, dict) and "user_id" in case.body:
        case.body = {**case.body, "user_id": SESSION["extra"]["victim"]}


def _refresh(case: Any) -> None:
    token = fresh_login(SPARE[0])["refresh_token"]
    case.headers["Authorization"] = f"Bearer {token}"
    if _is_positive(case) and isinstance(case.body, dict):
        case.body = {**case.body, "refresh_token": token}
        if "tenant_id" in case.body:
            case.body["tenant_id"] = SPARE[0]["body"]["tenant_id"]


def _make_ping(case: Any, kwargs: dict[str, Any]) -> None:
    """What WooCommerce sends when a webhook is switched on: a form about nothing, which nobody signs."""
    kwargs.pop("auth", None)
    case.headers = {
        name: value for name, value in (case.headers or {}).items() if not name.lower().startswith("x-wc-webhook-")
    }


def _phase(case: Any) -> str:
    return str(case.meta.phase.name.value).lower() if case.meta is not None else ""
