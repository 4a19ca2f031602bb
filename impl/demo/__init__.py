"""A shop that exists only on this machine: signed deliveries in Stripe's shape, and what they amount to.

Owns the demo's deliveries and its words. Works over HTTP only, like any processor and any dashboard.
"""
