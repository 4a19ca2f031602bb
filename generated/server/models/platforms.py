"""Schemas of platforms.

Generated from contracts/openapi/v1/platforms.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .._runtime.conforms import Conforms
from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Integer, Number, Text, Timestamp, Uuid
from .common import Platform


class PlatformConnectionRequest(ContractModel):
    """An account at a platform that is yours."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    status: Omittable[Literal["pending", "active", "disabled"]] = None
    """Whether the account is to be used."""
    metadata: Omittable[
        Annotated[
            dict[str, bool | Number | Annotated[str, Text(max_length=1000)] | None], Conforms({"maxProperties": 50})
        ]
    ] = None
    """Notes of your own about the account, 8 KiB at most, nothing about persons."""


class PlatformConnection(ContractModel):
    """An account at a platform that is yours."""

    id: Uuid
    """The connection."""
    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    status: Literal["pending", "active", "disabled"]
    """Whether the account is used."""
    metadata: Annotated[
        dict[str, bool | Number | Annotated[str, Text(max_length=1000)] | None], Conforms({"maxProperties": 50})
    ]
    """Your notes about the account."""
    created_at: Timestamp
    """When it was first connected (UTC)."""
    updated_at: Timestamp
    """When it was last changed (UTC)."""


class PlatformCredentialsRequest(ContractModel):
    """Access to an account that a platform granted you."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """The access token. It is sealed before it is stored and never shown again."""
    refresh_token: Maybe[Annotated[str, Text(max_length=8192)]] = UNSET
    """The token that renews it, where the platform gives one."""
    expires_at: Maybe[Timestamp] = UNSET
    """Until when the access token is good (UTC)."""
    scope: Maybe[Annotated[str, Text(max_length=2000)]] = UNSET
    """What the platform granted."""
    token_type: Maybe[Literal["Bearer"]] = UNSET
    """How the token is sent to the platform."""


class PlatformCredentials(ContractModel):
    """What we keep about your access to an account; never the tokens."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    status: Literal["stored", "expired", "missing"]
    """Whether there is access."""
    expires_at: Timestamp | None
    """Until when the access token is good (UTC). Null when it does not expire."""
    updated_at: Timestamp
    """When it was last changed (UTC)."""


LifecycleState: TypeAlias = Literal[
    "not_connected", "authorization_pending", "connected", "expired", "revoked", "reconnect_required"
]
"""How our access to the account stands."""

RefreshState: TypeAlias = Literal["not_attempted", "fresh", "due", "in_progress", "succeeded", "failed"]
"""How the renewal of our access stands."""


class OAuthAuthorizationRequest(ContractModel):
    """Where to come back to, and what to ask for."""

    model_config = ConfigDict(extra="forbid")

    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    redirect_uri: Annotated[str, Text(max_length=2048, format="uri")]
    """The page of your dashboard to come back to. It must be on the list of allowed pages."""
    requested_scopes: Omittable[
        Annotated[list[Annotated[str, Text(min_length=1, max_length=255)]], Field(max_length=50)]
    ] = None
    """What to ask the platform for. Without it, what we need."""


class OAuthAuthorization(ContractModel):
    """Where to send the person who may grant access."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old this information is."""
    last_updated: Timestamp
    """When it was last changed (UTC)."""
    lifecycle_state: LifecycleState
    authorization_url: Annotated[str, Text(max_length=4096, format="uri")]
    """Open this page of the platform."""
    state_reference: Annotated[str, Text(min_length=1, max_length=255)]
    """Names this attempt. It comes back with the person."""
    state_expires_at: Timestamp
    """Until when the attempt can be finished (UTC)."""


class OAuthCompletion(ContractModel):
    """Access was granted."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old this information is."""
    last_updated: Timestamp
    """When it was last changed (UTC)."""
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState


class OAuthStatus(ContractModel):
    """How our access to an account stands."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old this information is."""
    last_updated: Timestamp
    """When it was last changed (UTC)."""
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The account at the platform, as the platform calls it."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState
    expires_at: Omittable[Timestamp] = None
    """Until when access is granted (UTC)."""
    scope: Omittable[Annotated[str, Text(max_length=2000)]] = None
    """What the platform granted."""


class OAuthDisconnectRequest(ContractModel):
    """Why the connection ends."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal["user_initiated", "provider_revoked", "security_event", "tenant_offboarding"]
    """Why it ends."""
    platform_account_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """The account at the platform, as the platform calls it."""


class OAuthDisconnection(ContractModel):
    """The connection has ended."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old this information is."""
    last_updated: Timestamp
    """When it was last changed (UTC)."""
    lifecycle_state: LifecycleState
    disconnected_at: Timestamp
    """When it ended (UTC)."""


class OAuthRefresh(ContractModel):
    """How the renewal of our access stands."""

    tenant_id: Uuid
    """Your tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """How old this information is."""
    last_updated: Timestamp
    """When it was last changed (UTC)."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState
    next_refresh_due_at: Timestamp | None
    """When it will be renewed next (UTC)."""
    last_refresh_attempt_at: Timestamp | None
    """When it was last tried (UTC)."""
    last_refresh_success_at: Timestamp | None
    """When it last worked (UTC)."""
    last_error_code: Annotated[str, Text(max_length=64)] | None
    """Why it last failed."""
