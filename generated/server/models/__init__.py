"""Schemas of the contracts as Pydantic models.

Generated from the contracts by `contracts generate`; change that instead.
"""
