"""From contracts to code: intermediate representation, names, emitters, and the runtime that generated code stands on.

Owns everything below `generated/` except bundles. Reads contracts through `tools.openapi`; knows nothing of `impl`.
"""
