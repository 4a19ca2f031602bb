"""Contracts with one change each, to learn which changes the exchanges would notice."""
