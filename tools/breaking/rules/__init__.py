"""Rules of compatibility: each difference between two documents becomes a fact, and one law gives its level."""
