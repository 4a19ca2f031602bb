"""All settings of Skeldir in one typed class, read once when a process starts.

Precedence: environment (`SKELDIR_…`) over the secret store (files named like the setting, e.g.
`/skeldir/prod/skeldir_sealing_keys`) over defaults. No setting weakens authentication, rotation, revocation or isolation.
"""

from __future__ import annotations

import base64
import binascii
import enum
import os
from pathlib import Path
from typing import Annotated, Literal, Self

import structlog
from pydantic import AliasChoices, Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    SecretsSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    PydanticBaseSettingsSource as Source,
)

from impl.kernel.errors import ConfigurationError

log = structlog.get_logger()


class Role(enum.Enum):
    """Role of a process: determines which secrets it needs to start."""

    API = "api"
    WORKER = "worker"
    OPERATOR = "operator"
    MIGRATION = "migration"


MIN_PEPPER_CHARACTERS = 8


REQUIRED: dict[Role, tuple[str, ...]] = {
    Role.API: ("app_database_url", "sealing_keys", "login_pepper"),
    Role.WORKER: ("worker_database_url", "sealing_keys"),
    Role.OPERATOR: ("ops_database_url", "sealing_keys", "login_pepper"),
    Role.MIGRATION: ("migration_database_url",),
}


class Settings(BaseSettings):
    """Configuration of one process."""

    # Inputs are hidden because an error would otherwise quote a secret, or a URL with its password.
    model_config = SettingsConfigDict(env_prefix="SKELDIR_", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["local", "ci", "stage", "prod"] = Field("local", validation_alias=AliasChoices("SKELDIR_ENV"))
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    """Port of the API; 0 picks a free one."""
    max_connections: int = Field(1000, ge=1)
    """Connections of clients that may be open. When they are all in use, the one that has kept the service waiting longest
    for the rest of its request makes room."""
    metrics_port: int | None = Field(None, ge=1, le=65535)
    """Internal port for Prometheus metrics at /metrics. Unset: metrics are not served."""
    worker_metrics_port: int | None = Field(None, ge=1, le=65535)
    """The same for workers: the first process uses this port, the second the next one. Unset: metrics are not served."""
    data_dir: Path = Path(".data")
    """Folder of the embedded database and the local secrets."""
    docs_dir: Path = Path("build/docs")
    """Folder of the site that `contracts docs` writes, served at /docs."""

    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "SKELDIR_DATABASE_URL"))
    """URL of a PostgreSQL server (15 or newer) for a role that may create roles and databases. Unset: embedded PostgreSQL."""
    migration_database_url: SecretStr | None = None
    app_database_url: SecretStr | None = None
    worker_database_url: SecretStr | None = None
    ops_database_url: SecretStr | None = None
    database_pool_size: int = Field(20, ge=1, le=30)
    database_pool_timeout_seconds: float = Field(5.0, gt=0)
    database_use_seconds: float = Field(10.0, gt=0)
    """How long one request may hold a database connection before it is closed and the request answered with 503."""
    database_statement_cache_size: int = Field(100, ge=0)
    """Prepared statements cached per connection; set 0 behind a pooler that does not support them (pgbouncer before 1.21)."""
    listen_database_url: SecretStr | None = None
    """URL of the API's database without a transaction pooler, because LISTEN does not work through one.
    Unset: the same as SKELDIR_APP_DATABASE_URL."""

    sealing_keys: SecretStr | None = None
    """Keys that encrypt stored secrets: `id:base64,id:base64`, at most three of 32 bytes each; the first one encrypts."""
    login_pepper: SecretStr | None = None
    """Secret that is part of every hash of a login identifier."""

    paypal_test_authority: Path | None = None
    """Folder of a local certificate authority that replaces PayPal's; allowed only in local and ci."""
    paypal_roots: Path | None = None
    """PEM file of the root certificates that PayPal's have to lead to; unset, those that come with the program."""
    paypal_issuers: Path | None = None
    """PEM file of the issuers that PayPal may leave out of what it serves; unset, those that come with the program."""
    worker_processes: int = Field(1, ge=1, le=32)
    """Number of worker processes that `skeldir worker` keeps running."""
    supervisor_pid: int | None = Field(None, ge=1)
    """Set by `skeldir worker` for its processes: a worker stops once this process is no longer its parent."""
    worker_stall_seconds: float = Field(15.0, ge=1)
    """A worker whose event loop is blocked for this long exits and is restarted."""
    schedule_seconds: int | None = Field(None, ge=1)
    """Period of every schedule, for tests with real processes; allowed only in ci."""

    trusted_proxies: Annotated[list[IPvAnyNetwork], NoDecode] = []
    """Comma-separated networks of the proxies in front of the service. Behind them the client's address is the rightmost one
    in X-Forwarded-For that is not theirs; without them every caller behind a proxy counts as one."""
    token_issuer: str = "https://api.skeldir.com"  # noqa: S105 - an address, no secret
    token_audience: str = "skeldir-api"  # noqa: S105 - a name, no secret
    cors_origins: Annotated[list[str], NoDecode] = []
    """Comma-separated origins whose pages may call the API; wildcards are not allowed."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        """Environment over secret store over defaults. There is no .env file."""
        del dotenv_settings, file_secret_settings
        store = secret_store(os.environ.get("SKELDIR_ENV", "local"))
        stored = (SecretsSettingsSource(settings_cls, secrets_dir=store),) if store.is_dir() else ()
        return (init_settings, env_settings, *stored)

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _no_wildcard(cls, value: list[str]) -> list[str]:
        if any("*" in origin for origin in value):
            # With a wildcard every page on the web could use a token that it has got hold of.
            raise ValueError("wildcard origins are not allowed; list each origin")
        return value

    @model_validator(mode="after")
    def _no_stand_in_for_paypal(self) -> Self:
        if self.paypal_test_authority is not None and self.environment in {"stage", "prod"}:
            raise ValueError(
                "SKELDIR_PAYPAL_TEST_AUTHORITY lets this machine sign deliveries as PayPal; unset it in stage and prod"
            )
        return self

    @model_validator(mode="after")
    def _check_schedules(self) -> Self:
        if self.schedule_seconds is not None and self.environment != "ci":
            raise ValueError("SKELDIR_SCHEDULE_SECONDS is allowed only with SKELDIR_ENV=ci; unset it")
        return self

    @model_validator(mode="after")
    def _check_pepper(self) -> Self:
        pepper = self.login_pepper.get_secret_value() if self.login_pepper is not None else None
        if pepper is not None and self.environment in {"stage", "prod"} and len(set(pepper)) < MIN_PEPPER_CHARACTERS:
            raise ValueError(
                f"SKELDIR_LOGIN_PEPPER needs at least {MIN_PEPPER_CHARACTERS} different characters; choose it at random"
            )
        return self

    @model_validator(mode="after")
    def _check_ring(self) -> Self:
        try:
            ring = parse_key_ring(self.sealing_keys.get_secret_value()) if self.sealing_keys is not None else {}
        except ValueError as error:
            raise ValueError(f"SKELDIR_SEALING_KEYS: {error}") from None
        if self.environment in {"stage", "prod"} and any(len(set(key)) == 1 for key in ring.values()):
            raise ValueError("a key of SKELDIR_SEALING_KEYS is one byte repeated; choose it at random")
        return self

    def warn_of_environment(self) -> None:
        """Log a warning where this looks like an installation that nobody has told its environment."""
        urls = (self.app_database_url, self.worker_database_url, self.database_url)
        if "environment" not in self.model_fields_set and any(urls):
            log.warning(
                "environment_not_set",
                message="SKELDIR_ENV is not set, so this process is a local one: PayPal's sandbox certificates count and weak"
                " keys are accepted; set SKELDIR_ENV=prod",
            )

    def key_ring(self) -> dict[str, bytes]:
        """Sealing keys by id; the first one encrypts. Raises `ConfigurationError` if there is none."""
        if self.sealing_keys is None:
            raise ConfigurationError(
                "SKELDIR_SEALING_KEYS is not set; set it, or use `skeldir run`, which creates a local key"
            )
        return parse_key_ring(self.sealing_keys.get_secret_value())

    def secret(self, name: str) -> str:
        """Value of the secret setting `name`. Raises `ConfigurationError` that says how to set it."""
        value = getattr(self, name)
        if not isinstance(value, SecretStr) or not value.get_secret_value():
            raise ConfigurationError(f"{environment_name(name)} is not set, but this process needs it")
        return value.get_secret_value()

    def require(self, role: Role) -> None:
        """Raises `ConfigurationError` with the names of all secrets that `role` needs and that are not set."""
        missing = [environment_name(name) for name in REQUIRED[role] if not getattr(self, name)]
        if missing:
            where = f"the secret store {secret_store(self.environment)} or the environment"
            raise ConfigurationError(f"the {role.value} process needs {', '.join(missing)}; set them in {where}")


def environment_name(name: str) -> str:
    """Environment variable of the setting `name`."""
    return "DATABASE_URL" if name == "database_url" else f"SKELDIR_{name.upper()}"


def secret_store(environment: str) -> Path:
    """Folder with one file per secret, usually a mounted volume. SKELDIR_SECRET_ROOT changes its parent folder."""
    return Path(os.environ.get("SKELDIR_SECRET_ROOT", "/skeldir")) / environment


def read(**overrides: object) -> Settings:
    """Settings of this process; `overrides` take precedence. Raises `ConfigurationError` that names each invalid setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # values are checked by pydantic
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentence(item) for item in error.errors())) from None


def _sentence(item: object) -> str:
    assert isinstance(item, dict)
    location = ".".join(str(part) for part in item["loc"])
    message = str(item["msg"]).removeprefix("Value error, ")
    if not location:
        return message  # of several settings together, which it names
    name = location if location.isupper() else environment_name(location)
    return f"{name}: {message}"


def parse_key_ring(text: str) -> dict[str, bytes]:
    """Keys by id from `id:base64,…`. Raises `ValueError`, whose message never contains a key."""
    ring: dict[str, bytes] = {}
    for item in text.split(","):
        key_id, _, encoded = item.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key) != 32 or key_id in ring:
            raise ValueError(
                "expected `id:base64` pairs with distinct ids and 32-byte keys, separated by commas; see `skeldir keys make`"
            )
        ring[key_id] = key
    if len(ring) > 3:
        raise ValueError("a key ring holds at most three keys; run `skeldir keys reseal` and remove the oldest")
    return ring
