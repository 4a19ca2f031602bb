"""Owns background jobs, schedules and the traces they leave. Does not own what a job does: that lives in its domain."""
