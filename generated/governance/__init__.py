"""Data beside the contracts, as constants.

Generated from the data beside the contracts by `contracts generate`; change that instead.
"""
