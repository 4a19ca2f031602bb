"""Owns background jobs: how they are queued, executed, retried and scheduled, and the records they leave.

Does not own the functions that jobs call: those live in their domains, which define a `kinds.Kind` for each.
"""
