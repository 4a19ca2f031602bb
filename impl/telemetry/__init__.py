"""What the running service says about itself: log lines, metrics, the access log.

Owns the shape of a log line, what may never stand in one, the metrics and their closed label sets, and the correlation
of everything that happens during one request.

Does not own what is worth saying: each domain logs its own events through `structlog` and counts on the metrics here.
"""
