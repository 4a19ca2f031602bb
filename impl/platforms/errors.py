"""Errors of authentic deliveries. Each becomes a dead event with this code."""

from __future__ import annotations

from impl.kernel.errors import SkeldirError


class UnusableDelivery(SkeldirError):
    """The delivery is authentic but cannot become an event. `code` classifies it, `pointer` says where."""

    def __init__(self, code: str, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.pointer = pointer


class ForeignAmount(UnusableDelivery):
    """An amount is in another currency than its sale, as the body alone shows; one that a manager has given may count instead."""

    def __init__(self, message: str, pointer: str, sale: str) -> None:
        super().__init__("currency_mismatch", message, pointer)
        self.sale = sale
        """Name of the order or payment, under which its repairs are found."""


class NothingToRecord(SkeldirError):
    """The delivery is authentic and understood, and says nothing about revenue. No repair would change that."""


class ProcessorUnreachable(SkeldirError):
    """The processor could not be asked for the key that verifies the delivery; it repeats the delivery."""


class SignatureMismatch(SkeldirError):
    """The delivery is not signed by anyone who knows the tenant's secret, or too long ago."""
