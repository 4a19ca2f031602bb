"""Settings of a service under test: its address, its logins, how its webhooks are signed.

A target is a TOML or JSON file. Reading it finds every mistake at once; logging in happens over HTTP, as a client would.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.conformance.drive import signing, wire
from tools.conformance.drive.signing import Signature
from tools.conformance.judge.oracle import Credential, Policy


class BadTarget(Exception):  # errors are named as sentences
    """The target file, the service or a login is not what the harness needs; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Login:
    """A person: how to get their token, and what it may do."""

    name: str
    scheme: str
    tenant: str
    scopes: frozenset[str]
    path: str
    body: dict[str, Any]
    token: str = "/access_token"  # noqa: S105  # a JSON pointer
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    """A credential that is known beforehand, such as a machine's key."""

    name: str
    scheme: str
    tenant: str
    value: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault injected into the service: every operation is called once while it lasts."""

    name: str
    """As in `without the database`."""
    begin: tuple[str, ...]
    """Command that makes it happen."""
    end: tuple[str, ...]
    is_foreseen: bool = True
    """Whether the service can tell (503); otherwise any documented reply is right."""
    replies: frozenset[int] = frozenset()
    """The only right statuses, where there is only one way to reply."""


@dataclass(frozen=True, slots=True)
class Target:
    """A service under test."""

    url: str
    contract: Path
    logins: tuple[Login, ...] = ()
    keys: tuple[Key, ...] = ()
    signatures: tuple[Signature, ...] = ()
    peers: tuple[str, ...] = ()
    """Names of two logins of different tenants, which must not see each other's objects."""
    rule_codes: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    """Query parameters whose values only the service can make, such as a cursor."""
    polite_refusals: dict[str, list[str]] = field(default_factory=dict)
    """Members of a 2xx body, and their values, that mean: not accepted. Webhooks answer so what a retry cannot mend."""
    correlation_header: str = ""
    problem_media_type: str = ""
    """`application/problem+json` when every failure must be one; empty for services that do not use it."""
    ignored_paths: frozenset[str] = frozenset()
    hooks: str = ""
    """Python file with more Schemathesis hooks, e.g. for logins that are used up."""
    pinned: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers by operation id that every request carries which is not about them: what an address is for, say."""
    present: frozenset[str] = frozenset()
    """Members of request bodies that must be of this day: the moments of examples are brought to the present there."""
    repeats: str = ""
    """Header by which the service knows a request that it has answered: sent only by what is about it."""
    echoes: dict[str, str] = field(default_factory=dict)
    """By operation id: pointer into the body to the caller's token, which must be the one that is carried."""
    private: frozenset[str] = frozenset()
    """Operations that use up the login they are called with: edges of single values are not probed there."""
    sacrifices: tuple[str, ...] = ()
    """Names of the logins (one for each scheme) that private operations are called with: what they break is their own, and
    they log in anew each time."""
    consumes: dict[str, str] = field(default_factory=dict)
    """Operations that use up the object in their path: each probe gets another one, from the list above it, asked with this
    query, which shows objects that the operation may be used on."""
    limited: frozenset[str] = frozenset()
    """Names of logins and keys that may ask once a minute: with them every operation is brought to its 429."""
    self_limited: frozenset[str] = frozenset()
    """Operations whose 429 is not for those who may hardly ask: see `floods`."""
    seeds: tuple[dict[str, Any], ...] = ()
    """Requests to begin with, so that there is something to see: `operation`, `body` where it has one (`"{now}"` becomes the
    Unix time, `{moment}` a moment of this day), perhaps `path`, `headers`, and `everywhere`, where only some operations are
    tested."""
    floods: tuple[dict[str, Any], ...] = ()
    """Examples of the contract that are sent `times` over, to see a 429: `operation`, `times`."""
    faults: tuple[Fault, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    """For the hooks of this target; the harness does not read it."""


_TUPLES = {"logins": Login, "keys": Key, "signatures": Signature, "faults": Fault}


def read(path: Path, *, url: str = "", contract: Path | None = None) -> Target:
    """The target described at `path`, at another `url` or of another `contract` when these are given. Raises `BadTarget`."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise BadTarget(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadTarget(f"{path}: {error}") from error
    if contract is not None:
        raw = {**raw, "contract": str(contract.absolute())}
    return parse(raw, name=str(path), url=url, base=path.parent)


def parse(raw: Mapping[str, Any], *, name: str, url: str = "", base: Path | None = None) -> Target:
    """The target described by `raw`; relative paths start at `base`. Raises `BadTarget`."""
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in Target.__dataclass_fields__:
            known = ", ".join(Target.__dataclass_fields__)
            raise BadTarget(f"{name}: there is no setting {key!r}; there are {known}")
        values[key] = tuple(_entry(_TUPLES[key], item, f"{name}: {key}") for item in value) if key in _TUPLES else value
    values["url"] = url or values.get("url", "")
    parts = urlsplit(values["url"])
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadTarget(f"{name}: {values['url']!r} is no http(s) address of a service")
    home = base or Path()
    if values.get("contract"):
        values["contract"] = home / values["contract"]
    if values.get("hooks"):
        values["hooks"] = str(home / values["hooks"])
    values["signatures"] = tuple(_at_home(item, home, name) for item in values.get("signatures", ()))
    for key in ("rule_codes", "ignored_paths", "private", "limited", "opaque", "present", "self_limited"):
        values[key] = frozenset(values.get(key, ()))
    for key in ("peers", "seeds", "floods", "sacrifices"):
        values[key] = tuple(values.get(key, ()))
    if "contract" not in values:
        raise BadTarget(f"{name}: the setting contract (path of the bundle) is missing")
    return Target(**values)


def _entry(kind: Any, raw: Mapping[str, Any], name: str) -> Any:
    fields = kind.__dataclass_fields__
    unknown = sorted(set(raw) - set(fields))
    if unknown:
        raise BadTarget(f"{name}: there is no setting {unknown[0]!r}; there are {', '.join(fields)}")
    values = {key: _frozen(fields[key].type, value) for key, value in raw.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise BadTarget(f"{name}: {str(error).partition(') ')[2]}") from error


def _at_home(signature: Signature, home: Path, name: str) -> Signature:
    """`signature` with the files of its functions found from the folder `home`. Raises `BadTarget`."""
    resolved = replace(
        signature,
        signer=str(home / signature.signer) if signature.signer else "",
        forger=str(home / signature.forger) if signature.forger else "",
    )
    try:
        for place in filter(None, (resolved.signer, resolved.forger)):
            signing.function_of(place)
    except signing.UnusableSigner as error:
        raise BadTarget(f"{name}: signatures: {error}") from error
    return resolved


def _frozen(kind: Any, value: Any) -> Any:
    if isinstance(value, list):
        return frozenset(value) if str(kind).startswith("frozenset") else tuple(value)
    return value


def log_in(target: Target) -> tuple[Credential, ...]:
    """Every credential of `target`, tokens fetched by real logins. Raises `BadTarget` when the service refuses one."""
    credentials = [Credential(key.name, key.scheme, key.value, frozenset(), key.tenant) for key in target.keys]
    client = wire.Client(target.url)
    try:
        credentials.extend(_log_in(client, login) for login in target.logins)
    finally:
        client.close()
    return tuple(credentials)


def log_in_anew(target: Target, name: str) -> Credential:
    """A new token for the login `name`. Raises `BadTarget`."""
    login = next((item for item in target.logins if item.name == name), None)
    if login is None:
        raise BadTarget(f"there is no login {name!r}")
    client = wire.Client(target.url)
    try:
        return _log_in(client, login)
    finally:
        client.close()


def _log_in(client: wire.Client, login: Login) -> Credential:
    body = json.dumps(login.body).encode()
    try:
        reply = client.send(
            "POST", login.path, {"content-type": "application/json", **login.headers}, body, source="login"
        )
    except OSError as error:
        raise BadTarget(f"{client.url} does not answer: {error}") from error
    token: Any = reply.json_reply
    for part in login.token.split("/")[1:]:
        token = token.get(part) if isinstance(token, dict) else None
    if reply.status >= 300 or not isinstance(token, str):
        raise BadTarget(f"the login {login.name} was refused: POST {login.path} answers {reply.status}")
    return Credential(login.name, login.scheme, f"Bearer {token}", login.scopes, login.tenant)


def policy_of(target: Target, credentials: tuple[Credential, ...]) -> Policy:
    """The policy of the oracle for `target`."""
    return Policy(
        credentials=credentials,
        rule_codes=target.rule_codes,
        ignored_paths=target.ignored_paths,
        opaque=target.opaque,
        polite_refusals=tuple((name, frozenset(values)) for name, values in target.polite_refusals.items()),
    )
