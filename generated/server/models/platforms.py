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
    """A connected account at a platform."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    status: Omittable[Literal["pending", "active", "disabled"]] = None
    """Status of the connection."""
    metadata: Omittable[
        Annotated[
            dict[str, bool | Number | Annotated[str, Text(max_length=1000)] | None], Conforms({"maxProperties": 50})
        ]
    ] = None
    """Custom metadata of the account, at most 8 KiB, without personal data."""


class PlatformConnection(ContractModel):
    """A connected account at a platform."""

    id: Uuid
    """ID of the connection."""
    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    status: Literal["pending", "active", "disabled"]
    """Status of the connection."""
    metadata: Annotated[
        dict[str, bool | Number | Annotated[str, Text(max_length=1000)] | None], Conforms({"maxProperties": 50})
    ]
    """Custom metadata of the account."""
    created_at: Timestamp
    """Time the account was first connected (UTC)."""
    updated_at: Timestamp
    """Time of the last change (UTC)."""


class PlatformCredentialsRequest(ContractModel):
    """Credentials of an account at a platform."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """The access token. It is encrypted before it is stored and never returned."""
    refresh_token: Maybe[Annotated[str, Text(max_length=8192)]] = UNSET
    """The refresh token, if the platform issues one."""
    expires_at: Maybe[Timestamp] = UNSET
    """Expiry time of the access token (UTC)."""
    scope: Maybe[Annotated[str, Text(max_length=2000)]] = UNSET
    """Scopes granted by the platform."""
    token_type: Maybe[Literal["Bearer"]] = UNSET
    """Token type."""


class PlatformCredentials(ContractModel):
    """Metadata of the stored credentials; never the tokens."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    status: Literal["stored", "expired", "missing"]
    """Status of the credentials."""
    expires_at: Timestamp | None
    """Expiry time of the access token (UTC). Null if it does not expire."""
    updated_at: Timestamp
    """Time of the last change (UTC)."""


LifecycleState: TypeAlias = Literal[
    "not_connected", "authorization_pending", "connected", "expired", "revoked", "reconnect_required"
]
"""Status of the access to the account."""

RefreshState: TypeAlias = Literal["not_attempted", "fresh", "due", "in_progress", "succeeded", "failed"]
"""Status of the token refresh."""


class OAuthAuthorizationRequest(ContractModel):
    """Account, redirect URI and scopes of an authorization."""

    model_config = ConfigDict(extra="forbid")

    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    redirect_uri: Annotated[str, Text(max_length=2048, format="uri")]
    """Redirect URI of your dashboard. Must be on the list of allowed URIs."""
    requested_scopes: Omittable[
        Annotated[list[Annotated[str, Text(min_length=1, max_length=255)]], Field(max_length=50)]
    ] = None
    """Scopes to request. Defaults to the scopes we need."""


class OAuthAuthorization(ContractModel):
    """A started OAuth authorization."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the data in seconds."""
    last_updated: Timestamp
    """Time of the last change (UTC)."""
    lifecycle_state: LifecycleState
    authorization_url: Annotated[str, Text(max_length=4096, format="uri")]
    """URL of the platform page where the user grants access."""
    state_reference: Annotated[str, Text(min_length=1, max_length=255)]
    """Reference of this authorization. The platform returns it in the redirect."""
    state_expires_at: Timestamp
    """Time until which the authorization can be completed (UTC)."""


class OAuthCompletion(ContractModel):
    """A completed OAuth authorization."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the data in seconds."""
    last_updated: Timestamp
    """Time of the last change (UTC)."""
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState


class OAuthStatus(ContractModel):
    """OAuth status of a connection."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the data in seconds."""
    last_updated: Timestamp
    """Time of the last change (UTC)."""
    platform_account_id: Annotated[str, Text(min_length=1, max_length=255)]
    """The platform's ID of the account."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState
    expires_at: Omittable[Timestamp] = None
    """Time until which access is granted (UTC)."""
    scope: Omittable[Annotated[str, Text(max_length=2000)]] = None
    """Scopes granted by the platform."""


class OAuthDisconnectRequest(ContractModel):
    """Reason for disconnecting."""

    model_config = ConfigDict(extra="forbid")

    reason: Literal["user_initiated", "provider_revoked", "security_event", "tenant_offboarding"]
    """Reason."""
    platform_account_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """The platform's ID of the account."""


class OAuthDisconnection(ContractModel):
    """The platform is disconnected."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the data in seconds."""
    last_updated: Timestamp
    """Time of the last change (UTC)."""
    lifecycle_state: LifecycleState
    disconnected_at: Timestamp
    """End time (UTC)."""


class OAuthRefresh(ContractModel):
    """Status of the token refresh."""

    tenant_id: Uuid
    """ID of the tenant."""
    platform: Platform
    data_freshness_seconds: Annotated[int, Integer(ge=0, le=2**63 - 1)]
    """Age of the data in seconds."""
    last_updated: Timestamp
    """Time of the last change (UTC)."""
    lifecycle_state: LifecycleState
    refresh_state: RefreshState
    next_refresh_due_at: Timestamp | None
    """Time of the next refresh (UTC)."""
    last_refresh_attempt_at: Timestamp | None
    """Time of the last attempt (UTC)."""
    last_refresh_success_at: Timestamp | None
    """Time of the last successful refresh (UTC)."""
    last_error_code: Annotated[str, Text(max_length=64)] | None
    """Error of the last failed refresh."""
