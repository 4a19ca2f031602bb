"""Owns runs that hold the ledger against the books of platforms, their results, and the roles of payment accounts. Does not own
the ledger, nor the rule by which a role counts.
"""
