"""Merchants: how one comes to be, with its first admin, its key and its webhook secret.

Owns the creation and change of tenants by an operator. Does not own logins (`auth`) or the use of secrets (`webhooks`).
"""
