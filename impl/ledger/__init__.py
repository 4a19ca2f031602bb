"""The money that is recorded: append-only entries with a signed effect.

Owns the rule that turns the facts of a delivery and the known history of its sale into entries: `settling` compares what the
facts of one side say together with its entries, `sales` counts an order and its payments once, `posting` gives each difference an
event. Entries are never changed; a correction is a new entry. Does not own what a processor's objects mean (`platforms`) or
verification by a processor's books (`reconciliation`).
"""

from impl.ledger.posting import History, KnownFact, Posting, is_foreign, mismatched, post
from impl.ledger.sales import UNKNOWN, Role, RoleOf, Terms, Wait, always_auto
from impl.ledger.settling import Adjustment, HistoryEntry

__all__ = [
    "UNKNOWN",
    "Adjustment",
    "History",
    "HistoryEntry",
    "KnownFact",
    "Posting",
    "Role",
    "RoleOf",
    "Terms",
    "Wait",
    "always_auto",
    "is_foreign",
    "mismatched",
    "post",
]
