"""Schemas of auth.

Generated from contracts/openapi/v1/auth.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .._runtime.models import UNSET, ContractModel, Maybe, Omittable
from .._runtime.types import Exact, Integer, Text, Timestamp, Uuid


class LoginRequest(ContractModel):
    """Login credentials and tenant."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Text(max_length=254, format="email")]
    """Email address. Only a keyed hash is stored."""
    password: Annotated[str, Text(min_length=1, max_length=1024)]
    """Password."""
    tenant_id: Uuid
    """ID of the tenant to log in to."""


class LoggedInUser(ContractModel):
    """The logged-in user."""

    id: Uuid
    """ID of the user."""
    email: Annotated[str, Text(max_length=254, format="email")]
    """Email address from the request. Not stored."""
    username: Annotated[str, Text(min_length=1, max_length=254)]
    """Local part of the email address."""


class LoginResponse(ContractModel):
    """A pair of tokens and their user."""

    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """Access token. Send it as a bearer token with every request."""
    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """Refresh token. Can be exchanged once for a new pair."""
    token_type: Literal["Bearer"]
    """Token type."""
    expires_in: Annotated[Literal[900], Exact()]
    """Validity of the access token in seconds."""
    user: LoggedInUser


class RefreshRequest(ContractModel):
    """The refresh token to exchange."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """The refresh token; must equal the bearer token."""
    tenant_id: Omittable[Uuid] = None
    """Tenant of the token; must match if given."""


class TokenPair(ContractModel):
    """A new pair of tokens."""

    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """Access token. Send it as a bearer token with every request."""
    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """Refresh token. Can be exchanged once for a new pair."""
    token_type: Literal["Bearer"]
    """Token type."""
    expires_in: Annotated[Literal[900], Exact()]
    """Validity of the access token in seconds."""


class VerifiedToken(ContractModel):
    """User, tenant and expiry of an access token."""

    valid: Annotated[Literal[True], Exact()]
    """Always true; an invalid token returns 401."""
    user_id: Uuid
    """Login credentials."""
    tenant_id: Uuid
    """ID of the tenant."""
    expires_at: Timestamp
    """Expiry time of the token (UTC)."""


class TokenCutoffRequest(ContractModel):
    """The user and the cutoff."""

    model_config = ConfigDict(extra="forbid")

    user_id: Uuid
    """ID of the user."""
    tokens_invalid_before: Omittable[Timestamp] = None
    """Tokens issued before this time are revoked. Defaults to now; must not be in the future."""


class TokenCutoff(ContractModel):
    """Token cutoff of a user."""

    success: Annotated[Literal[True], Exact()]
    """Always true; failures are returned as problems."""
    correlation_id: Uuid
    """Correlation ID of the request."""
    tenant_id: Uuid
    """ID of the tenant."""
    user_id: Uuid
    """ID of the user."""
    tokens_invalid_before: Timestamp
    """Tokens issued before this time are revoked (UTC). The cutoff never moves back."""
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """Human-readable description of the result."""


class RbacCheck(ContractModel):
    """The current admin."""

    success: Annotated[Literal[True], Exact()]
    """Always true; failures are returned as problems."""
    correlation_id: Uuid
    """Correlation ID of the request."""
    tenant_id: Uuid
    """ID of the tenant."""
    user_id: Uuid
    """ID of the current user."""
    role: Literal["viewer", "manager", "admin"]
    """Role of the current user."""


class PasswordChangeRequest(ContractModel):
    """The current and the new password."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[str, Text(min_length=1, max_length=1024)]
    """The current password."""
    new_password: Annotated[str, Text(min_length=8, max_length=1024)]
    """The new password."""


class PasswordChange(ContractModel):
    """Result of a password change."""

    success: Annotated[Literal[True], Exact()]
    """Always true; failures are returned as problems."""
    correlation_id: Uuid
    """Correlation ID of the request."""
    tenant_id: Uuid
    """ID of the tenant."""
    user_id: Uuid
    """ID of the current user."""
    tokens_invalid_before: Timestamp
    """Tokens issued before this time are revoked (UTC)."""
    message: Annotated[str, Text(max_length=200)]
    """What the caller should do next."""


class MembershipRoleRequest(ContractModel):
    """The user and the new role."""

    model_config = ConfigDict(extra="forbid")

    user_id: Uuid
    """ID of the user."""
    role: Literal["viewer", "manager", "admin"]
    """The new role."""


class MembershipRole(ContractModel):
    """Role of a user."""

    success: Annotated[Literal[True], Exact()]
    """Always true; failures are returned as problems."""
    correlation_id: Uuid
    """Correlation ID of the request."""
    tenant_id: Uuid
    """ID of the tenant."""
    user_id: Uuid
    """ID of the user."""
    role: Literal["viewer", "manager", "admin"]
    """Role of the user."""
    tokens_invalid_before: Timestamp
    """Tokens issued before this time are revoked (UTC)."""
    revoked_existing_tokens: bool
    """Whether the user's tokens were revoked, because tokens contain the role."""


class TenantKeyRequest(ContractModel):
    """The key to rotate."""

    model_config = ConfigDict(extra="forbid")

    purpose: Literal["header", "url"] = "header"
    """header: for webhooks and site tags; url: for processors that cannot send custom headers."""
    processor: Omittable[Literal["shopify", "stripe", "woocommerce", "paypal"]] = None
    """The only processor that may use the key. Allowed for URL keys only; without it the key is good for all
    processors.
    """
    previous_valid_seconds: Annotated[int, Integer(ge=0, le=604_800)] = 86_400
    """Seconds for which the previous one remains valid."""


class TenantKey(ContractModel):
    """A new tenant key. It is shown only once."""

    tenant_id: Uuid
    """ID of the tenant."""
    key_id: Uuid
    """Public ID of the key."""
    purpose: Literal["header", "url"]
    """Purpose of the key."""
    tenant_key: Annotated[str, Text(min_length=1, max_length=255)]
    """The key. Store it; only its hash is kept."""
    previous_valid_until: Timestamp | None
    """Time until which the previous key is valid (UTC). Null if there is none."""
    created_at: Timestamp
    """Creation time (UTC)."""
    processor: Maybe[Literal["shopify", "stripe", "woocommerce", "paypal"]] = UNSET
    """The only processor that may use the key. Null if all may."""


class WebhookSecretRequest(ContractModel):
    """Webhook secret of a processor."""

    model_config = ConfigDict(extra="forbid")

    secret: Omittable[Annotated[str, Text(min_length=8, max_length=512)]] = None
    """Signing secret. Required except for PayPal."""
    webhook_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """PayPal's ID of the webhook. Required for PayPal."""
    label: Annotated[
        str, Text(min_length=1, max_length=64, pattern="^[A-Za-z0-9]([A-Za-z0-9 ._:@-]*[A-Za-z0-9])?$")
    ] = "default"
    """Label of the secret. A secret replaces only the one with the same label."""
    mode: Literal["live", "test"] = "live"
    """live: the endpoint receives real payments; test: it receives those of a test mode or a staging shop."""
    account: Annotated[str, Text(min_length=1, max_length=255, pattern="^[!-~]+$")] = "default"
    """The shop or account whose payments these are: the host of the shop (WooCommerce, Shopify) or the account ID
    (Stripe, PayPal). Secrets that name one account belong to one shop.
    """
    order_prefix: Omittable[Annotated[str, Text(min_length=1, max_length=64, pattern="^[ -~]+$")]] = None
    """The text that the shop puts before its order numbers at PayPal."""
    previous_valid_seconds: Annotated[int, Integer(ge=0, le=604_800)] = 86_400
    """Seconds for which the previous one remains valid."""


class WebhookSecret(ContractModel):
    """Metadata of a webhook secret; never the secret itself."""

    tenant_id: Uuid
    """ID of the tenant."""
    provider: Literal["shopify", "stripe", "woocommerce", "paypal"]
    """The payment processor."""
    label: Annotated[str, Text(min_length=1, max_length=64)]
    """Label of the secret."""
    mode: Literal["live", "test"]
    """Mode of the endpoint."""
    account: Annotated[str, Text(min_length=1, max_length=255)]
    """The shop or account whose payments these are."""
    version: Annotated[int, Integer(ge=1, le=2**31 - 1)]
    """Number of times the secret of the label was set."""
    key_id: Annotated[str, Text(min_length=1, max_length=64)]
    """ID of the key that encrypts the secret."""
    updated_at: Timestamp
    """Time the secret was set (UTC)."""
    previous_valid_until: Timestamp | None
    """Time until which the previous secret is valid (UTC). Null if there is none."""
    order_prefix: Maybe[Annotated[str, Text(max_length=64)]] = UNSET
    """The text that the shop puts before its order numbers at PayPal. Null if there is none."""


class WebhookRefusal(ContractModel):
    """Deliveries of one payment processor that were refused in one hour for one reason."""

    provider: Annotated[str, Text(min_length=1, max_length=64)]
    """The payment processor."""
    hour: Timestamp
    """Start of the hour."""
    reason: Literal["signature", "size", "rate", "unavailable"]
    """signature: the signature was wrong (401); size: the body was too large (413); rate: too many deliveries (429);
    unavailable: the delivery could not be recorded (503).
    """
    count: Annotated[int, Integer(ge=1, le=2**63 - 1)]
    """Number of refused deliveries."""
    last_at: Timestamp
    """Time of the last refused delivery."""
    likely_cause: Annotated[str, Text(min_length=1, max_length=500)]
    """Likely cause and advice."""


class WebhookRefusals(ContractModel):
    """Refused webhook deliveries of a tenant."""

    tenant_id: Uuid
    """ID of the tenant."""
    refusals: Annotated[list[WebhookRefusal], Field(max_length=10_000)]
    """One entry for each payment processor, hour and reason, newest hour first."""


class WebhookSecrets(ContractModel):
    """The webhook secrets of a processor, without the secrets themselves."""

    secrets: Annotated[list[WebhookSecret], Field(max_length=8)]
    """The secrets that are valid, in the order of their labels."""
