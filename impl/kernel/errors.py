"""Base classes of the errors that Skeldir raises on purpose."""

from __future__ import annotations


class SkeldirError(Exception):
    """A known error; the message says what to do."""


class ConfigurationError(SkeldirError):
    """A setting is missing or wrong. The message names it and says what to write instead."""
