"""Fills the Protocol of the auth contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias, cast, final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from generated.server import Call, NotFoundError, UnauthorizedError, auth
from generated.server.models import auth as models
from generated.server.models.common import SuccessResponse
from impl.auth import administration, own_password, sessions
from impl.auth.assembly import Auth
from impl.auth.keys import key_rotation, webhook_secrets
from impl.auth.keys.key_rotation import Use
from impl.auth.keys.tenant_keys import Purpose
from impl.auth.keys.webhook_secrets import Endpoint, NewSecret, StoredSecret
from impl.auth.limits import refusals
from impl.auth.limits.refusals import Refusal
from impl.auth.roles import Role
from impl.auth.sessions import RefreshHolder
from impl.auth.tokens import access_tokens
from impl.auth.tokens.access_tokens import AccessToken
from impl.db.idempotency.store import run_once
from impl.db.transaction import tenant_transaction
from impl.platforms.processor import Processor

ForgetSecret: TypeAlias = Callable[[UUID, str], None]
"""Told (tenant, processor) when a webhook secret has changed, so that this process reads it anew."""

CHALLENGE = 'Bearer realm="api"'
"""What a 401 of the login says about how to authenticate (RFC 9110 §11.6.1)."""


@final
class AuthOperations:
    """Log in, stay logged in, log out; and what admins do."""

    def __init__(self, parts: Auth, forget_secret: ForgetSecret) -> None:
        self._login, self._login_limits = parts.login, parts.limiter.logins
        self._idempotency, self._tenant_keys, self._forget_secret = parts.idempotency, parts.tenant_keys, forget_secret

    async def login(self, params: auth.LoginParams, body: models.LoginRequest, *, call: Call[None]) -> auth.LoginReply:
        origin = self._login_limits.origin(call.request, body.email)
        try:
            session = await sessions.login(
                self._login,
                email=body.email,
                password=body.password,
                tenant_id=body.tenant_id,
                queue_subject=origin.queue_subject,
                network_hash=origin.network_hash,
            )
        except UnauthorizedError as error:
            # No scheme guards a login, so nothing else would add what the contract puts on every 401.
            error.headers["WWW-Authenticate"] = CHALLENGE
            raise
        except Exception:
            self._login_limits.succeeded(call.request)
            raise
        self._login_limits.succeeded(call.request)
        user = models.LoggedInUser(id=session.user_id, email=body.email, username=body.email.partition("@")[0])
        return auth.Login200(
            body=models.LoginResponse(
                access_token=session.access_token,
                refresh_token=str(session.refresh_token),
                token_type="Bearer",  # noqa: S106 (the word of RFC 6750, no secret)
                expires_in=access_tokens.LIFETIME_SECONDS,
                user=user,
            )
        )

    async def refresh_token(
        self, params: auth.RefreshTokenParams, body: models.RefreshRequest, *, call: Call[RefreshHolder]
    ) -> auth.RefreshTokenReply:
        holder = call.principal
        if body.refresh_token != str(holder.token) or body.tenant_id not in {None, holder.token.tenant_id}:
            raise UnauthorizedError
        session = await sessions.refresh(self._login, holder)
        return auth.RefreshToken200(
            body=models.TokenPair(
                access_token=session.access_token,
                refresh_token=str(session.refresh_token),
                token_type="Bearer",  # noqa: S106 (the word of RFC 6750, no secret)
                expires_in=access_tokens.LIFETIME_SECONDS,
            )
        )

    async def logout(self, params: auth.LogoutParams, *, call: Call[AccessToken]) -> auth.LogoutReply:
        await sessions.logout(self._login.engine, self._login.clock, call.principal)
        message = "You are logged out."
        return auth.Logout200(body=SuccessResponse(success=True, correlation_id=call.correlation_id, message=message))

    async def change_password(
        self, params: auth.ChangePasswordParams, body: models.PasswordChangeRequest, *, call: Call[AccessToken]
    ) -> auth.ChangePasswordReply:
        token = call.principal
        line = self._login_limits.queue_subject(call.request)
        change = await own_password.prepare(
            self._login, token, current=body.current_password, new=body.new_password, queue_subject=line
        )

        async def work(connection: AsyncConnection) -> models.PasswordChange:
            return models.PasswordChange(
                success=True,
                correlation_id=call.correlation_id,
                tenant_id=token.tenant_id,
                user_id=token.user_id,
                tokens_invalid_before=await own_password.apply(connection, token, change),
                message="The password was changed. Log in again on every device.",
            )

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.PasswordChange)
        return auth.ChangePassword200(body=result.body, idempotency_replayed="true" if result.is_replayed else None)

    async def verify_token(self, params: auth.VerifyTokenParams, *, call: Call[AccessToken]) -> auth.VerifyTokenReply:
        token = call.principal
        return auth.VerifyToken200(
            body=models.VerifiedToken(
                valid=True, user_id=token.user_id, tenant_id=token.tenant_id, expires_at=token.expires_at
            )
        )

    async def admin_revoke_tokens_before(
        self, params: auth.AdminRevokeTokensBeforeParams, body: models.TokenCutoffRequest, *, call: Call[AccessToken]
    ) -> auth.AdminRevokeTokensBeforeReply:
        admin, now = call.principal, self._login.clock.now()

        async def work(connection: AsyncConnection) -> models.TokenCutoff:
            cutoff = await administration.end_logins(
                connection, admin, body.user_id, body.tokens_invalid_before, now=now
            )
            return models.TokenCutoff(
                success=True,
                correlation_id=call.correlation_id,
                tenant_id=admin.tenant_id,
                user_id=body.user_id,
                tokens_invalid_before=cutoff,
                message="The user must log in again.",
            )

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.TokenCutoff)
        return auth.AdminRevokeTokensBefore200(
            body=result.body, idempotency_replayed="true" if result.is_replayed else None
        )

    async def admin_rbac_check(
        self, params: auth.AdminRbacCheckParams, *, call: Call[AccessToken]
    ) -> auth.AdminRbacCheckReply:
        admin = call.principal
        return auth.AdminRbacCheck200(
            body=models.RbacCheck(
                success=True,
                correlation_id=call.correlation_id,
                tenant_id=admin.tenant_id,
                user_id=admin.user_id,
                role=admin.role.value,
            )
        )

    async def admin_update_membership_role(
        self,
        params: auth.AdminUpdateMembershipRoleParams,
        body: models.MembershipRoleRequest,
        *,
        call: Call[AccessToken],
    ) -> auth.AdminUpdateMembershipRoleReply:
        admin, now = call.principal, self._login.clock.now()

        async def work(connection: AsyncConnection) -> models.MembershipRole:
            change = await administration.change_role(connection, admin, body.user_id, Role(body.role), now=now)
            return models.MembershipRole(
                success=True,
                correlation_id=call.correlation_id,
                tenant_id=admin.tenant_id,
                user_id=body.user_id,
                role=change.role.value,
                tokens_invalid_before=change.tokens_invalid_before,
                revoked_existing_tokens=True,
            )

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.MembershipRole)
        return auth.AdminUpdateMembershipRole200(
            body=result.body, idempotency_replayed="true" if result.is_replayed else None
        )

    async def rotate_tenant_key(
        self, params: auth.RotateTenantKeyParams, body: models.TenantKeyRequest, *, call: Call[AccessToken]
    ) -> auth.RotateTenantKeyReply:
        tenant_id, now = call.principal.tenant_id, self._login.clock.now()
        use = Use(purpose=Purpose(body.purpose), processor=body.processor)
        previous = timedelta(seconds=body.previous_valid_seconds)
        changed: list[bytes] = []

        async def work(connection: AsyncConnection) -> models.TenantKey:
            rotated = await key_rotation.rotate_key(connection, tenant_id, use, previous, now=now)
            changed.extend(rotated.changed)
            return models.TenantKey(
                tenant_id=tenant_id,
                key_id=rotated.key_id,
                purpose=use.purpose.value,
                processor=body.processor,
                tenant_key=rotated.key,
                previous_valid_until=rotated.previous_valid_until,
                created_at=now,
            )

        key = params.x_idempotency_key
        result = await run_once(self._idempotency, call, key, work, answer=models.TenantKey, status=201, is_secret=True)
        for key_hash in changed:
            self._tenant_keys.forget(key_hash)
        return auth.RotateTenantKey201(body=result.body)

    async def get_webhook_secrets(
        self, params: auth.GetWebhookSecretsParams, *, call: Call[AccessToken]
    ) -> auth.GetWebhookSecretsReply:
        processor, tenant_id = webhook_secrets.processor_of(params.provider), call.principal.tenant_id
        ring, now = self._idempotency.ring, self._login.clock.now()
        async with tenant_transaction(self._login.engine, tenant_id) as connection:
            stored = await webhook_secrets.valid(connection, ring, processor, now=now)
        secrets = [_to_api_secret(tenant_id, processor, one) for one in stored]
        return auth.GetWebhookSecrets200(body=models.WebhookSecrets(secrets=secrets))

    async def put_webhook_secret(
        self, params: auth.PutWebhookSecretParams, body: models.WebhookSecretRequest, *, call: Call[AccessToken]
    ) -> auth.PutWebhookSecretReply:
        caller, now = call.principal, self._login.clock.now()

        async def work(connection: AsyncConnection) -> models.WebhookSecret:
            processor = webhook_secrets.processor_of(params.provider)
            new = NewSecret(
                processor=processor,
                secret=body.secret,
                webhook_id=body.webhook_id,
                endpoint=Endpoint(
                    label=body.label, mode=body.mode, account=body.account, order_prefix=body.order_prefix
                ),
                previous=timedelta(seconds=body.previous_valid_seconds),
            )
            stored = await webhook_secrets.put(connection, self._idempotency.ring, caller, new, now=now)
            return _to_api_secret(caller.tenant_id, processor, stored)

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=models.WebhookSecret)
        self._forget_secret(caller.tenant_id, result.body.provider)
        return auth.PutWebhookSecret200(body=result.body, idempotency_replayed="true" if result.is_replayed else None)

    async def delete_webhook_secret(
        self, params: auth.DeleteWebhookSecretParams, *, call: Call[AccessToken]
    ) -> auth.DeleteWebhookSecretReply:
        caller, now = call.principal, self._login.clock.now()

        async def work(connection: AsyncConnection) -> SuccessResponse:
            try:
                processor = webhook_secrets.processor_of(params.provider)
            except webhook_secrets.PlatformNotFoundError as error:
                raise NotFoundError(error.detail) from error
            await webhook_secrets.delete(connection, caller, processor, params.label, now=now)
            message = "The secret is no longer valid."
            return SuccessResponse(success=True, correlation_id=call.correlation_id, message=message)

        result = await run_once(self._idempotency, call, params.x_idempotency_key, work, answer=SuccessResponse)
        # Other processes read it again within a minute, which is how long they remember secrets.
        self._forget_secret(caller.tenant_id, params.provider)
        return auth.DeleteWebhookSecret200(
            body=result.body, idempotency_replayed="true" if result.is_replayed else None
        )

    async def get_webhook_refusals(
        self, params: auth.GetWebhookRefusalsParams, *, call: Call[AccessToken]
    ) -> auth.GetWebhookRefusalsReply:
        tenant_id = call.principal.tenant_id
        since = self._login.clock.now() - timedelta(hours=params.hours)
        async with tenant_transaction(self._login.engine, tenant_id) as connection:
            recent = await refusals.recent(connection, tenant_id, since=since)
        body = models.WebhookRefusals(tenant_id=tenant_id, refusals=[to_api_refusal(one) for one in recent])
        return auth.GetWebhookRefusals200(body=body)


def to_api_refusal(refusal: Refusal) -> models.WebhookRefusal:
    """Refused deliveries of one hour as the contract words them."""
    return models.WebhookRefusal(
        provider=refusal.processor,
        hour=refusal.hour,
        reason=refusal.reason.value,
        count=refusal.count,
        last_at=refusal.last_at,
        likely_cause=refusal.likely_cause,
    )


def _to_api_secret(tenant_id: UUID, processor: Processor, stored: StoredSecret) -> models.WebhookSecret:
    endpoint = stored.endpoint
    return models.WebhookSecret(
        tenant_id=tenant_id,
        # The contract lists the processors of the registry; a test holds the two together.
        provider=cast("Any", processor.name),
        label=endpoint.label,
        mode=cast("Any", endpoint.mode),
        account=endpoint.account,
        order_prefix=endpoint.order_prefix,
        version=stored.version,
        key_id=stored.key_id,
        updated_at=stored.updated_at,
        previous_valid_until=stored.previous_valid_until,
    )
