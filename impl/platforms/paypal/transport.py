"""The one request that Skeldir makes to PayPal for a delivery: small, short, and to the address it was given only."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx2

from impl.platforms.paypal.certificates import CertificateUnavailable, CouldNotAsk

TIMEOUT_SECONDS: Final = 5.0
MAX_BYTES: Final = 64 * 1024


async def fetch(url: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> bytes:
    """The body at `url`.

    Raises `CertificateUnavailable` for a redirect, any status but 200, or too much; `CouldNotAsk` when PayPal does not answer in
    time, or that it cannot now.
    """
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _get(url, transport)
    except TimeoutError as error:
        raise CouldNotAsk(f"PayPal did not answer within {TIMEOUT_SECONDS:.0f} seconds") from error
    except httpx2.HTTPError as error:
        raise CouldNotAsk(f"PayPal could not be asked ({type(error).__name__})") from error


async def _get(url: str, transport: httpx2.AsyncBaseTransport | None) -> bytes:
    # trust_env is off: a proxy or a .netrc of the machine has no say in whose signature counts.
    async with (
        httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
    ):
        if response.status_code >= 500 or response.status_code == 429:
            raise CouldNotAsk(f"PayPal answered {response.status_code}")
        if response.status_code != 200:
            raise CertificateUnavailable(f"PayPal answered {response.status_code}")
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                raise CertificateUnavailable(f"PayPal answered more than {MAX_BYTES} bytes")
        return body
