"""Errors of the database layer. Each message is one line that says what to do."""

from __future__ import annotations

from impl.kernel.errors import ConfigurationError, SkeldirError


class DatabaseUrlError(ConfigurationError):
    """The database URL cannot be used. The message never repeats it, because it may hold a password."""


class DatabaseUnreachableError(SkeldirError):
    """The database did not answer; the message names the address and what to check."""


class EmbeddedPostgresError(SkeldirError):
    """The embedded PostgreSQL cannot start; the message says why and what to do."""


class MigrationError(SkeldirError):
    """The schema could not be migrated to the requested revision."""


class SealingError(SkeldirError):
    """A sealed value cannot be decrypted: wrong key ring, wrong place, or changed bytes."""
