"""Owns liveness, readiness and the detailed health of this process: the probes and how often they run.

Does not own the things that the probes check.
"""
