"""The receipt of deliveries: who signed it, what it says, what became of it.

Owns webhook secrets, the order of checks, the operations of the webhook contracts, and how facts are recorded, alone or with
others. Does not own what a processor's fields mean (`platforms`), or what is done about a rejected delivery (`dead_events`).
"""
