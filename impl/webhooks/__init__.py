"""The receipt of deliveries: who signed it, what it says, what became of it.

Owns webhook secrets, the order of checks, and the operations of the webhook contracts. Does not own what a processor's fields
mean (`platforms`) or how a fact is recorded (`ingestion`).
"""
