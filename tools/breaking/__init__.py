"""The compatibility checker: which change of a contract breaks whom, proved by containment and shown by a payload.

`schema/` decides what a JSON Schema accepts; the other modules know OpenAPI and turn answers into findings.
The rules and their limits are explained in `contracts/decisions/` (the page on containment).
"""
