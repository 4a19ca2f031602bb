"""The money that is recorded: append-only entries with a signed effect.

Owns the rule that turns an event and the known history of its transaction into an entry (`posting`), and totals. Entries are
never changed; a correction is a new entry. Does not own events or verification by a processor's books (`reconciliation`).
"""

from impl.ledger.posting import History, HistoryEntry, Posting, post

__all__ = ["History", "HistoryEntry", "Posting", "post"]
