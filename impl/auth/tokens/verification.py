"""Whether an access token is good now: signed by us, for us, not over, not taken back."""

from __future__ import annotations

import hashlib
from typing import Final, final

from impl.auth.keys.signing_keys import SigningKeys
from impl.auth.tokens import access_tokens
from impl.auth.tokens.access_tokens import AccessToken, TokenAudience
from impl.auth.tokens.revocation_cache import RevocationCache
from impl.kernel.clock import Clock
from impl.kernel.expiring import ExpiringCache

_KNOWN_SECONDS: Final = 60.0
_KNOWN_TOKENS: Final = 20_000


@final
class Verifier:
    """Checks tokens. That a key signed a text never changes, so it is worked out once; all that can change is asked anew."""

    def __init__(
        self, *, keys: SigningKeys, token_audience: TokenAudience, revocations: RevocationCache, clock: Clock
    ) -> None:
        self._keys, self._token_audience, self._revocations, self._clock = keys, token_audience, revocations, clock
        self._signed = ExpiringCache[bytes, tuple[str, AccessToken]](
            clock, seconds=_KNOWN_SECONDS, capacity=_KNOWN_TOKENS
        )

    async def verify(self, text: str) -> AccessToken | None:
        """The token in `text`; None when it is not good, whatever the cause.

        Raises `KeysUnavailableError`, and what the database raises when it must be asked and does not answer: a token
        that cannot be checked is never taken for good.
        """
        # Only the hash of a token is held: the text would open the door to whoever reads the memory.
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        kid, token = self._signed.get(digest) or await self._read(text, digest)
        if token is None or await self._keys.verifier(kid) is None or not token.is_current(self._clock.now()):
            return None
        return None if await self._revocations.is_revoked(token) else token

    async def _read(self, text: str, digest: bytes) -> tuple[str, AccessToken | None]:
        kid = access_tokens.kid_of(text)
        key = await self._keys.verifier(kid) if kid is not None else None
        if kid is None or key is None:
            return "", None
        token = access_tokens.read(text, key=key, token_audience=self._token_audience, now=self._clock.now())
        if token is not None:
            self._signed.put(digest, (kid, token))
        return kid, token
