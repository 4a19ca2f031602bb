"""Requests of our own, aimed at what random ones do not reach."""
