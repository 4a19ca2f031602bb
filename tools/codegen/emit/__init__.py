"""From the plan to Python: small functions add lines to a `Module`, which owns imports and indentation."""
