"""Owns log lines, metrics and the access log: the format of a line, redaction, the metrics and their closed label sets,
and the correlation of everything that happens during one request.

Does not own the events themselves: each domain logs its own through `structlog` and counts with the metrics defined here.
"""
