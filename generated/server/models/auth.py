"""Schemas of auth.

Generated from contracts/openapi/v1/auth.yaml by `contracts generate`; change that instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict

from .._runtime.models import ContractModel, Omittable
from .._runtime.types import Integer, Text, Timestamp, Uuid


class LoginRequest(ContractModel):
    """Who wants to log in, and where."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Text(max_length=254, format="email")]
    """Your email address. Only a keyed hash of it is ever stored."""
    password: Annotated[str, Text(min_length=1, max_length=1024)]
    """Your password."""
    tenant_id: Uuid
    """The tenant you want to work in."""


class LoggedInUser(ContractModel):
    """Who is logged in."""

    id: Uuid
    """The user."""
    email: Annotated[str, Text(max_length=254, format="email")]
    """The address from the request, sent back and not stored."""
    username: Annotated[str, Text(min_length=1, max_length=254)]
    """The part of the address before the @."""


class LoginResponse(ContractModel):
    """A pair of tokens and who they are for."""

    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """Proves who you are. Send it as bearer token with every request."""
    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """Buys the next pair of tokens, once."""
    token_type: Literal["Bearer"]
    """How to send the access token."""
    expires_in: Literal[900]
    """For how many seconds the access token is good."""
    user: LoggedInUser


class RefreshRequest(ContractModel):
    """The refresh token to exchange."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """The refresh token, the same as in the Authorization header."""
    tenant_id: Omittable[Uuid] = None
    """The tenant of the token; when it is sent, it must match."""


class TokenPair(ContractModel):
    """The next pair of tokens."""

    access_token: Annotated[str, Text(min_length=1, max_length=8192)]
    """Proves who you are. Send it as bearer token with every request."""
    refresh_token: Annotated[str, Text(min_length=1, max_length=512)]
    """Buys the pair after this one, once."""
    token_type: Literal["Bearer"]
    """How to send the access token."""
    expires_in: Literal[900]
    """For how many seconds the access token is good."""


class VerifiedToken(ContractModel):
    """What an access token stands for."""

    valid: Literal[True]
    """Always true; a token that is not good gets 401."""
    user_id: Uuid
    """Who you are."""
    tenant_id: Uuid
    """Your tenant."""
    expires_at: Timestamp
    """Until when the token is good (UTC)."""


class TokenCutoffRequest(ContractModel):
    """Whose tokens to end."""

    model_config = ConfigDict(extra="forbid")

    user_id: Uuid
    """The user."""
    tokens_invalid_before: Omittable[Timestamp] = None
    """Tokens given out before this moment end. Without it, now; never in the future."""


class TokenCutoff(ContractModel):
    """From when on the tokens of a user count."""

    success: Literal[True]
    """Always true; a failure is a problem."""
    correlation_id: Uuid
    """The request that was carried out."""
    tenant_id: Uuid
    """Your tenant."""
    user_id: Uuid
    """The user."""
    tokens_invalid_before: Timestamp
    """Tokens given out before this moment have ended (UTC). It never moves back."""
    message: Omittable[Annotated[str, Text(max_length=500)]] = None
    """What was done, for people."""


class RbacCheck(ContractModel):
    """Who you are, as an admin."""

    success: Literal[True]
    """Always true; a failure is a problem."""
    correlation_id: Uuid
    """The request that was carried out."""
    tenant_id: Uuid
    """Your tenant."""
    user_id: Uuid
    """You."""
    role: Literal["viewer", "manager", "admin"]
    """Your role."""


class MembershipRoleRequest(ContractModel):
    """Who gets which role."""

    model_config = ConfigDict(extra="forbid")

    user_id: Uuid
    """The user."""
    role: Literal["viewer", "manager", "admin"]
    """The new role."""


class MembershipRole(ContractModel):
    """The role of a user."""

    success: Literal[True]
    """Always true; a failure is a problem."""
    correlation_id: Uuid
    """The request that was carried out."""
    tenant_id: Uuid
    """Your tenant."""
    user_id: Uuid
    """The user."""
    role: Literal["viewer", "manager", "admin"]
    """The role."""
    tokens_invalid_before: Timestamp
    """Tokens given out before this moment have ended (UTC)."""
    revoked_existing_tokens: bool
    """Whether the logins of the user have ended, because tokens carry the role."""


class TenantKeyRequest(ContractModel):
    """Which key to make anew."""

    model_config = ConfigDict(extra="forbid")

    purpose: Literal["header", "url"] = "header"
    """header - for webhooks and site tags; url - for processors that cannot send a header."""
    previous_valid_seconds: Annotated[int, Integer(ge=0, le=604_800)] = 86_400
    """For how many seconds the old one stays good."""


class TenantKey(ContractModel):
    """A new tenant key. It is shown this once."""

    tenant_id: Uuid
    """Your tenant."""
    key_id: Uuid
    """The key's name, which is no secret."""
    purpose: Literal["header", "url"]
    """What it is for."""
    tenant_key: Annotated[str, Text(min_length=1, max_length=255)]
    """The key itself. Keep it; we only keep its fingerprint."""
    previous_valid_until: Timestamp | None
    """Until when the old key is good (UTC). Null when there is none."""
    created_at: Timestamp
    """When it was made (UTC)."""


class WebhookSecretRequest(ContractModel):
    """How a processor proves that a delivery is its own."""

    model_config = ConfigDict(extra="forbid")

    secret: Omittable[Annotated[str, Text(min_length=8, max_length=512)]] = None
    """The secret it signs with. Needed for all but PayPal."""
    webhook_id: Omittable[Annotated[str, Text(min_length=1, max_length=255)]] = None
    """Your webhook, as PayPal calls it. Needed for PayPal."""
    previous_valid_seconds: Annotated[int, Integer(ge=0, le=604_800)] = 86_400
    """For how many seconds the old one stays good."""


class WebhookSecret(ContractModel):
    """What is kept about a secret; never the secret."""

    tenant_id: Uuid
    """Your tenant."""
    provider: Literal["shopify", "stripe", "woocommerce", "paypal"]
    """The payment processor."""
    version: Annotated[int, Integer(ge=1, le=2**31 - 1)]
    """How often it was set."""
    key_id: Annotated[str, Text(min_length=1, max_length=64)]
    """The key it is sealed with."""
    updated_at: Timestamp
    """When it was set (UTC)."""
    previous_valid_until: Timestamp | None
    """Until when the old one is good (UTC). Null when there is none."""
