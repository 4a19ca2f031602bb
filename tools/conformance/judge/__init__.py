"""Verdicts on exchanges, by the contract alone."""
