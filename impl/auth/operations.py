"""Fills the Protocol of the auth contract."""

from __future__ import annotations

from typing import final

from generated.server import Call, UnauthorizedError, auth
from generated.server.models import auth as models
from generated.server.models.common import SuccessResponse
from impl.auth import access_tokens, sessions
from impl.auth.access_tokens import AccessToken
from impl.auth.failed_attempts import FailedAttempts
from impl.auth.sessions import Desk, HeldToken
from impl.db import outage


@final
class AuthOperations(auth.AuthStub):
    """Log in, stay logged in, log out. What admins may do is not written yet and answers 501."""

    def __init__(self, desk: Desk, failed: FailedAttempts) -> None:
        self._desk, self._failed = desk, failed

    async def login(self, params: auth.LoginParams, body: models.LoginRequest, *, call: Call[None]) -> auth.LoginReply:
        try:
            with outage.answered():
                session = await sessions.login(
                    self._desk, email=body.email, password=body.password, tenant_id=body.tenant_id
                )
        except UnauthorizedError:
            self._failed.note(call.request.client_host)
            raise
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
        self, params: auth.RefreshTokenParams, body: models.RefreshRequest, *, call: Call[HeldToken]
    ) -> auth.RefreshTokenReply:
        held = call.principal
        if body.refresh_token != str(held.token) or body.tenant_id not in {None, held.token.tenant_id}:
            raise UnauthorizedError
        with outage.answered():
            session = await sessions.refresh(self._desk, held)
        return auth.RefreshToken200(
            body=models.TokenPair(
                access_token=session.access_token,
                refresh_token=str(session.refresh_token),
                token_type="Bearer",  # noqa: S106 (the word of RFC 6750, no secret)
                expires_in=access_tokens.LIFETIME_SECONDS,
            )
        )

    async def logout(self, params: auth.LogoutParams, *, call: Call[AccessToken]) -> auth.LogoutReply:
        with outage.answered():
            await sessions.logout(self._desk.engine, self._desk.clock, call.principal)
        message = "You are logged out."
        return auth.Logout200(body=SuccessResponse(success=True, correlation_id=call.correlation_id, message=message))

    async def verify_token(self, params: auth.VerifyTokenParams, *, call: Call[AccessToken]) -> auth.VerifyTokenReply:
        token = call.principal
        return auth.VerifyToken200(
            body=models.VerifiedToken(
                valid=True, user_id=token.user_id, tenant_id=token.tenant_id, expires_at=token.expires_at
            )
        )
