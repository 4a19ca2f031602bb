"""Who may call an operation: alternatives of schemes with scopes, and the one answer to everybody else.

The generated `Authenticator` has one method per scheme. A method gets the credential and the whole raw request (body included, so
that a signature over the bytes is a scheme like any other) and returns a `Grant`, or None when the credential is not accepted.
An authenticator whose attribute `reads_body` is False is asked before the body is read: who is refused then costs no memory.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from .problems import UnauthorizedError
from .requests import Grant, RawRequest

Check: TypeAlias = Callable[[str, RawRequest], Awaitable[Grant[Any] | None]]
"""Method of an authenticator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One way to prove who calls."""

    name: str
    """As in the contract: `accessBearerAuth`."""
    method: str
    """Method of the authenticator: `access_bearer_auth`."""
    kind: str
    """`bearer`, `basic`, `apiKey` or `other` (the method finds the credential itself)."""
    location: str = "header"
    parameter: str = "authorization"
    """Name of the header, query parameter or cookie that carries an apiKey."""

    @property
    def challenge(self) -> str:
        """Value for WWW-Authenticate."""
        if self.kind in {"bearer", "basic"}:
            return f'{self.kind.capitalize()} realm="api"'
        return f'ApiKey realm="api", in="{self.location}", name="{self.parameter}"'


@dataclass(frozen=True, slots=True)
class Need:
    """A scheme and the scopes that its grant must have."""

    scheme: Scheme
    scopes: frozenset[str] = frozenset()


Alternatives: TypeAlias = tuple[tuple[Need, ...], ...]
"""OR of ANDs. Empty: nobody is asked. An empty alternative: asked, but not needed."""


def credential(scheme: Scheme, request: RawRequest) -> str | None:
    """The credential for `scheme` in `request`; None without one of its form."""
    if scheme.kind == "other":
        return ""
    if scheme.location == "query":
        pairs = parse_qsl(request.query.decode("latin-1"), keep_blank_values=True)
        return next((value for name, value in pairs if name == scheme.parameter), None)
    if scheme.location == "cookie":
        return _cookie(request, scheme.parameter)
    # Latin-1 has a character for every byte, so no header can make this fail.
    value = request.headers.raw(scheme.parameter.lower().encode())
    if value is None or scheme.kind == "apiKey":
        return None if value is None else value.decode("latin-1")
    kind, _, rest = value.decode("latin-1").strip().partition(" ")
    if kind.lower() != scheme.kind or not rest.strip():
        return None
    return rest.strip() if scheme.kind == "bearer" else _basic(rest.strip())


_BEARER = b"Bearer "


def _reader(scheme: Scheme) -> Callable[[RawRequest], str | None]:
    """`credential` of one scheme; what nearly every caller sends is read without detours."""

    def bearer(request: RawRequest) -> str | None:
        value = request.headers.raw(b"authorization")
        if value is None or not value.startswith(_BEARER):
            return credential(scheme, request)
        return value[len(_BEARER) :].decode("latin-1").strip() or None

    return bearer if scheme.kind == "bearer" else lambda request: credential(scheme, request)


def _basic(encoded: str) -> str | None:
    """`user:password` from its Base64 form."""
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return text if ":" in text else None


def _cookie(request: RawRequest, name: str) -> str | None:
    for header in request.headers.every(b"cookie"):
        for part in header.decode("latin-1").split(";"):
            key, separator, value = part.strip().partition("=")
            if separator and key == name:
                return value
    return None


class Guard:
    """The security of one operation, bound to an authenticator."""

    __slots__ = ("_alternatives", "_asked", "_single", "challenges", "reads_body")

    def __init__(self, alternatives: Alternatives, authenticator: object) -> None:
        self._alternatives = alternatives
        self.reads_body: bool = getattr(authenticator, "reads_body", True)
        schemes = {need.scheme.name: need.scheme for alternative in alternatives for need in alternative}
        self._asked = {
            name: (_reader(scheme), _check_of(authenticator, scheme.method)) for name, scheme in schemes.items()
        }
        needs = [alternative[0] for alternative in alternatives if len(alternative) == 1]
        is_plain = len(needs) == len(alternatives) == len(schemes)
        self._single = [(*self._asked[need.scheme.name], need.scopes) for need in needs] if is_plain else []
        """The usual case, read without detours: alternatives of one scheme each, all of them different."""
        self.challenges = ", ".join(dict.fromkeys(scheme.challenge for scheme in schemes.values()))

    async def admit(self, request: RawRequest) -> tuple[Any, bool]:
        """Principal of the first alternative that holds, and True; of the first known one, and False, when scopes are missing.

        A principal is one value, a tuple when schemes are combined, None when nobody has to be known. Raises
        `UnauthorizedError` when no credential is accepted.
        """
        if self._single:
            return await self._admit_by_one(request)
        grants: dict[str, Grant[Any] | None] = {}
        known: list[Any] = []
        for alternative in self._alternatives:
            for need in alternative:
                name = need.scheme.name
                if name not in grants:
                    grants[name] = await self._ask(name, request)
                if grants[name] is None:
                    break
            else:
                required = [grants[need.scheme.name] for need in alternative]
                pairs = zip(alternative, required, strict=True)
                principals = tuple(grant.principal for grant in required if grant is not None)
                principal = principals[0] if len(principals) == 1 else principals or None
                if all(grant is not None and need.scopes <= grant.scopes for need, grant in pairs):
                    return principal, True
                known.append(principal)
        if not known:
            raise UnauthorizedError
        return known[0], False

    async def _admit_by_one(self, request: RawRequest) -> tuple[Any, bool]:
        known: Grant[Any] | None = None
        for read, check, scopes in self._single:
            value = read(request)
            grant = None if value is None else await check(value, request)
            if grant is not None and scopes <= grant.scopes:
                return grant.principal, True
            known = known or grant
        if known is None:
            raise UnauthorizedError
        return known.principal, False

    async def _ask(self, name: str, request: RawRequest) -> Grant[Any] | None:
        read, check = self._asked[name]
        value = read(request)
        return None if value is None else await check(value, request)


def _check_of(authenticator: object, method: str) -> Check:
    check: Check = getattr(authenticator, method)
    return check
