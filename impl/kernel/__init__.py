"""Owns values without I/O: money, ids, clock, callers, errors; and how background tasks end. Imports nothing of Skeldir."""
