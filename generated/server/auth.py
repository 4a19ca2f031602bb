"""Skeldir auth. Log in, refresh tokens and log out.

Generated from contracts/openapi/v1/auth.yaml by `contracts generate`; change that instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias, final

from . import common, security
from ._runtime.bodies import Bodies, JsonBody
from ._runtime.operations import Operation
from ._runtime.params import Header, Params, Path, Query
from ._runtime.problems import NotWrittenError
from ._runtime.replies import JsonReply, ProblemReply
from ._runtime.requests import Call
from ._runtime.security import Need
from ._runtime.types import Integer, Text, Uuid
from .models import auth as models, common as common_models
from .security import AccessBearerAuthT_contra, RefreshBearerAuthT_contra


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginParams:
    """Parameters of `login`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Login200(JsonReply):
    """Access and refresh token."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("cache_control", "Cache-Control"),)
    body: models.LoginResponse
    cache_control: Literal["no-store"] = "no-store"
    """The response must not be stored."""


LoginReply: TypeAlias = (
    Login200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenParams:
    """Parameters of `refreshToken`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken200(JsonReply):
    """A new pair of tokens; the old refresh token is no longer valid."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("cache_control", "Cache-Control"),)
    body: models.TokenPair
    cache_control: Literal["no-store"] = "no-store"
    """The response must not be stored."""


RefreshTokenReply: TypeAlias = (
    RefreshToken200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutParams:
    """Parameters of `logout`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Logout200(JsonReply):
    """Logged out."""

    status: ClassVar[int] = 200
    body: common_models.SuccessResponse


LogoutReply: TypeAlias = (
    Logout200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordParams:
    """Parameters of `changePassword`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword200(JsonReply):
    """The password was changed and all tokens are revoked."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.PasswordChange
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


ChangePasswordReply: TypeAlias = (
    ChangePassword200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTokenParams:
    """Parameters of `verifyToken`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyToken200(JsonReply):
    """The token is valid."""

    status: ClassVar[int] = 200
    body: models.VerifiedToken


VerifyTokenReply: TypeAlias = (
    VerifyToken200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRevokeTokensBeforeParams:
    """Parameters of `adminRevokeTokensBefore`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRevokeTokensBefore200(JsonReply):
    """The tokens are revoked."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.TokenCutoff
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


AdminRevokeTokensBeforeReply: TypeAlias = (
    AdminRevokeTokensBefore200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRbacCheckParams:
    """Parameters of `adminRbacCheck`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRbacCheck200(JsonReply):
    """The user is an admin."""

    status: ClassVar[int] = 200
    body: models.RbacCheck


AdminRbacCheckReply: TypeAlias = (
    AdminRbacCheck200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminUpdateMembershipRoleParams:
    """Parameters of `adminUpdateMembershipRole`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AdminUpdateMembershipRole200(JsonReply):
    """The role was changed."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.MembershipRole
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LastAdmin409(ProblemReply):
    """The user is the last admin of the tenant, or the idempotency key is in use."""

    status: ClassVar[int] = 409
    body: common_models.Problem


AdminUpdateMembershipRoleReply: TypeAlias = (
    AdminUpdateMembershipRole200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | LastAdmin409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateTenantKeyParams:
    """Parameters of `rotateTenantKey`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RotateTenantKey201(JsonReply):
    """The new key. Store it now; it is not shown again."""

    status: ClassVar[int] = 201
    header_names: ClassVar = (("cache_control", "Cache-Control"),)
    body: models.TenantKey
    cache_control: Literal["no-store"] = "no-store"
    """The response must not be stored."""


RotateTenantKeyReply: TypeAlias = (
    RotateTenantKey201
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.SecretConflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhookSecretsParams:
    """Parameters of `getWebhookSecrets`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    provider: Annotated[str, Text(min_length=1, max_length=64), Path("provider")]
    """The payment processor: shopify, stripe, woocommerce or paypal. Any other value returns 404."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhookSecrets200(JsonReply):
    """The secrets."""

    status: ClassVar[int] = 200
    body: models.WebhookSecrets


GetWebhookSecretsReply: TypeAlias = (
    GetWebhookSecrets200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PlatformNotFound404
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutWebhookSecretParams:
    """Parameters of `putWebhookSecret`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """
    provider: Annotated[str, Text(min_length=1, max_length=64), Path("provider")]
    """The payment processor: shopify, stripe, woocommerce or paypal. Any other value returns 404."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PutWebhookSecret200(JsonReply):
    """The secret is encrypted and stored."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: models.WebhookSecret
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


PutWebhookSecretReply: TypeAlias = (
    PutWebhookSecret200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.PlatformNotFound404
    | common.Conflict409
    | common.PayloadTooLarge413
    | common.UnsupportedMediaType415
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhookRefusalsParams:
    """Parameters of `getWebhookRefusals`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    hours: Annotated[int, Integer(ge=1, le=168), Query("hours", "integer")] = 24
    """Number of hours to look back, including the current hour."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhookRefusals200(JsonReply):
    """The refusals; empty if no delivery was refused."""

    status: ClassVar[int] = 200
    body: models.WebhookRefusals


GetWebhookRefusalsReply: TypeAlias = (
    GetWebhookRefusals200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhookSecretParams:
    """Parameters of `deleteWebhookSecret`."""

    x_correlation_id: Annotated[Uuid | None, Header("X-Correlation-ID")] = None
    """A UUID that identifies this request in responses and logs. The server generates one when it is missing and
    rejects a value that is not a UUID.
    """
    x_idempotency_key: Annotated[Uuid | None, Header("X-Idempotency-Key")] = None
    """A UUID that makes the request safe to repeat: for 30 days, the same key with the same request returns the stored
    response with the header `Idempotency-Replayed`, and the operation is not executed again. 4xx responses of the
    operation itself are stored as well. Authentication failures (401, 403), invalid requests, exceeded rate limits
    (429) and server errors (5xx) are not stored; repeat the request with the same key, and it is executed at most
    once.
    """
    provider: Annotated[str, Text(min_length=1, max_length=64), Path("provider")]
    """The payment processor: shopify, stripe, woocommerce or paypal. Any other value returns 404."""
    label: Annotated[
        str, Text(min_length=1, max_length=64, pattern="^[A-Za-z0-9]([A-Za-z0-9 ._:@-]*[A-Za-z0-9])?$"), Path("label")
    ]
    """Label of the secret."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhookSecret200(JsonReply):
    """The secret is no longer valid."""

    status: ClassVar[int] = 200
    header_names: ClassVar = (("idempotency_replayed", "Idempotency-Replayed"),)
    body: common_models.SuccessResponse
    idempotency_replayed: Literal["true"] | None = None
    """`true` if this is the stored response to an earlier request with the same key; absent otherwise."""


DeleteWebhookSecretReply: TypeAlias = (
    DeleteWebhookSecret200
    | common.BadRequest400
    | common.Unauthorized401
    | common.Forbidden403
    | common.NotFound404
    | common.Conflict409
    | common.TooManyRequests429
    | common.InternalError500
    | common.ServiceUnavailable503
)


class AuthApi(Protocol[AccessBearerAuthT_contra, RefreshBearerAuthT_contra]):
    """Operations of auth, to be implemented."""

    async def login(self, params: LoginParams, body: models.LoginRequest, *, call: Call[None]) -> LoginReply:
        """Log in (POST /api/auth/login).

        Exchanges an email address and a password for a pair of tokens. A wrong password and an unknown address get
        the same response in the same time.
        """
        ...

    async def refresh_token(
        self, params: RefreshTokenParams, body: models.RefreshRequest, *, call: Call[RefreshBearerAuthT_contra]
    ) -> RefreshTokenReply:
        """Refresh tokens (POST /api/auth/refresh).

        Exchanges the refresh token for a new pair. A refresh token can be used once. Using it again within 10
        seconds, as long as its successor is unused, returns another pair (a lost response, two tabs); using it
        later revokes all tokens of the same login, because it may have been stolen.
        """
        ...

    async def logout(self, params: LogoutParams, *, call: Call[AccessBearerAuthT_contra]) -> LogoutReply:
        """Log out (POST /api/auth/logout).

        Revokes the access token and all refresh tokens of the same login immediately.
        """
        ...

    async def change_password(
        self, params: ChangePasswordParams, body: models.PasswordChangeRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> ChangePasswordReply:
        """Change your password (POST /api/auth/password).

        Replaces the password of the current user and revokes all tokens of the user on all devices and in all
        tenants, including those of this request. Log in again afterwards.
        """
        ...

    async def verify_token(
        self, params: VerifyTokenParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> VerifyTokenReply:
        """Verify an access token (GET /api/auth/verify).

        Returns the user, the tenant and the expiry time of the access token.
        """
        ...

    async def admin_revoke_tokens_before(
        self,
        params: AdminRevokeTokensBeforeParams,
        body: models.TokenCutoffRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> AdminRevokeTokensBeforeReply:
        """Revoke a user's tokens (POST /api/auth/admin/token-cutoff).

        Revokes all tokens of a user issued before a given time, on all devices. The cutoff never moves back.
        """
        ...

    async def admin_rbac_check(
        self, params: AdminRbacCheckParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> AdminRbacCheckReply:
        """Check the admin role (GET /api/auth/admin/rbac-check).

        Returns the current user if the user is an admin. Useful for testing a token.
        """
        ...

    async def admin_update_membership_role(
        self,
        params: AdminUpdateMembershipRoleParams,
        body: models.MembershipRoleRequest,
        *,
        call: Call[AccessBearerAuthT_contra],
    ) -> AdminUpdateMembershipRoleReply:
        """Change a user's role (POST /api/auth/admin/membership-role).

        Assigns another role to a user and revokes the user's tokens, because tokens contain the role.
        """
        ...

    async def rotate_tenant_key(
        self, params: RotateTenantKeyParams, body: models.TenantKeyRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> RotateTenantKeyReply:
        """Rotate a tenant key (POST /api/auth/admin/tenant-keys).

        Creates a new tenant key. The previous key remains valid for one day or for the time given; at most two keys
        of a purpose are valid at a time. A URL key can be limited to one processor; at most two are valid for each
        processor, and two more for those without a limit.
        """
        ...

    async def get_webhook_secrets(
        self, params: GetWebhookSecretsParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetWebhookSecretsReply:
        """List webhook secrets (GET /api/auth/admin/webhook-secrets/{provider}).

        Lists the webhook secrets of a payment processor by label, without the secrets themselves.
        """
        ...

    async def put_webhook_secret(
        self, params: PutWebhookSecretParams, body: models.WebhookSecretRequest, *, call: Call[AccessBearerAuthT_contra]
    ) -> PutWebhookSecretReply:
        """Set a webhook secret (PUT /api/auth/admin/webhook-secrets/{provider}).

        Sets the secret that a payment processor uses to sign deliveries. It replaces the secret with the same label
        only; up to 8 labels per processor are allowed, for example one per shop or endpoint. The previous secret of
        the label remains valid for one day or for the time given. Deliveries under a secret with mode `test` count
        only in a sandbox tenant, and test objects under a secret with mode `live` are ignored.
        """
        ...

    async def get_webhook_refusals(
        self, params: GetWebhookRefusalsParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> GetWebhookRefusalsReply:
        """Get refused webhook deliveries (GET /api/auth/webhook-refusals).

        Counts the deliveries with a valid tenant key that were refused, by payment processor, hour and reason,
        newest hour first. Nothing of their content is stored. A new refusal appears within seconds.
        """
        ...

    async def delete_webhook_secret(
        self, params: DeleteWebhookSecretParams, *, call: Call[AccessBearerAuthT_contra]
    ) -> DeleteWebhookSecretReply:
        """Delete a webhook secret (DELETE /api/auth/admin/webhook-secrets/{provider}/{label}).

        Invalidates the secret with this label and its previous one. Other labels remain valid. Use it when an
        endpoint is removed at the processor or a secret has leaked.
        """
        ...


class AuthStub:
    """Answers 501 to every operation of auth; derive from it to write them one by one."""

    async def login(self, params: LoginParams, body: models.LoginRequest, *, call: Call[Any]) -> LoginReply:
        raise NotWrittenError

    async def refresh_token(
        self, params: RefreshTokenParams, body: models.RefreshRequest, *, call: Call[Any]
    ) -> RefreshTokenReply:
        raise NotWrittenError

    async def logout(self, params: LogoutParams, *, call: Call[Any]) -> LogoutReply:
        raise NotWrittenError

    async def change_password(
        self, params: ChangePasswordParams, body: models.PasswordChangeRequest, *, call: Call[Any]
    ) -> ChangePasswordReply:
        raise NotWrittenError

    async def verify_token(self, params: VerifyTokenParams, *, call: Call[Any]) -> VerifyTokenReply:
        raise NotWrittenError

    async def admin_revoke_tokens_before(
        self, params: AdminRevokeTokensBeforeParams, body: models.TokenCutoffRequest, *, call: Call[Any]
    ) -> AdminRevokeTokensBeforeReply:
        raise NotWrittenError

    async def admin_rbac_check(self, params: AdminRbacCheckParams, *, call: Call[Any]) -> AdminRbacCheckReply:
        raise NotWrittenError

    async def admin_update_membership_role(
        self, params: AdminUpdateMembershipRoleParams, body: models.MembershipRoleRequest, *, call: Call[Any]
    ) -> AdminUpdateMembershipRoleReply:
        raise NotWrittenError

    async def rotate_tenant_key(
        self, params: RotateTenantKeyParams, body: models.TenantKeyRequest, *, call: Call[Any]
    ) -> RotateTenantKeyReply:
        raise NotWrittenError

    async def get_webhook_secrets(self, params: GetWebhookSecretsParams, *, call: Call[Any]) -> GetWebhookSecretsReply:
        raise NotWrittenError

    async def put_webhook_secret(
        self, params: PutWebhookSecretParams, body: models.WebhookSecretRequest, *, call: Call[Any]
    ) -> PutWebhookSecretReply:
        raise NotWrittenError

    async def get_webhook_refusals(
        self, params: GetWebhookRefusalsParams, *, call: Call[Any]
    ) -> GetWebhookRefusalsReply:
        raise NotWrittenError

    async def delete_webhook_secret(
        self, params: DeleteWebhookSecretParams, *, call: Call[Any]
    ) -> DeleteWebhookSecretReply:
        raise NotWrittenError


LOGIN: Final = Operation(
    id="login",
    method="POST",
    path="/api/auth/login",
    handler="login",
    replies=frozenset(
        {
            Login200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:19",
    params=Params(LoginParams),
    bodies=Bodies({"application/json": JsonBody(models.LoginRequest)}, is_required=True),
    rate_limit=("login",),
)

REFRESH_TOKEN: Final = Operation(
    id="refreshToken",
    method="POST",
    path="/api/auth/refresh",
    handler="refresh_token",
    replies=frozenset(
        {
            RefreshToken200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:84",
    security=((Need(security.REFRESH_BEARER_AUTH),),),
    params=Params(RefreshTokenParams),
    bodies=Bodies({"application/json": JsonBody(models.RefreshRequest)}, is_required=True),
    rate_limit=("login",),
)

LOGOUT: Final = Operation(
    id="logout",
    method="POST",
    path="/api/auth/logout",
    handler="logout",
    replies=frozenset(
        {
            Logout200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:138",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(LogoutParams),
    rate_limit=("api",),
)

CHANGE_PASSWORD: Final = Operation(
    id="changePassword",
    method="POST",
    path="/api/auth/password",
    handler="change_password",
    replies=frozenset(
        {
            ChangePassword200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:173",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(ChangePasswordParams),
    bodies=Bodies({"application/json": JsonBody(models.PasswordChangeRequest)}, is_required=True),
    rate_limit=("login",),
)

VERIFY_TOKEN: Final = Operation(
    id="verifyToken",
    method="GET",
    path="/api/auth/verify",
    handler="verify_token",
    replies=frozenset(
        {
            VerifyToken200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:230",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(VerifyTokenParams),
    rate_limit=("api",),
)

ADMIN_REVOKE_TOKENS_BEFORE: Final = Operation(
    id="adminRevokeTokensBefore",
    method="POST",
    path="/api/auth/admin/token-cutoff",
    handler="admin_revoke_tokens_before",
    replies=frozenset(
        {
            AdminRevokeTokensBefore200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:266",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(AdminRevokeTokensBeforeParams),
    bodies=Bodies({"application/json": JsonBody(models.TokenCutoffRequest)}, is_required=True),
    rate_limit=("api",),
)

ADMIN_RBAC_CHECK: Final = Operation(
    id="adminRbacCheck",
    method="GET",
    path="/api/auth/admin/rbac-check",
    handler="admin_rbac_check",
    replies=frozenset(
        {
            AdminRbacCheck200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:321",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(AdminRbacCheckParams),
    rate_limit=("api",),
)

ADMIN_UPDATE_MEMBERSHIP_ROLE: Final = Operation(
    id="adminUpdateMembershipRole",
    method="POST",
    path="/api/auth/admin/membership-role",
    handler="admin_update_membership_role",
    replies=frozenset(
        {
            AdminUpdateMembershipRole200,
            LastAdmin409,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.PayloadTooLarge413,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:358",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(AdminUpdateMembershipRoleParams),
    bodies=Bodies({"application/json": JsonBody(models.MembershipRoleRequest)}, is_required=True),
    rate_limit=("api",),
)

ROTATE_TENANT_KEY: Final = Operation(
    id="rotateTenantKey",
    method="POST",
    path="/api/auth/admin/tenant-keys",
    handler="rotate_tenant_key",
    replies=frozenset(
        {
            RotateTenantKey201,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.SecretConflict409,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:415",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(RotateTenantKeyParams),
    bodies=Bodies({"application/json": JsonBody(models.TenantKeyRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_WEBHOOK_SECRETS: Final = Operation(
    id="getWebhookSecrets",
    method="GET",
    path="/api/auth/admin/webhook-secrets/{provider}",
    handler="get_webhook_secrets",
    replies=frozenset(
        {
            GetWebhookSecrets200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.PlatformNotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:479",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(GetWebhookSecretsParams),
    rate_limit=("api",),
)

PUT_WEBHOOK_SECRET: Final = Operation(
    id="putWebhookSecret",
    method="PUT",
    path="/api/auth/admin/webhook-secrets/{provider}",
    handler="put_webhook_secret",
    replies=frozenset(
        {
            PutWebhookSecret200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.PayloadTooLarge413,
            common.PlatformNotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
            common.UnsupportedMediaType415,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:533",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(PutWebhookSecretParams),
    bodies=Bodies({"application/json": JsonBody(models.WebhookSecretRequest)}, is_required=True),
    rate_limit=("api",),
)

GET_WEBHOOK_REFUSALS: Final = Operation(
    id="getWebhookRefusals",
    method="GET",
    path="/api/auth/webhook-refusals",
    handler="get_webhook_refusals",
    replies=frozenset(
        {
            GetWebhookRefusals200,
            common.BadRequest400,
            common.Forbidden403,
            common.InternalError500,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:602",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"viewer"})),),),
    params=Params(GetWebhookRefusalsParams),
    rate_limit=("api",),
)

DELETE_WEBHOOK_SECRET: Final = Operation(
    id="deleteWebhookSecret",
    method="DELETE",
    path="/api/auth/admin/webhook-secrets/{provider}/{label}",
    handler="delete_webhook_secret",
    replies=frozenset(
        {
            DeleteWebhookSecret200,
            common.BadRequest400,
            common.Conflict409,
            common.Forbidden403,
            common.InternalError500,
            common.NotFound404,
            common.ServiceUnavailable503,
            common.TooManyRequests429,
            common.Unauthorized401,
        }
    ),
    origin="contracts/openapi/v1/auth.yaml:645",
    security=((Need(security.ACCESS_BEARER_AUTH, frozenset({"admin"})),),),
    params=Params(DeleteWebhookSecretParams),
    rate_limit=("api",),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    LOGIN,
    REFRESH_TOKEN,
    LOGOUT,
    CHANGE_PASSWORD,
    VERIFY_TOKEN,
    ADMIN_REVOKE_TOKENS_BEFORE,
    ADMIN_RBAC_CHECK,
    ADMIN_UPDATE_MEMBERSHIP_ROLE,
    ROTATE_TENANT_KEY,
    GET_WEBHOOK_SECRETS,
    PUT_WEBHOOK_SECRET,
    GET_WEBHOOK_REFUSALS,
    DELETE_WEBHOOK_SECRET,
)
