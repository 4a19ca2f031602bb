"""A shop that exists only on this machine: signed deliveries in the shapes of four processors, and what they amount to.

Owns the demo's deliveries and its words. Works over HTTP only, like any processor and any dashboard.
"""
