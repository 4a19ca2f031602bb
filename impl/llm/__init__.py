"""Owns calls of language models, their budgets, caches and audit, and what is built on them. It never computes revenue."""
