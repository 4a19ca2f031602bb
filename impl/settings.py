"""Every setting of Skeldir: one typed class, read once at the door of a process.

Precedence: environment (`SKELDIR_…`) over the secret store (files named like the setting, e.g.
`/skeldir/prod/skeldir_sealing_keys`) over defaults. No setting can weaken authentication, rotation, revocation or isolation.
"""

from __future__ import annotations

import base64
import binascii
import enum
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
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


class Role(enum.Enum):
    """What a process is: decides which secrets it cannot start without."""

    API = "api"
    WORKER = "worker"
    OPERATOR = "operator"
    MIGRATION = "migration"


REQUIRED: dict[Role, tuple[str, ...]] = {
    Role.API: ("app_database_url", "sealing_keys", "login_pepper"),
    Role.WORKER: ("worker_database_url", "sealing_keys"),
    Role.OPERATOR: ("ops_database_url", "sealing_keys", "login_pepper"),
    Role.MIGRATION: ("migration_database_url",),
}


class Settings(BaseSettings):
    """All configuration of one process."""

    model_config = SettingsConfigDict(env_prefix="SKELDIR_", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["local", "ci", "stage", "prod"] = Field("local", validation_alias=AliasChoices("SKELDIR_ENV"))
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    """Port of the API; 0 takes a free one."""
    metrics_port: int | None = Field(None, ge=1, le=65535)
    """Internal port that serves Prometheus metrics at /metrics; unset: they are not served."""
    worker_metrics_port: int | None = Field(None, ge=1, le=65535)
    """The same for workers: the first process has this port, the next one the next. Unset: they are not served."""
    data_dir: Path = Path(".data")
    """Where the embedded database and the local secrets live."""
    docs_dir: Path = Path("build/docs")
    """The site that `contracts docs` wrote, served at /docs."""

    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL", "SKELDIR_DATABASE_URL"))
    """An external PostgreSQL (15 or newer), as a role that may create roles and databases. Unset: embedded PostgreSQL."""
    migration_database_url: SecretStr | None = None
    app_database_url: SecretStr | None = None
    worker_database_url: SecretStr | None = None
    ops_database_url: SecretStr | None = None
    database_pool_size: int = Field(20, ge=1, le=30)
    database_pool_timeout_seconds: float = Field(5.0, gt=0)
    database_statement_cache_size: int = Field(100, ge=0)
    """Prepared statements kept per connection; 0 behind a transaction pooler that cannot keep them (pgbouncer before 1.21)."""
    listen_database_url: SecretStr | None = None
    """The API's database past a transaction pooler, which cannot LISTEN. Unset: the same as SKELDIR_APP_DATABASE_URL."""

    sealing_keys: SecretStr | None = None
    """Key ring for sealed values: `id:base64,id:base64`, at most three, each 32 bytes; the first one seals."""
    login_pepper: SecretStr | None = None
    """Secret part of the login identifier hash."""

    paypal_test_authority: Path | None = None
    """Folder of a certificate authority that stands in for PayPal's on this machine; only local and ci may have one."""
    worker_processes: int = Field(1, ge=1, le=32)
    """Worker processes that `skeldir worker` keeps running."""
    worker_stall_seconds: float = Field(15.0, ge=1)
    """A worker whose event loop stands still for so long ends, and is started anew."""
    schedule_seconds: int | None = Field(None, ge=1)
    """Makes every schedule due so often, for tests of real processes; only in ci."""

    token_issuer: str = "https://api.skeldir.com"  # noqa: S105 - an address, no secret
    token_audience: str = "skeldir-api"  # noqa: S105 - a name, no secret
    cors_origins: Annotated[list[str], NoDecode] = []
    """Origins (comma-separated) whose pages may call the API; never a wildcard."""
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
        """Environment over secret store over defaults; no .env file, which would be a second place to look."""
        del dotenv_settings, file_secret_settings
        store = secret_store(os.environ.get("SKELDIR_ENV", "local"))
        stored = (SecretsSettingsSource(settings_cls, secrets_dir=store),) if store.is_dir() else ()
        return (init_settings, env_settings, *stored)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _no_wildcard(cls, value: list[str]) -> list[str]:
        if any("*" in origin for origin in value):
            raise ValueError("a wildcard origin is not allowed; list each origin")
        return value

    @model_validator(mode="after")
    def _no_stand_in_for_paypal(self) -> Self:
        if self.paypal_test_authority is not None and self.environment in {"stage", "prod"}:
            raise ValueError(
                "SKELDIR_PAYPAL_TEST_AUTHORITY lets this machine sign for PayPal; unset it in stage and prod"
            )
        return self

    @model_validator(mode="after")
    def _check_schedules(self) -> Self:
        if self.schedule_seconds is not None and self.environment != "ci":
            raise ValueError("SKELDIR_SCHEDULE_SECONDS is for SKELDIR_ENV=ci only; leave it unset elsewhere")
        return self

    @model_validator(mode="after")
    def _check_ring(self) -> Self:
        if self.sealing_keys is not None:
            parse_key_ring(self.sealing_keys.get_secret_value())
        return self

    def key_ring(self) -> dict[str, bytes]:
        """Sealing keys by id, the one that seals first. Raises `ConfigurationError` when there is none."""
        if self.sealing_keys is None:
            raise ConfigurationError("SKELDIR_SEALING_KEYS is not set; run `skeldir run` for a local one, or set it")
        return parse_key_ring(self.sealing_keys.get_secret_value())

    def secret(self, name: str) -> str:
        """Value of the secret setting `name`. Raises `ConfigurationError` that says how to set it."""
        value = getattr(self, name)
        if not isinstance(value, SecretStr) or not value.get_secret_value():
            raise ConfigurationError(f"{environment_name(name)} is not set; this process cannot work without it")
        return value.get_secret_value()

    def require(self, role: Role) -> None:
        """Refuse to start `role` when a secret it needs is missing. Raises `ConfigurationError` naming all of them."""
        missing = [environment_name(name) for name in REQUIRED[role] if not getattr(self, name)]
        if missing:
            where = f"the secret store {secret_store(self.environment)} or the environment"
            raise ConfigurationError(f"the {role.value} process needs {', '.join(missing)}; set them in {where}")


def environment_name(name: str) -> str:
    """Environment variable of the setting `name`."""
    return "DATABASE_URL" if name == "database_url" else f"SKELDIR_{name.upper()}"


def secret_store(environment: str) -> Path:
    """Folder with one file per secret, mounted by the platform; its root can be moved with SKELDIR_SECRET_ROOT."""
    return Path(os.environ.get("SKELDIR_SECRET_ROOT", "/skeldir")) / environment


def read(**overrides: object) -> Settings:
    """Settings of this process; `overrides` win over everything. Raises `ConfigurationError` naming each bad setting."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # values are checked by pydantic
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentence(item) for item in error.errors())) from None


def _sentence(item: object) -> str:
    assert isinstance(item, dict)
    location = ".".join(str(part) for part in item["loc"])
    name = location if location.isupper() else environment_name(location)
    return f"{name}: {str(item['msg']).removeprefix('Value error, ')}"


def parse_key_ring(text: str) -> dict[str, bytes]:
    """`id:base64,…` as keys by id. Raises `ValueError` without repeating any key."""
    ring: dict[str, bytes] = {}
    for item in text.split(","):
        key_id, _, encoded = item.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key) != 32 or key_id in ring:
            raise ValueError("expected `id:base64` pairs with distinct ids and 32-byte keys, separated by commas")
        ring[key_id] = key
    if len(ring) > 3:
        raise ValueError(
            "a key ring holds at most three keys; seal anew with `skeldir keys reseal` and drop the oldest"
        )
    return ring
