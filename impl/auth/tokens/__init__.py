"""Access and refresh tokens: made, verified, revoked.

Owns the form of both tokens and the revocation state. Does not own who gets one (`impl.auth.sessions`) or what signs them.
"""
