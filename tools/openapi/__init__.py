"""Contracts as data: read with positions, linked, with what applies to each operation.

Owns documents (`source`), findings (`problems`), references (`link`), which object stands where (`kinds`) and bundles (`bundle`).
Every other tool reads OpenAPI through this package and through nothing else. It imports no other tool.
"""
