"""Who calls, for which tenant, and how often they may.

Owns passwords, access and refresh tokens, the keys that sign them, what was revoked, tenant keys, roles and rate limits.

Does not own webhook signatures (`platforms`), what a scope protects (the contract), or tenants and users themselves.
"""
