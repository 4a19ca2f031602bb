"""Values without I/O: money, ids, clock, errors; and how tasks end. Imports nothing of Skeldir."""
