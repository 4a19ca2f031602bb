"""Requests that are safe to repeat: one key, one effect, one answer.

Owns the stored answers of `X-Idempotency-Key`. Does not own webhooks, whose key is the processor's own id.
"""
