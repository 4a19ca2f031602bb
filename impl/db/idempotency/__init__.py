"""Requests that are safe to repeat: one key, one effect, one reply.

Owns the stored replies of `X-Idempotency-Key`. Does not own webhooks, whose key is the processor's own id.
"""
