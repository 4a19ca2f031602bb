"""Versions, frozen baselines, and findings that somebody accepted until a day."""
