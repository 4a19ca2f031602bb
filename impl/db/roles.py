"""The database roles and their attributes (specification: data, section 1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Final

OWNER: Final = "migration_owner"
API: Final = "app_user"
WORKER: Final = "app_worker"
OPERATOR: Final = "app_ops"

LOGINS: Final[dict[str, str]] = {
    OWNER: "BYPASSRLS",  # owns schema objects and backfills every tenant's rows; never used at run time
    API: "NOBYPASSRLS",
    WORKER: "NOBYPASSRLS",
    OPERATOR: "NOBYPASSRLS",
}
GROUPS: Final[dict[str, str]] = {
    "app_rw": "NOBYPASSRLS",
    "app_ro": "NOBYPASSRLS",
    "app_maintenance": "BYPASSRLS",  # owns views and definer functions that must see every tenant
    "app_replay": "NOBYPASSRLS",  # owns the replay functions: the only way of a worker to ingestion tables
}
TIME_OUTS: Final[dict[str, dict[str, str]]] = {
    # A request is answered within seconds; what takes longer is stuck and holds what others wait for.
    API: {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "1min"},
    # A job has 300 s, then 360 s at most (`impl.jobs`): no statement of it may outlive it.
    WORKER: {"statement_timeout": "6min", "idle_in_transaction_session_timeout": "6min"},
    OPERATOR: {"statement_timeout": "2min", "idle_in_transaction_session_timeout": "2min"},
}
"""Settings of the roles that serve at run time. Migrations may take as long as they need."""
MEMBERSHIPS: Final[tuple[tuple[str, str], ...]] = (
    ("app_rw", API),
    ("app_ro", WORKER),
    ("app_ro", OPERATOR),
    ("app_maintenance", OWNER),  # only so that migrations can hand objects over
    ("app_replay", OWNER),
)

_ITERATIONS: Final = 4096


def scram_verifier(password: str) -> str:
    """SCRAM verifier of `password` (RFC 5803), the form in which PostgreSQL stores it."""
    # Computed here and not by the server, so that no statement and no log ever carries the password.
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(value).decode() for value in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"
