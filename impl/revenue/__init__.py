"""Realtime revenue: totals of the current UTC day, read from the ledger, never called verified.

Owns the realtime figures. Does not own entries (`ledger`) or the word verified (`reconciliation`).
"""
