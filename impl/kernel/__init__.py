"""Values without I/O: money, ids, clock, errors. Imports nothing of Skeldir."""
