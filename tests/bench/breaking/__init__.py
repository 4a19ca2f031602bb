"""Measures the checker: random schema pairs, systematic edits, the shared cases, the own contracts and a large document."""
