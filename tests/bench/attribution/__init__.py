"""`make bench-attribution`: what credits cost, beside the bare statement and public packages, in one run."""
