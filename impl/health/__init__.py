"""Whether this process lives, whether it may get traffic, and how it is doing.

Owns the probes and how often they run. Does not own what they look at.
"""
