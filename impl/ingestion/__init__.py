"""From a verified delivery to an event, a ledger entry, or a dead event: once, and in one transaction.

`deliveries` receives what processors send, `touches` what the tenant's site sends, `dead_events` repairs what became neither.
Here stands what those three share: the PII strip, channels, journeys, the causes of rejections, and the operations of
the events contract. Does not own what a processor's fields mean (`platforms`) or the rules of money (`ledger`).
"""
