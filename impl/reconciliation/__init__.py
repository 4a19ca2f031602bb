"""Owns runs that hold the ledger against the books of platforms, and their results. Does not own the ledger."""
