"""Every API answered by the examples of its contract.

Owns the process that serves them (`service`). Reads contracts through `tools.openapi`.
"""
