"""From a verified delivery to an event, a ledger entry, or a dead event: once, and in one transaction.

Owns events, dead events, the PII strip and the follow-up of duplicates. Does not own signatures or HTTP (`webhooks`), what a
processor's fields mean (`platforms`), or the rules of money (`ledger`).
"""
