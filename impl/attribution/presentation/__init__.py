"""Owns how figures become replies of the contract. Does not own the figures."""

from impl.attribution.presentation.channels import ChannelReport, to_api_report
from impl.attribution.presentation.comparison import to_api_comparison
from impl.attribution.presentation.lists import to_api_credits, to_api_paths
from impl.attribution.presentation.recomputes import status_url, to_api_recompute
from impl.attribution.presentation.traces import to_api_explanation, to_api_trace

__all__ = [
    "ChannelReport",
    "status_url",
    "to_api_comparison",
    "to_api_credits",
    "to_api_explanation",
    "to_api_paths",
    "to_api_recompute",
    "to_api_report",
    "to_api_trace",
]
