"""Contracts as data: read them with positions, follow their references, judge them.

Owns the source documents (`source`), findings (`problems`) and the `contracts` command (`cli`).
Does not own code generation (`tools.codegen`) or compatibility (`tools.breaking`), which read contracts through this package.
"""
