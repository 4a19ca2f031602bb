"""Keys: those that sign access tokens, and those by which a tenant's machines are known.

Does not own the key ring that seals what is stored (`impl.db.sealing`).
"""
