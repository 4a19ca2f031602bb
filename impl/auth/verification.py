"""Whether an access token is good now: signed by us, for us, not over, not taken back."""

from __future__ import annotations

from dataclasses import dataclass

from impl.auth import access_tokens
from impl.auth.access_tokens import AccessToken, Stamp
from impl.auth.revocations import Revocations
from impl.auth.signing_keys import SigningKeys
from impl.kernel.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """What checking a token stands on."""

    keys: SigningKeys
    stamp: Stamp
    revocations: Revocations
    clock: Clock

    async def verify(self, text: str) -> AccessToken | None:
        """The token in `text`; None when it is not good, whatever the cause.

        Raises `KeysUnavailableError`, and what the database raises when it must be asked and does not answer: a token
        that cannot be checked is never taken for good.
        """
        kid = access_tokens.kid_of(text)
        key = await self.keys.verifier(kid) if kid is not None else None
        token = access_tokens.read(text, key=key, stamp=self.stamp, now=self.clock.now()) if key is not None else None
        if token is None or await self.revocations.is_revoked(token):
            return None
        return token
