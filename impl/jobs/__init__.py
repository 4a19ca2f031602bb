"""Owns background jobs: how they are deferred, run, repeated, scheduled, and the traces they leave.

Does not own what a job does: that lives in its domain, which defines a `kinds.Kind` and hands its function to the worker.
"""
