"""Dead events: listed, tried again, given up; and notes of deliveries whose key nobody has.

Owns the life of a dead event after it was written, and its replay by a job. Does not own the writing of one, which is part of
the receipt (`deliveries`, `touches`).
"""
