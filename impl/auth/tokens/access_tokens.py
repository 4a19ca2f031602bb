"""Access tokens: RS256 JWTs of 900 seconds that name a tenant, a user, a role and the session they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from impl.auth import roles
from impl.auth.roles import Role
from impl.kernel import ids
from impl.kernel.callers import PersonCaller

LIFETIME_SECONDS: Final = 900
_ALGORITHM: Final = "RS256"
_REQUIRED: Final = (
    "tenant_id", "user_id", "sub", "jti", "iat", "exp", "iss", "aud", "role", "roles", "scopes", "family_id",
)  # fmt: skip
_MAX_CHARACTERS: Final = 4096
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND: Final = 2**37
_CLOCK_SKEW: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken(PersonCaller):
    """The claims of an access token."""

    role: Role
    expires_at: datetime

    @property
    def scopes(self) -> frozenset[str]:
        """Scopes of the role."""
        return frozenset(roles.scopes_of(self.role))

    def is_current(self, now: datetime) -> bool:
        """Whether the token has begun, give or take the difference of two clocks, and is not over."""
        return self.issued_at <= now + _CLOCK_SKEW and now < self.expires_at


def issue(tenant_id: UUID, user_id: UUID, role: Role, *, family_id: UUID, now: datetime) -> AccessToken:
    """A new token from `now` on."""
    # Milliseconds, so that a token of the same second as a cutoff, but after it, is accepted.
    issued_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return AccessToken(
        tenant_id=tenant_id,
        user_id=user_id,
        jti=ids.new(),
        family_id=family_id,
        role=role,
        issued_at=issued_at,
        expires_at=issued_at.replace(microsecond=0) + timedelta(seconds=LIFETIME_SECONDS),
    )


@dataclass(frozen=True, slots=True)
class TokenAudience:
    """For whom tokens are made: a token of another service or deployment is refused although its key may be ours."""

    issuer: str
    audience: str


def sign(token: AccessToken, *, kid: str, key: RSAPrivateKey, token_audience: TokenAudience) -> str:
    """`token` as the text its bearer sends."""
    claims = {
        "tenant_id": str(token.tenant_id),
        "user_id": str(token.user_id),
        "sub": str(token.user_id),
        "jti": str(token.jti),
        "iat": round(token.issued_at.timestamp(), 3),
        "exp": int(token.expires_at.timestamp()),
        "iss": token_audience.issuer,
        "aud": token_audience.audience,
        "role": token.role.value,
        "roles": [token.role.value],
        "scopes": list(roles.scopes_of(token.role)),
        "family_id": str(token.family_id),
    }
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid})


def kid_of(text: str) -> str | None:
    """The key that `text` says it is signed with; None when it cannot be one of our tokens. Nothing is verified yet."""
    if len(text) > _MAX_CHARACTERS:
        return None
    try:
        header = jwt.get_unverified_header(text)
    except (jwt.PyJWTError, ValueError):
        return None
    kid = header.get("kid")
    return kid if header.get("alg") == _ALGORITHM and isinstance(kid, str) else None


def read(text: str, *, key: RSAPublicKey, token_audience: TokenAudience, now: datetime) -> AccessToken | None:
    """The token in `text` when `key` signed it, it is for `token_audience`, complete, and valid at `now`; None otherwise."""
    try:
        claims = jwt.decode(
            text,
            key,
            algorithms=[_ALGORITHM],
            issuer=token_audience.issuer,
            audience=token_audience.audience,
            # The times are compared below, with the clock that was handed in.
            options={"require": list(_REQUIRED), "strict_aud": True, "verify_exp": False, "verify_iat": False},
        )
        token = _of_claims(claims)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return token if token.is_current(now) else None


def _of_claims(claims: Mapping[str, Any]) -> AccessToken:
    """Raises `ValueError` or `TypeError` when a claim is not what `sign` writes."""
    role = Role(claims["role"])
    if claims["sub"] != claims["user_id"] or tuple(claims["scopes"]) != roles.scopes_of(role):
        raise ValueError("the claims contradict each other")
    return AccessToken(
        tenant_id=_uuid(claims["tenant_id"]),
        user_id=_uuid(claims["user_id"]),
        jti=_uuid(claims["jti"]),
        family_id=_uuid(claims["family_id"]),
        role=role,
        issued_at=_instant(claims["iat"]),
        expires_at=_instant(claims["exp"]),
    )


def _uuid(claim: object) -> UUID:
    value = ids.parse(claim) if isinstance(claim, str) else None
    if value is None:
        raise ValueError("a claim is no UUID")
    return value


def _instant(claim: object) -> datetime:
    if not isinstance(claim, int | float) or not 0 <= claim <= _LAST_SECOND:
        raise ValueError("a claim is no instant")
    return _EPOCH + timedelta(milliseconds=round(claim * 1000))
