"""Owns tenants, their machine keys and shared secrets. Does not own people (auth) or platform accounts (platforms)."""
