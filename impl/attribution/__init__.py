"""Owns credits of conversions to channels, the models that give them, and corrections. Does not own events or money."""
