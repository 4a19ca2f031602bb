"""Owns: engines, tenant-bound transactions, sealing, advisory locks, the embedded PostgreSQL, roles and migrations.

Does not own: any table's meaning. Tables live in the domains; their history lives in `alembic/`.
"""
