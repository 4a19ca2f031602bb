"""Owns the demo: a shop that exists only on this machine, signed deliveries in the formats of four processors, and their
outcome. Talks to the service over HTTP only, like any processor and any dashboard.
"""
