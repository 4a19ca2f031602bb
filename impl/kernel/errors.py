"""The root of every error Skeldir raises on purpose."""

from __future__ import annotations


class SkeldirError(Exception):
    """Something went wrong in a way we know; the message says what to do."""


class ConfigurationError(SkeldirError):
    """A setting is missing or wrong. The message names it and says what to write instead."""
