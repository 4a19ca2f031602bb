"""Owns credits of conversions to channels, the models that give them (`models`), and corrections.

Does not own events or money. `skeldir attribution credit FILE` credits journeys from a file with the same functions.
"""
